/** Steps for tests. */
import type { Step } from './types'

export const start = Date.parse('2026-03-01T09:00:00Z')

/** A step a while after the start that succeeded, but for what is given. */
export function step(path: string, more: Partial<Step> = {}, after = 0): Step {
  return {
    path, node: path.split('.').at(-1) ?? path, type: 'map', status: 'succeeded', port: 'out', attempt: 1,
    startedAt: new Date(start + after).toISOString(), durationMs: 10, input: null, output: null, error: null, ...more,
  } as Step
}
