import { type Json, sameJson } from '../api/json'
import { edgesOf, indexOf } from './graphs'
import { pointerOf } from './pointer'
import { edgeKey, type FlowDocument, isRecord } from './types'

/** What differs between two states of a flow, by node id: a node that only stands elsewhere has moved, not changed. */

export interface FieldChange {
  /** JSON Pointer within the thing that changed. */
  readonly pointer: string
  readonly before: unknown
  readonly after: unknown
}

export interface NodeChange {
  readonly id: string
  readonly kind: 'added' | 'removed' | 'changed'
  readonly fields: readonly FieldChange[]
}

export interface Difference {
  readonly nodes: ReadonlyMap<string, NodeChange>
  readonly triggers: ReadonlyMap<string, NodeChange>
  readonly edges: ReadonlyMap<string, 'added' | 'removed'>
  /** Ids of nodes that stand elsewhere and say the same. */
  readonly moved: readonly string[]
  /** Of the flow itself: title, settings, output, … */
  readonly flow: readonly FieldChange[]
}

export function isSame(d: Difference): boolean {
  return d.nodes.size + d.triggers.size + d.edges.size + d.moved.length + d.flow.length === 0
}

const apart = new Set(['nodes', 'edges', 'triggers', 'layout'])

export function difference(before: FlowDocument, after: FlowDocument): Difference {
  const from = indexOf(before).places
  const to = indexOf(after).places
  const own = (places: typeof from, id: string) => {
    const place = places.get(id)
    if (!place) return undefined
    const { body, ...rest } = place.node
    return { ...rest, in: place.owner, ...(body?.output === undefined ? {} : { body: { output: body.output } }) }
  }
  const nodes = compare(new Set([...from.keys(), ...to.keys()]), (id) => own(from, id), (id) => own(to, id))
  const [oldTriggers, newTriggers] = [triggersOf(before), triggersOf(after)]
  const triggers = compare(new Set([...oldTriggers.keys(), ...newTriggers.keys()]), (id) => oldTriggers.get(id), (id) => newTriggers.get(id))
  return { nodes, triggers, edges: edgeChanges(before, after), moved: movedNodes(before, after), flow: fieldChanges(ownFields(before), ownFields(after)) }
}

function triggersOf(doc: FlowDocument) {
  return new Map((doc.triggers ?? []).map((t) => [t.id, t]))
}

function ownFields(doc: FlowDocument) {
  return Object.fromEntries(Object.entries(doc).filter(([key]) => !apart.has(key)))
}

function edgeKeys(doc: FlowDocument): Set<string> {
  return new Set([...indexOf(doc).graphs.values()].flatMap(edgesOf).map(edgeKey))
}

function union(a: FlowDocument['edges'] = [], b: FlowDocument['edges'] = []) {
  return [...new Map([...a, ...b].map((e) => [edgeKey(e), e])).values()]
}

function compare(ids: ReadonlySet<string>, before: (id: string) => unknown, after: (id: string) => unknown): Map<string, NodeChange> {
  const changes = new Map<string, NodeChange>()
  for (const id of ids) {
    const [a, b] = [before(id), after(id)]
    if (a === undefined) changes.set(id, { id, kind: 'added', fields: [] })
    else if (b === undefined) changes.set(id, { id, kind: 'removed', fields: [] })
    else {
      const fields = fieldChanges(a, b)
      if (fields.length > 0) changes.set(id, { id, kind: 'changed', fields })
    }
  }
  return changes
}

/** The innermost places where two values differ; lists of different lengths differ as a whole. */
export function fieldChanges(before: unknown, after: unknown, path: readonly (string | number)[] = []): FieldChange[] {
  if (sameJson(before as Json, after as Json)) return []
  if (isRecord(before) && isRecord(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => fieldChanges(before[key], after[key], [...path, key]))
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item: unknown, i) => fieldChanges(item, after[i], [...path, i]))
  }
  return [{ pointer: pointerOf(path), before, after }]
}

function edgeChanges(before: FlowDocument, after: FlowDocument): Map<string, 'added' | 'removed'> {
  const [from, to] = [edgeKeys(before), edgeKeys(after)]
  const changes = new Map<string, 'added' | 'removed'>()
  for (const key of from) if (!to.has(key)) changes.set(key, 'removed')
  for (const key of to) if (!from.has(key)) changes.set(key, 'added')
  return changes
}

function movedNodes(before: FlowDocument, after: FlowDocument): string[] {
  const to = indexOf(after).places
  return [...indexOf(before).places.keys()].filter((id) => {
    const [a, b] = [before.layout?.[id], after.layout?.[id]]
    return to.has(id) && a !== undefined && b !== undefined && (a[0] !== b[0] || a[1] !== b[1])
  })
}

/** Both states in one document, for drawing: what was removed stands where it was. */
export function overlay(before: FlowDocument, after: FlowDocument): FlowDocument {
  const merge = (a: FlowDocument['nodes'], b: FlowDocument['nodes']): FlowDocument['nodes'] => {
    const kept = b.map((node) => {
      const old = indexOf(before).places.get(node.id)?.node
      if (!node.body || !old?.body) return node
      return { ...node, body: { ...node.body, nodes: merge(old.body.nodes, node.body.nodes), edges: union(old.body.edges, node.body.edges) } }
    })
    return [...kept, ...a.filter((node) => !indexOf(after).places.has(node.id))]
  }
  return {
    ...after,
    nodes: merge(before.nodes, after.nodes),
    edges: union(before.edges, after.edges),
    layout: { ...before.layout, ...after.layout },
  }
}
