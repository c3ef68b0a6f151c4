import type { JsonObject } from '../api/json'
import type { Run } from './api'
import { debugApi } from './api'

/**
 * Runs one node of the draft alone, with what came before it in an earlier run; without one, after all that leads to it,
 * pinned outputs in place of nodes. Gives the run, stopped behind the node.
 */
export async function runAlone(flow: string, node: string, from: { run: string; path: string } | undefined, pins: JsonObject): Promise<Run> {
  const made = from
    ? await debugApi.fork(from.run, { at: from.path, draft: true, stop: true })
    : await debugApi.start(flow, { input: null, draft: true, breakpoints: [{ node, on: 'before' }], pins })
  return debugApi.resume(made.id, { mode: 'over' })
}
