import { type FlowDocument, type FlowNode, type Graph, isRecord, type JsonObject, type Layout } from './types'
import { readNotes } from './notes'

/**
 * Reading a document from a value of any shape: enough structure is held for the canvas to draw it. What else is wrong
 * with it is the server's to say.
 */

/** The value as a document, or null where a canvas could not draw it. */
export function readDocument(value: unknown): FlowDocument | null {
  if (!isRecord(value) || typeof value.id !== 'string' || !readGraph(value)) return null
  if (value.triggers !== undefined && !(Array.isArray(value.triggers) && value.triggers.every(isNamed))) return null
  for (const key of ['settings', 'vars', 'keys'] as const) {
    if (value[key] !== undefined && !isRecord(value[key])) return null
  }
  if (value.layout !== undefined && !isRecord(value.layout)) return null
  const doc = { ...value, sluice: 1 } as unknown as FlowDocument
  return value.layout === undefined ? doc : { ...doc, layout: readLayout(value.layout as JsonObject) }
}

function isNamed(value: unknown): value is JsonObject {
  return isRecord(value) && typeof value.id === 'string' && value.id !== '' && typeof value.type === 'string'
}

/** The value as a graph with well-formed nodes and edges and ids that are unique throughout, else null. */
export function readGraph(value: unknown): Graph | null {
  const seen = new Set<string>()
  const check = (graph: unknown): boolean => {
    if (!isRecord(graph) || !Array.isArray(graph.nodes)) return false
    const { edges } = graph
    if (edges !== undefined && !(Array.isArray(edges) && edges.every(isEdge))) return false
    return graph.nodes.every((node: unknown) => {
      if (!isNamed(node) || seen.has(node.id as string)) return false
      seen.add(node.id as string)
      if (node.config !== undefined && !isRecord(node.config)) return false
      if (node.retry !== undefined && !isRecord(node.retry)) return false
      if (node.compensate !== undefined && !(isRecord(node.compensate) && typeof node.compensate.type === 'string')) return false
      return node.body === undefined || check(node.body)
    })
  }
  return check(value) ? (value as unknown as Graph) : null
}

function isEdge(value: unknown): boolean {
  return isRecord(value) && typeof value.from === 'string' && typeof value.to === 'string' && (value.port === undefined || typeof value.port === 'string')
}

function readLayout(value: JsonObject): Layout {
  const layout: Record<string, readonly number[]> = {}
  for (const [id, at] of Object.entries(value)) {
    if (Array.isArray(at) && at.length >= 2 && at.every((n) => typeof n === 'number')) layout[id] = at as number[]
  }
  const notes = readNotes(value.$notes)
  return notes.length > 0 ? { ...layout, $notes: notes } : layout
}

/** A new flow: nothing in it yet. */
export function emptyDocument(id: string, title?: FlowDocument['title']): FlowDocument {
  return { sluice: 1, id, ...(title === undefined ? {} : { title }), nodes: [] as FlowNode[], edges: [] }
}
