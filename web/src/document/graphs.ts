import type { FlowDocument, FlowEdge, FlowNode, Graph, GraphId } from './types'

/** Where a node stands in its document. */
export interface Place {
  readonly node: FlowNode
  /** The container that the node is in. */
  readonly owner: GraphId
  readonly depth: number
  /** JSON Pointer of the node. */
  readonly pointer: string
}

export interface DocumentIndex {
  readonly places: ReadonlyMap<string, Place>
  readonly graphs: ReadonlyMap<GraphId, Graph>
}

const indexes = new WeakMap<FlowDocument, DocumentIndex>()

/** The nodes of a document by id. Computed once for each state of the document. */
export function indexOf(doc: FlowDocument): DocumentIndex {
  const known = indexes.get(doc)
  if (known) return known
  const places = new Map<string, Place>()
  const graphs = new Map<GraphId, Graph>()
  const visit = (graph: Graph, owner: GraphId, depth: number, pointer: string) => {
    graphs.set(owner, graph)
    graph.nodes.forEach((node, i) => {
      const at = `${pointer}/nodes/${i}`
      if (places.has(node.id)) return
      places.set(node.id, { node, owner, depth, pointer: at })
      if (node.body) visit(node.body, node.id, depth + 1, `${at}/body`)
    })
  }
  visit(doc, null, 0, '')
  const index = { places, graphs }
  indexes.set(doc, index)
  return index
}

export function nodeOf(doc: FlowDocument, id: string): FlowNode | undefined {
  return indexOf(doc).places.get(id)?.node
}

export function ownerOf(doc: FlowDocument, id: string): GraphId | undefined {
  return indexOf(doc).places.get(id)?.owner
}

export function graphOf(doc: FlowDocument, id: GraphId): Graph | undefined {
  return indexOf(doc).graphs.get(id)
}

export function edgesOf(graph: Graph | undefined): readonly FlowEdge[] {
  return graph?.edges ?? []
}

/** Whether a node is inside a container, at any depth. */
export function isInside(doc: FlowDocument, id: string, container: string): boolean {
  let owner = ownerOf(doc, id)
  while (owner) {
    if (owner === container) return true
    owner = ownerOf(doc, owner)
  }
  return false
}

/** A node's id and those of all that is in it. */
export function withBody(node: FlowNode): string[] {
  const ids = [node.id]
  for (const child of node.body?.nodes ?? []) ids.push(...withBody(child))
  return ids
}

/** The ids without those that lie within another of them. */
export function outermost(doc: FlowDocument, ids: Iterable<string>): string[] {
  const chosen = new Set([...ids].filter((id) => indexOf(doc).places.has(id)))
  return [...chosen].filter((id) => ![...chosen].some((other) => other !== id && isInside(doc, id, other)))
}

/** The document with one graph changed; all that is not on the way to it stays the same object. */
export function changeGraph(doc: FlowDocument, id: GraphId, change: (graph: Graph) => Graph): FlowDocument {
  if (id === null) {
    const changed = change(doc)
    return changed === doc ? doc : { ...doc, ...changed }
  }
  return changeNode(doc, id, (node) => {
    const body = node.body ?? { nodes: [], edges: [] }
    const changed = change(body)
    return changed === body ? node : { ...node, body: changed }
  })
}

/** The document with one node changed. */
export function changeNode(doc: FlowDocument, id: string, change: (node: FlowNode) => FlowNode): FlowDocument {
  const place = indexOf(doc).places.get(id)
  if (!place) return doc
  const changed = change(place.node)
  if (changed === place.node) return doc
  return changeGraph(doc, place.owner, (graph) => ({
    ...graph,
    nodes: graph.nodes.map((node) => (node === place.node ? changed : node)),
  }))
}

/** An id that nothing in the document has: the wanted one, else with a number. */
export function freeId(taken: { has(id: string): boolean }, wanted: string): string {
  const cleaned = wanted.toLowerCase().replace(/[^a-z0-9_-]+/g, '-').replace(/^[^a-z]+/, '').replace(/-+$/, '').slice(0, 56)
  const base = cleaned === '' ? 'node' : cleaned
  if (!taken.has(base)) return base
  const stem = base.replace(/-\d+$/, '')
  for (let n = 2; ; n++) {
    const id = `${stem}-${n}`
    if (!taken.has(id)) return id
  }
}

export const idPattern = /^[a-z][a-z0-9_-]{0,63}$/
