/** What a debugger computes, apart from how it looks. Pure. */
import type { NodeDecoration } from '../canvas/types'
import type { Json, JsonObject } from '../api/json'
import { isObject, JsonNumber, writeJson } from '../api/json'
import type { Breakpoint, Difference, Patch, PausedAt, Run, Scope, When } from './api'

/** The breakpoints with that of a node put in or taken out. */
export function toggled(list: readonly Breakpoint[], node: string): Breakpoint[] {
  return list.some((b) => isOn(b, node)) ? list.filter((b) => !isOn(b, node)) : [...list, { node, on: 'before' }]
}

/** The breakpoints with a node's replaced; without any, taken out. */
export function withBreakpoint(list: readonly Breakpoint[], node: string, by: Breakpoint | undefined): Breakpoint[] {
  const at = list.findIndex((b) => isOn(b, node))
  const rest = list.filter((b) => !isOn(b, node))
  return by ? rest.toSpliced(at < 0 ? rest.length : at, 0, tidy(by)) : rest
}

function tidy(b: Breakpoint): Breakpoint {
  const { when, on, ...rest } = b
  return { ...rest, on: on ?? 'before', ...(when?.trim() ? { when: when.trim() } : {}) }
}

/** Breakpoints of sub-flows are not on this canvas. */
function isOn(b: Breakpoint, node: string): boolean {
  return b.node === node && b.flow === undefined
}

export function breakpointOf(list: readonly Breakpoint[], node: string): Breakpoint | undefined {
  return list.find((b) => isOn(b, node))
}

/** The decorations with the marks of debugging: breakpoints, where the run stands, what is pinned, what would differ. */
export function marked(
  nodes: Map<string, NodeDecoration>,
  marks: { breakpoints: readonly Breakpoint[]; paused: PausedAt | null; pins: ReadonlySet<string>; differences: readonly Difference[] },
): Map<string, NodeDecoration> {
  const put = (id: string, more: NodeDecoration) => nodes.set(id, { ...nodes.get(id), ...more })
  for (const b of marks.breakpoints) if (b.flow === undefined) put(b.node, { breakpoint: b.when ? 'conditional' : 'plain' })
  for (const id of marks.pins) put(id, { pinned: true })
  for (const d of marks.differences) if (d.node !== '') put(d.node, { change: 'changed' })
  const { paused } = marks
  if (paused && paused.node !== '') put(paused.node, { status: 'paused', paused: sideOf(paused.on) })
  return nodes
}

function sideOf(on: PausedAt['on']): When {
  return on === 'after' || on === 'error' ? on : 'before'
}

/** What can be asked of a run as it stands. */
export interface Abilities {
  /** It can be told to go on. */
  resume: boolean
  pause: boolean
  /** The stopped node can be left out, its output given. */
  skip: boolean
  /** The stopped node can be tried again. */
  again: boolean
  /** Somebody has to say what became of a task. */
  judge: boolean
  edit: boolean
}

export function abilitiesOf(status: Run['status'], paused: PausedAt | null, past: boolean): Abilities {
  const stopped = status === 'paused' && paused !== null && !past
  const judge = stopped && paused.on === 'unknown'
  return {
    resume: stopped && !judge,
    pause: (status === 'running' || status === 'waiting' || status === 'queued') && !past,
    skip: stopped && (paused.on === 'before' || paused.on === 'error'),
    again: stopped && paused.on === 'error',
    judge,
    edit: stopped && !judge,
  }
}

/** Changes that go along with the next resume. */
export interface Edits {
  vars: JsonObject
  outputs: JsonObject
}

export const noEdits: Edits = { vars: {}, outputs: {} }

export function withEdit(edits: Edits, part: keyof Edits, name: string, value: Json | undefined): Edits {
  const { [name]: _, ...rest } = edits[part]
  return { ...edits, [part]: value === undefined ? rest : { ...rest, [name]: value } }
}

export function editCount(edits: Edits): number {
  return Object.keys(edits.vars).length + Object.keys(edits.outputs).length
}

/** The patch of a resume; undefined where nothing is changed. */
export function patchOf(edits: Edits): Patch | undefined {
  if (editCount(edits) === 0) return undefined
  return {
    ...(Object.keys(edits.vars).length > 0 ? { vars: edits.vars } : {}),
    ...(Object.keys(edits.outputs).length > 0 ? { outputs: edits.outputs } : {}),
  }
}

/** What a node is about to do, in the form that fits it. */
export type Ask =
  | { kind: 'request'; method: string; url: string; query: [string, string][]; headers: [string, string][]; body: Json | undefined }
  | { kind: 'statement'; statements: { sql: string; args: Json | undefined }[] }
  | { kind: 'other'; value: Json }

export function askOf(ask: Scope['ask'] | undefined): Ask | null {
  if (!ask || ask.args === null) return null
  const { args } = ask
  if (!isObject(args)) return { kind: 'other', value: args }
  const { method, url, path, query, headers, body, form, text, sql, statements } = args
  const address = typeof url === 'string' ? url : typeof path === 'string' ? joined(ask.connection?.config?.['baseUrl'], path) : undefined
  if (ask.type.startsWith('http.request') && address !== undefined) {
    return {
      kind: 'request', method: typeof method === 'string' ? method : 'GET', url: address, query: pairs(query), headers: pairs(headers),
      body: body ?? form ?? text ?? undefined,
    }
  }
  if (typeof sql === 'string') return { kind: 'statement', statements: [{ sql, args: args['args'] ?? undefined }] }
  if (Array.isArray(statements)) {
    const list = statements.filter(isObject).map((s) => ({ sql: String(s['sql']), args: s['args'] ?? undefined }))
    if (list.length > 0) return { kind: 'statement', statements: list }
  }
  return { kind: 'other', value: args }
}

function joined(base: Json | undefined, path: string): string {
  return typeof base === 'string' ? base.replace(/\/$/, '') + (path.startsWith('/') ? path : `/${path}`) : path
}

function pairs(v: Json | undefined): [string, string][] {
  return isObject(v) ? Object.entries(v).map(([k, value]): [string, string] => [k, plain(value)]) : []
}

/** A value on one line as a reader knows it. */
function plain(v: Json): string {
  if (typeof v === 'string') return v
  if (v instanceof JsonNumber) return v.text
  return writeJson(v)
}

/** The scope of a place as expressions see it: what they can name. */
export function namesOf(scope: Scope | undefined): JsonObject {
  if (!scope) return {}
  const { trigger, input, nodes, vars, item, index, error, run, flow } = scope
  return { trigger, input, nodes, vars, run, flow, ...(index === null ? {} : { item, index }), ...(error ? { error: error as unknown as Json } : {}) }
}

/** The event to go to from one, by so many, within what there is. */
export function eventAt(at: number, by: number, events: number): number {
  return Math.min(Math.max(at + by, 1), Math.max(events, 1))
}

/** The path of the activation of a node that is in sight from a place: in the same frame, or in one around it. */
export function pathInSight(owner: (node: string) => string | null | undefined, place: string, node: string): string {
  const of = owner(node)
  if (of === null || of === undefined) return node
  const parts = place.split('.')
  const at = parts.findIndex((part) => part.startsWith(`${of}[`))
  return at < 0 ? node : `${parts.slice(0, at + 1).join('.')}.${node}`
}
