/** What a run looks like on the canvas of its flow: how each node fared, and which way it went. Pure. */
import type { EdgeDecoration, NodeDecoration } from '../../canvas/types'
import { edgesOf, indexOf } from '../../document/graphs'
import type { FlowDocument, FlowEdge } from '../../document/types'
import { defaultPort, edgeKey, errorPort } from '../../document/types'
import { ancestorsOf, frameOf, isCompensation, strongest } from './steps'
import type { Step, StepStatus } from './types'

/** Which item of each container is looked at, by the container's path; all of them where it is absent. */
export type Focus = ReadonlyMap<string, number>

/** Whether a step lies in the items that are looked at. */
export function inFocus(path: string, focus: Focus): boolean {
  if (focus.size === 0) return true
  return ancestorsOf(path).every((frame) => {
    if (!frame.endsWith(']')) return true
    const bracket = frame.lastIndexOf('[')
    const wanted = focus.get(frame.slice(0, bracket))
    return wanted === undefined || wanted === Number(frame.slice(bracket + 1, -1))
  })
}

/** How a node fared, over all its activations that are looked at. */
export interface NodeTally {
  status: StepStatus
  /** Activations that were not skipped. */
  count: number
  failed: number
  /** Of those that ended, together. */
  durationMs: number
  ended: number
  /** The most tries that one of them took. */
  tries: number
  error?: string
}

export function talliesOf(steps: readonly Step[], focus: Focus): Map<string, NodeTally> {
  const tallies = new Map<string, NodeTally>()
  for (const step of steps) {
    if (isCompensation(step.path) || !inFocus(step.path, focus)) continue
    const t = tallies.get(step.node)
    const ran = step.status === 'skipped' ? 0 : 1
    const ended = step.status === 'succeeded' || step.status === 'failed' ? 1 : 0
    const failed = step.status === 'failed' ? 1 : 0
    tallies.set(step.node, {
      status: strongest(t?.status, step.status),
      count: (t?.count ?? 0) + ran,
      failed: (t?.failed ?? 0) + failed,
      durationMs: (t?.durationMs ?? 0) + (ended ? step.durationMs : 0),
      ended: (t?.ended ?? 0) + ended,
      tries: Math.max(t?.tries ?? 0, step.attempt),
      ...(step.error ? { error: step.error.message } : t?.error ? { error: t.error } : {}),
    })
  }
  return tallies
}

/** The decorations of the nodes, the fired trigger's included. A duration over several activations is their mean. */
export function decorationsOf(tallies: ReadonlyMap<string, NodeTally>, trigger: string | undefined): Map<string, NodeDecoration> {
  const list = new Map<string, NodeDecoration>()
  for (const [id, t] of tallies) {
    list.set(id, {
      status: t.status,
      count: t.count,
      ...(t.ended > 0 ? { durationMs: t.durationMs / t.ended } : {}),
      ...(t.count > 1 && t.failed > 0 ? { badge: `${t.failed}/${t.count}` } : {}),
      ...(t.error ? { hint: t.error } : {}),
    })
  }
  if (trigger) list.set(`@${trigger}`, { status: 'succeeded' })
  return list
}

/** Which edges were taken, how often, and which are being gone along. */
export function edgesTaken(doc: FlowDocument, steps: readonly Step[], focus: Focus): Map<string, EdgeDecoration> {
  const frames = new Map<string, Map<string, Step>>()
  for (const step of steps) {
    if (isCompensation(step.path) || !inFocus(step.path, focus)) continue
    const frame = frameOf(step.path)
    let at = frames.get(frame)
    if (!at) frames.set(frame, (at = new Map()))
    at.set(step.node, step)
  }
  const framesOf = new Map<string, Map<string, Step>[]>()
  for (const at of frames.values()) for (const node of at.keys()) framesOf.set(node, [...(framesOf.get(node) ?? []), at])
  const list = new Map<string, EdgeDecoration>()
  for (const graph of indexOf(doc).graphs.values()) {
    const incoming = new Map<string, number>()
    for (const edge of edgesOf(graph)) incoming.set(edge.to, (incoming.get(edge.to) ?? 0) + 1)
    for (const edge of edgesOf(graph)) {
      const d = edgeIn(edge, framesOf.get(edge.from) ?? [], incoming.get(edge.to) === 1)
      if (d) list.set(edgeKey(edge), d)
    }
  }
  return list
}

function edgeIn(edge: FlowEdge, frames: readonly Map<string, Step>[], onlyWay: boolean): EdgeDecoration | undefined {
  let taken = 0
  let settled = 0
  let active = false
  for (const frame of frames) {
    const from = frame.get(edge.from)
    if (!from || !isSettled(from.status)) continue
    settled++
    const to = frame.get(edge.to)
    if (!wentAlong(edge, from, to, onlyWay)) continue
    taken++
    active ||= to !== undefined && !isSettled(to.status)
  }
  if (active) return { state: 'active', ...(taken > 1 ? { label: `×${taken}` } : {}) }
  if (taken > 0) return { state: 'taken', ...(taken > 1 ? { label: `×${taken}` } : {}) }
  return settled > 0 ? { state: 'skipped' } : undefined
}

/**
 * A node that leaves by several ports at once shows only the first, and one that failed and lets the run go on shows none:
 * their other ways are known by where they alone lead to.
 */
function wentAlong(edge: FlowEdge, from: Step, to: Step | undefined, onlyWay: boolean): boolean {
  const port = edge.port ?? defaultPort
  if (from.port === port) return true
  if (from.status === 'skipped' || port === errorPort || from.port === errorPort) return false
  return onlyWay && to !== undefined && to.status !== 'skipped'
}

function isSettled(status: StepStatus): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'skipped'
}

/** The items that a path lies in: looking at a step means looking at its items. */
export function focusOf(path: string | undefined): Focus {
  const focus = new Map<string, number>()
  if (path === undefined) return focus
  for (const frame of path.endsWith(']') ? [path, ...ancestorsOf(path)] : ancestorsOf(path)) {
    if (!frame.endsWith(']')) continue
    const bracket = frame.lastIndexOf('[')
    focus.set(frame.slice(0, bracket), Number(frame.slice(bracket + 1, -1)))
  }
  return focus
}

const wanted: StepStatus[] = ['paused', 'failed', 'running', 'waiting', 'succeeded', 'skipped']

/** The step of a node that is most worth looking at, among the items that are looked at, else among all. */
export function stepOf(steps: readonly Step[], node: string, focus: Focus): Step | undefined {
  const own = steps.filter((s) => s.node === node && !isCompensation(s.path))
  const near = own.filter((s) => inFocus(s.path, focus))
  const among = near.length > 0 ? near : own
  return wanted.map((status) => among.find((s) => s.status === status)).find((s) => s !== undefined)
}
