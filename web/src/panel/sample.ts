/** The data that a node is shown with: what it saw in a run, where there is one, else shapes. */
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { call } from '../api/client'
import { useAll, useCall } from '../api/hooks'
import type { Json, JsonObject } from '../api/json'
import { isObject } from '../api/json'
import type { NodeType, RunSummary, Step } from '../api/schema'
import { nodeExpression, quoted } from '../data/path'
import { useFlowPins } from '../debug/pins'
import { indexOf } from '../document/graphs'
import type { FlowDocument } from '../document/types'
import { before, bodyIds, exampleScope, upstream } from './upstream'

export interface Sample {
  /** undefined where the values are shapes out of schemas and examples. */
  run: string | undefined
  runs: RunSummary[]
  choose: (run: string | undefined) => void
  /** The node's steps in the run: several where it stands in a loop. */
  steps: Step[]
  /** The step that is shown, with its output. */
  step: Step | undefined
  chooseStep: (path: string) => void
  /** What expressions of the node see. */
  scope: JsonObject
  /** Outputs of the nodes in its body, for what is computed after a turn. */
  body: JsonObject
  /** Nodes that the run's own version of the flow knows. */
  known: ReadonlySet<string>
  /** Nodes whose outputs are pinned while drawing. */
  pins: JsonObject
  loading: boolean
  error: Error | null
}

const shownRuns = 20

export function useSample(doc: FlowDocument, id: string, typeOf: (type: string) => NodeType | undefined): Sample {
  const search = useSearch({ strict: false }) as { run?: string; step?: string }
  const navigate = useNavigate()
  const set = (to: { run?: string; step?: string }) => void navigate({ to: '.', search: (old) => ({ ...old, ...to }), replace: true })
  // Newer runs are looked for when somebody asks: data that changes under the hand is no help.
  const runs = useCall('listRuns', { query: { flow: doc.id, limit: shownRuns } }, { staleTime: Infinity })
  const list = runs.data?.items ?? []
  const run = search.run ?? list[0]?.id
  const steps = useAll('listSteps', { path: { id: run ?? '' }, query: { brief: true, limit: 1000 } }, { enabled: run !== undefined })
  const own = useMemo(() => (steps.data ?? []).filter((s) => s.node === id && s.status !== 'skipped'), [steps.data, id])
  const path = own.some((s) => s.path === search.step) ? search.step : own[0]?.path
  const full = useCall('listSteps', { path: { id: run ?? '' }, query: { path: path ?? '' } }, { enabled: run !== undefined && path !== undefined })
  const pins = useFlowPins(doc.id)
  const inRun = useMemo(() => new Set((steps.data ?? []).map((s) => s.node)), [steps.data])
  // What is pinned since is not what the run knows.
  const known = useMemo(() => new Set([...inRun].filter((n) => pins[n] === undefined)), [inRun, pins])
  const wanted = useMemo(() => [...upstream(doc, id), ...bodyIds(indexOf(doc).places.get(id)?.node)], [doc, id])
  const names = wanted.filter((n) => inRun.has(n)).join(' ')
  const seen = useQuery({
    queryKey: ['sample', run, path, names],
    queryFn: ({ signal }) => scopeOf(run ?? '', path, names === '' ? [] : names.split(' '), signal),
    enabled: run !== undefined && steps.data !== undefined,
    staleTime: 60_000,
  })
  const scope = useMemo(
    () => withPins(doc, id, run !== undefined && seen.data ? completed(doc, id, seen.data) : exampleScope(doc, id, typeOf), pins),
    [doc, id, run, seen.data, typeOf, pins],
  )
  const body = useMemo(() => pick(isObject(seen.data?.['nodes']) ? seen.data['nodes'] : {}, bodyIds(indexOf(doc).places.get(id)?.node)), [seen.data, doc, id])
  return {
    run: seen.data ? run : undefined,
    runs: list,
    choose: (next) => set({ run: next, step: undefined }),
    steps: own,
    step: full.data?.items[0],
    chooseStep: (next) => set({ step: next }),
    scope,
    body,
    known,
    pins,
    loading: run !== undefined && (steps.isPending || seen.isPending),
    error: steps.error ?? seen.error,
  }
}

/**
 * What expressions saw at a step, asked of the engine itself, so that nothing is pieced together here. Where the run did
 * not come to the node, it is what there was in the end.
 */
export async function scopeOf(run: string, path: string | undefined, ids: string[], signal: AbortSignal): Promise<JsonObject> {
  const nodes = ids.map((id) => `${quoted(id)}: ${nodeExpression(id)}`).join(', ')
  const roots = ['trigger', 'input', 'vars', 'run', 'flow', ...(path === undefined ? [] : ['item', 'index', 'error'])]
  const expression = `{${roots.map((r) => `${quoted(r)}: ${r}`).join(', ')}, "nodes": {${nodes}}}`
  const answer = await call('evaluate', { body: { expression, run, at: path } }, signal)
  if (!('problem' in answer)) return isObject(answer.value) ? answer.value : {}
  // Together they are more than an expression may hold: then one by one, without what is too large by itself.
  const one = async (of: string): Promise<Json> => {
    const single = await call('evaluate', { body: { expression: of, run, at: path } }, signal)
    return 'problem' in single ? null : single.value
  }
  const values = await Promise.all(roots.map(one))
  const outputs = await Promise.all(ids.map((id) => one(nodeExpression(id))))
  return {
    ...Object.fromEntries(roots.map((r, i) => [r, values[i] ?? null])),
    nodes: Object.fromEntries(ids.map((id, i) => [id, outputs[i] ?? null])),
  }
}

/** The scope with every node that can be named, also those that the run did not know, and without what is not in scope. */
function completed(doc: FlowDocument, id: string, seen: JsonObject): JsonObject {
  const outputs = isObject(seen['nodes']) ? seen['nodes'] : {}
  const ids = upstream(doc, id)
  const { item, index, error, ...rest } = seen
  const looped = index !== undefined && index !== null
  const [first] = before(doc, id)
  const reached = 'item' in seen
  const input: Json = reached || first === undefined ? (seen['input'] ?? null) : (outputs[first] ?? null)
  return {
    ...rest,
    input,
    nodes: Object.fromEntries(ids.map((n) => [n, outputs[n] ?? null])),
    ...(looped ? { item: item ?? null, index } : {}),
    ...(error ? { error } : {}),
  }
}

/** The scope with the outputs that are pinned while drawing in the place of those of the run. */
function withPins(doc: FlowDocument, id: string, scope: JsonObject, pins: JsonObject): JsonObject {
  const nodes = isObject(scope['nodes']) ? scope['nodes'] : {}
  const pinned = Object.keys(nodes).filter((n) => pins[n] !== undefined)
  if (pinned.length === 0) return scope
  const [first, ...more] = before(doc, id)
  const input = first !== undefined && more.length === 0 ? pins[first] : undefined
  return { ...scope, ...(input === undefined ? {} : { input }), nodes: { ...nodes, ...Object.fromEntries(pinned.map((n) => [n, pins[n] ?? null])) } }
}

function pick(o: JsonObject, keys: string[]): JsonObject {
  return Object.fromEntries(keys.map((k) => [k, o[k] ?? null]))
}
