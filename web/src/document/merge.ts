import { type Json, sameJson } from '../api/json'
import { edgesOf } from './graphs'
import { readDocument } from './read'
import { edgeKey, type FlowDocument, type FlowEdge, isRecord } from './types'

/**
 * Joining what two people did to the same document. What only one of them touched is taken from that one; where both
 * changed the same thing differently nothing is guessed.
 */

/** The joined document, or the pointers of what both changed. */
export type Merge = { readonly doc: FlowDocument } | { readonly conflicts: readonly string[] }

export function merge(base: FlowDocument, mine: FlowDocument, theirs: FlowDocument): Merge {
  const conflicts: string[] = []
  const doc = join(base, mine, theirs, '', conflicts)
  const read = conflicts.length === 0 ? readDocument(doc) : null
  return read && !dangling(read) ? { doc: read } : { conflicts: conflicts.length > 0 ? conflicts : [''] }
}

const same = (a: unknown, b: unknown) => sameJson(a as Json | undefined, b as Json | undefined)

function join(base: unknown, mine: unknown, theirs: unknown, at: string, conflicts: string[]): unknown {
  if (same(mine, base) || same(mine, theirs)) return theirs
  if (same(theirs, base)) return mine
  if (isRecord(mine) && isRecord(theirs)) return joinRecords(isRecord(base) ? base : {}, mine, theirs, at, conflicts)
  if (isListOf(mine, isNamed) && isListOf(theirs, isNamed)) return joinLists(isListOf(base, isNamed) ? base : [], mine, theirs, (item) => item.id, at, conflicts)
  if (isListOf(mine, isEdge) && isListOf(theirs, isEdge)) return joinLists(isListOf(base, isEdge) ? base : [], mine, theirs, edgeKey, at, conflicts)
  conflicts.push(at)
  return mine
}

type Fields = Readonly<Record<string, unknown>>

function joinRecords(base: Fields, mine: Fields, theirs: Fields, at: string, conflicts: string[]): Fields {
  const joined: Record<string, unknown> = {}
  for (const key of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const value = join(base[key], mine[key], theirs[key], `${at}/${key}`, conflicts)
    if (value !== undefined) joined[key] = value
  }
  return joined
}

function joinLists<T>(base: readonly T[], mine: readonly T[], theirs: readonly T[], keyOf: (item: T) => string, at: string, conflicts: string[]): T[] {
  const by = (list: readonly T[]) => new Map(list.map((item) => [keyOf(item), item]))
  const [old, own, other] = [by(base), by(mine), by(theirs)]
  const joined: T[] = []
  for (const key of [...other.keys(), ...[...own.keys()].filter((k) => !other.has(k))]) {
    const value = join(old.get(key), own.get(key), other.get(key), `${at}/${key}`, conflicts)
    if (value !== undefined) joined.push(value as T)
  }
  return joined
}

function isListOf<T>(value: unknown, is: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every(is)
}

function isNamed(value: unknown): value is { readonly id: string } {
  return isRecord(value) && typeof value.id === 'string'
}

function isEdge(value: unknown): value is FlowEdge {
  return isRecord(value) && typeof value.from === 'string' && typeof value.to === 'string'
}

// One may have drawn an edge to what the other removed.
function dangling(doc: FlowDocument): boolean {
  const check = (graph: Pick<FlowDocument, 'nodes' | 'edges'>): boolean => {
    const ids = new Set(graph.nodes.map((node) => node.id))
    return edgesOf(graph).some((edge) => !ids.has(edge.from) || !ids.has(edge.to)) || graph.nodes.some((node) => node.body !== undefined && check(node.body))
  }
  return check(doc)
}
