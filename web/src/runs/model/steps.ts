/** The steps of a run as a tree: containers hold items, items hold steps. Built once over a list; rows are made as they are opened. Pure. */
import type { Step, StepStatus } from './types'

/** One part of a step's path: a node, and which item of it where it is a container. */
export interface PathPart {
  node: string
  index?: number
}

/** The parts of `each[3].inner[0].node`. The last has no index. */
export function parsePath(path: string): PathPart[] {
  return path.split('.').map((part) => {
    const found = /^([^[]*)\[(\d+)\]$/.exec(part)
    return found ? { node: found[1] ?? '', index: Number(found[2]) } : { node: part }
  })
}

/** What a path lies in: `each[3]` of `each[3].node`, '' of a step of the flow itself. A compensation lies where its node does. */
export function frameOf(path: string): string {
  const at = path.lastIndexOf('.')
  if (at < 0) return ''
  const frame = path.slice(0, at)
  return frame.endsWith(']') ? frame : frameOf(frame)
}

/** Whether the step undoes another. */
export function isCompensation(path: string): boolean {
  return path.endsWith('.compensate') && !path.slice(0, -'.compensate'.length).endsWith(']')
}

/** One item of a container. */
export interface Item {
  /** `each[3]` */
  path: string
  index: number
  status: StepStatus
  startedAt: number
  endedAt: number
  failed: number
}

export interface StepTree {
  byPath: ReadonlyMap<string, Step>
  /** Steps directly in a frame, in the order they began. */
  inFrame: ReadonlyMap<string, readonly Step[]>
  /** Items of a container by its path, in order. */
  items: ReadonlyMap<string, readonly Item[]>
}

/** The worst, or the most wanted, of two statuses: what stands for both. */
const weights: Record<StepStatus, number> = { paused: 6, failed: 5, running: 4, waiting: 3, succeeded: 2, skipped: 1 }

export function strongest(a: StepStatus | undefined, b: StepStatus): StepStatus {
  return a === undefined || weights[b] > weights[a] ? b : a
}

export function startOf(step: Step): number {
  return Date.parse(step.startedAt)
}

/** When a step ended; now, while it goes on. */
export function endOf(step: Step, now: number): number {
  const start = startOf(step)
  return step.status === 'running' || step.status === 'waiting' || step.status === 'paused' ? Math.max(start, now) : start + step.durationMs
}

export function treeOf(steps: readonly Step[], now: number): StepTree {
  const byPath = new Map<string, Step>()
  const inFrame = new Map<string, Step[]>()
  const items = new Map<string, Map<number, Item>>()
  for (const step of steps) {
    byPath.set(step.path, step)
    const frame = frameOf(step.path)
    const list = inFrame.get(frame)
    if (list) list.push(step)
    else inFrame.set(frame, [step])
    if (frame !== '') addToItem(items, frame, step, now)
  }
  return {
    byPath,
    inFrame,
    items: new Map([...items].map(([path, list]) => [path, [...list.values()].toSorted((a, b) => a.index - b.index)])),
  }
}

function addToItem(items: Map<string, Map<number, Item>>, frame: string, step: Step, now: number) {
  const bracket = frame.lastIndexOf('[')
  const container = frame.slice(0, bracket)
  const index = Number(frame.slice(bracket + 1, -1))
  let list = items.get(container)
  if (!list) items.set(container, (list = new Map()))
  const item = list.get(index)
  const failed = step.status === 'failed' ? 1 : 0
  if (!item) {
    list.set(index, { path: frame, index, status: step.status, startedAt: startOf(step), endedAt: endOf(step, now), failed })
    return
  }
  item.status = strongest(item.status, step.status)
  item.startedAt = Math.min(item.startedAt, startOf(step))
  item.endedAt = Math.max(item.endedAt, endOf(step, now))
  item.failed += failed
}

/** A line of the tree: a step, or an item of a container. */
export interface TreeLine {
  path: string
  depth: number
  step?: Step
  item?: Item
  /** How many items or steps open under it; 0 for none. */
  size: number
  open: boolean
}

/**
 * The lines of the tree, top to bottom. A container of one body (a group) opens to its steps at once. `only` keeps the
 * lines that lead to what it accepts.
 */
export function linesOf(tree: StepTree, opened: ReadonlySet<string>, only?: (step: Step) => boolean): TreeLine[] {
  const lines: TreeLine[] = []
  const leads = only ? leadingTo(tree, only) : undefined
  const steps = (frame: string, depth: number) => {
    for (const step of tree.inFrame.get(frame) ?? []) {
      if (leads && !leads.has(step.path)) continue
      const items = tree.items.get(step.path) ?? []
      const open = items.length > 0 && (opened.has(step.path) || leads !== undefined)
      lines.push({ path: step.path, depth, step, size: items.length, open })
      if (!open) continue
      const single = items.length === 1 ? items[0] : undefined
      if (single && isGroup(step)) steps(single.path, depth + 1)
      else for (const item of items) one(item, depth + 1)
    }
  }
  const one = (item: Item, depth: number) => {
    if (leads && !leads.has(item.path)) return
    const open = opened.has(item.path) || leads !== undefined
    lines.push({ path: item.path, depth, item, size: tree.inFrame.get(item.path)?.length ?? 0, open })
    if (open) steps(item.path, depth + 1)
  }
  steps('', 0)
  return lines
}

function isGroup(step: Step): boolean {
  return step.type.split('@')[0] === 'group'
}

function leadingTo(tree: StepTree, only: (step: Step) => boolean): Set<string> {
  const leads = new Set<string>()
  for (const step of tree.byPath.values()) {
    if (!only(step)) continue
    leads.add(step.path)
    for (const path of ancestorsOf(step.path)) leads.add(path)
  }
  return leads
}

/** The items and containers that a path lies in, from the inside out: `each[3]`, `each` of `each[3].node`. */
export function ancestorsOf(path: string): string[] {
  const list: string[] = []
  for (let frame = frameOf(path); frame !== ''; frame = frameOf(frame.slice(0, frame.lastIndexOf('[')))) {
    list.push(frame, frame.slice(0, frame.lastIndexOf('[')))
  }
  return list
}
