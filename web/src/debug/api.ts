/**
 * The debugging calls of the API: breakpoints, stopping and going on, looking back, trying again.
 */
import { send } from '../api/client'
import type { Json, JsonObject } from '../api/json'
import { isObject, parseJson, writeJson } from '../api/json'
import { prefix } from '../api/prefix'
import type { Failure, Run, Step } from '../api/schema'

export type When = 'before' | 'after' | 'error'

export interface Breakpoint {
  node: string
  /** before, unless said. */
  on?: When
  /** An expression: it stops only where that is true. */
  when?: string
  /** Of a sub-flow: its flow's id. */
  flow?: string
}

/** Where a run stands, and why. */
export interface PausedAt {
  /** '' for a pause on request. */
  path: string
  node: string
  on: When | 'pause' | 'unknown'
  at: string
  error?: Failure
  attempt?: number
}

/** What the server says of a run beside what lists show. */
export interface DebugRun extends Omit<Run, 'pausedAt'> {
  pausedAt: PausedAt | null
  /** How many events its journal has. */
  events?: number
  forkedFrom?: { run: string; at: string }
  retries?: number
  breakpoints?: Breakpoint[]
}

export type DebugStep = Step & { by?: string; forced?: 'skip' | 'patch' | 'judge' | 'pin'; number?: number }

/** What is in sight at a place of a run. */
export interface Scope {
  seq: number
  path: string
  node: string
  phase: string
  trigger: Json
  input: Json
  nodes: JsonObject
  vars: JsonObject
  item?: Json
  index?: Json
  error?: Json
  run: Json
  flow: Json
  /** What the node is about to do: a request, a statement, secrets masked. */
  ask?: Json
  output?: Json
}

/** A run as it stood after one of its events. */
export interface PastState {
  seq: number
  events: number
  at: string
  /** Of the event. */
  kind: string
  node?: string
  status: Run['status']
  pausedAt?: PausedAt | null
  vars: JsonObject
  steps: number
}

export interface Patch {
  vars?: JsonObject
  /** By path. */
  outputs?: JsonObject
}

export type Mode = 'continue' | 'over' | 'into' | 'out' | 'to'

export interface Resume {
  mode: Mode
  to?: string
  patch?: Patch
  /** The stopped node is not executed; this is its output. */
  skip?: { output: Json; port?: string }
  /** Tries a node that stopped on its error once more. */
  again?: boolean
}

export interface Difference {
  path: string
  node: string
  kind: 'path' | 'output' | 'task' | 'end'
  before: Json
  after: Json
}

export interface Replay {
  run: string
  same: boolean
  before: { status: Run['status']; output: Json }
  after: { status: Run['status']; output: Json }
  differences: Difference[]
}

export interface RetryFilter {
  flow?: string
  code?: string
  from?: string
  to?: string
}

/** A retry of many runs, as it goes. */
export interface Retries {
  id: string
  total: number
  done: number
  succeeded: number
  refused: { run: string; code: string; message: string }[]
  state: string
}

async function ask<T>(method: string, path: string, body?: object, signal?: AbortSignal): Promise<T> {
  const response = await send(method, `${prefix}/api/v1${path}`, { ...(body ? { body: writeJson(body as JsonObject) } : {}), ...(signal ? { signal } : {}) })
  const text = await response.text()
  return (text === '' ? null : parseJson(text)) as T
}

const runPath = (id: string) => `/runs/${encodeURIComponent(id)}`
const flowPath = (id: string) => `/flows/${encodeURIComponent(id)}`
const query = (of: Record<string, string | number | undefined>) => {
  const said = new URLSearchParams()
  for (const [k, v] of Object.entries(of)) if (v !== undefined) said.set(k, String(v))
  return said.size > 0 ? `?${said}` : ''
}

/** How long a call that moves a run waits for it to stand still again. */
const wait = '5s'

export const debugApi = {
  run: (id: string, signal?: AbortSignal) => ask<DebugRun>('GET', runPath(id), undefined, signal),
  start: (flow: string, o: { input: Json; draft: boolean; breakpoints?: Breakpoint[]; pins?: JsonObject }) =>
    ask<DebugRun>('POST', `${flowPath(flow)}/runs`, o),
  flowBreakpoints: async (flow: string, signal?: AbortSignal) => listOf<Breakpoint>(await ask('GET', `${flowPath(flow)}/breakpoints`, undefined, signal)),
  setFlowBreakpoints: (flow: string, list: readonly Breakpoint[]) => ask('PUT', `${flowPath(flow)}/breakpoints`, list),
  setRunBreakpoints: (run: string, list: readonly Breakpoint[]) => ask('PUT', `${runPath(run)}/breakpoints`, list),
  pause: (run: string) => ask<DebugRun>('POST', `${runPath(run)}/pause`, {}),
  resume: (run: string, r: Resume) => ask<DebugRun>('POST', `${runPath(run)}/resume`, { ...r, wait }),
  judge: (run: string, j: { path: string; verdict: 'done' | 'again' | 'failed'; output?: Json; message?: string }) =>
    ask<DebugRun>('POST', `${runPath(run)}/judge`, { ...j, wait }),
  scope: (run: string, at: { path?: string; at?: number }, signal?: AbortSignal) => ask<Scope>('GET', `${runPath(run)}/scope${query(at)}`, undefined, signal),
  stateAt: (run: string, at: number, signal?: AbortSignal) => ask<PastState>('GET', `${runPath(run)}/state${query({ at })}`, undefined, signal),
  steps: (run: string, q: { at?: number; cursor?: string; brief?: string; path?: string; limit?: number }, signal?: AbortSignal) =>
    ask<{ items: DebugStep[]; next: string | null }>('GET', `${runPath(run)}/steps${query(q)}`, undefined, signal),
  retry: (run: string, o: { latest?: boolean; stop?: boolean } = {}) => ask<DebugRun>('POST', `${runPath(run)}/retry`, o),
  retries: (filter: RetryFilter, o: { latest?: boolean; rate?: number }) => ask<Retries>('POST', '/retries', { filter, ...o }),
  retriesPreview: (filter: RetryFilter, signal?: AbortSignal) => ask<{ count: number; runs: Json[] }>('POST', '/retries', { filter, preview: true }, signal),
  retriesState: (id: string, signal?: AbortSignal) => ask<Retries>('GET', `/retries/${encodeURIComponent(id)}`, undefined, signal),
  fork: (run: string, o: { at: string; input?: Json; patch?: Patch; version?: number; draft?: boolean; stop?: boolean; breakpoints?: Breakpoint[] }) =>
    ask<DebugRun>('POST', `${runPath(run)}/fork`, o),
  replay: (run: string, against: { version: number } | { draft: true }) => ask<Replay>('POST', `${runPath(run)}/replay`, against),
  saveTest: (run: string, name: string) => ask<JsonObject>('POST', `${runPath(run)}/test`, { name }),
}

/** A list, given bare or as a page. */
function listOf<T>(answer: unknown): T[] {
  if (Array.isArray(answer)) return answer as T[]
  const items = isObject(answer as Json) ? (answer as JsonObject)['items'] : undefined
  return Array.isArray(items) ? (items as unknown as T[]) : []
}
