/**
 * Outputs pinned while drawing, by flow and node: a run of the draft gives them instead of executing the node. They are
 * this browser's, not the document's.
 */
import { create } from 'zustand'
import type { Json, JsonObject } from '../api/json'
import { isObject, parseJson, writeJson } from '../api/json'

interface Pins {
  flows: Readonly<Record<string, JsonObject>>
  pin: (flow: string, node: string, output: Json) => void
  unpin: (flow: string, node: string) => void
  clear: (flow: string) => void
}

const storageKey = 'sluice.pins'
/** Together in this browser, in characters; more is not kept beyond the page. */
const mostKept = 1_000_000

function stored(): Record<string, JsonObject> {
  try {
    const kept = parseJson(localStorage.getItem(storageKey) ?? '{}')
    return isObject(kept) ? Object.fromEntries(Object.entries(kept).filter((e): e is [string, JsonObject] => isObject(e[1]))) : {}
  } catch {
    return {}
  }
}

export const usePins = create<Pins>((set) => ({
  flows: stored(),
  pin: (flow, node, output) => set(({ flows }) => ({ flows: { ...flows, [flow]: { ...flows[flow], [node]: output } } })),
  unpin: (flow, node) =>
    set(({ flows }) => {
      const { [node]: _, ...rest } = flows[flow] ?? {}
      return { flows: { ...flows, [flow]: rest } }
    }),
  clear: (flow) => set(({ flows }) => ({ flows: { ...flows, [flow]: {} } })),
}))

usePins.subscribe(({ flows }) => {
  try {
    const text = writeJson(flows)
    if (text.length <= mostKept) localStorage.setItem(storageKey, text)
  } catch {
    // A browser that keeps nothing: the pins hold for this page.
  }
})

const none: JsonObject = {}

/** The pinned outputs of a flow by node. */
export function useFlowPins(flow: string): JsonObject {
  return usePins((s) => s.flows[flow] ?? none)
}
