import type { PortsOf, Wire } from './connect'
import { refusalOf } from './connect'
import { changeGraph, changeNode, edgesOf, freeId, graphOf, indexOf, outermost, withBody } from './graphs'
import { defaultPort, edgeKey, errorPort, type FlowDocument, type FlowEdge, type FlowNode, type GraphId, type Layout, type Point } from './types'

/** Operations on the document: pure, each gives a new state, or the same object where nothing changed. */

export interface Added {
  readonly doc: FlowDocument
  readonly id: string
}

export interface NewNode {
  readonly type: string
  /** What the id is made from; the last part of the type where absent. */
  readonly name?: string
  readonly graph: GraphId
  readonly at: Point
  readonly config?: FlowNode['config']
  readonly container: boolean
}

/** Adds a node with a free id. */
export function addNode(doc: FlowDocument, wanted: NewNode): Added {
  const id = freeId(indexOf(doc).places, wanted.name ?? wanted.type.replace(/@\d+$/, '').split('.').at(-1) ?? 'node')
  const node: FlowNode = {
    id,
    type: wanted.type,
    ...(wanted.config ? { config: wanted.config } : {}),
    ...(wanted.container ? { body: { nodes: [], edges: [] } } : {}),
  }
  const added = changeGraph(doc, wanted.graph, (graph) => ({ ...graph, nodes: [...graph.nodes, node] }))
  return { doc: place(added, new Map([[id, wanted.at]])), id }
}

function newEdge(wire: Wire): FlowEdge {
  return wire.port === defaultPort ? { from: wire.from, to: wire.to } : { from: wire.from, port: wire.port, to: wire.to }
}

/** Draws an edge where that is allowed. */
export function connect(doc: FlowDocument, wire: Wire, portsOf: PortsOf): FlowDocument {
  if (refusalOf(doc, wire, portsOf) !== null) return doc
  const owner = indexOf(doc).places.get(wire.from)?.owner ?? null
  return changeGraph(doc, owner, (graph) => ({ ...graph, edges: [...edgesOf(graph), newEdge(wire)] }))
}

/** Removes edges by their keys. */
export function removeEdges(doc: FlowDocument, keys: ReadonlySet<string>): FlowDocument {
  let changed = doc
  for (const [id, graph] of indexOf(doc).graphs) {
    if (edgesOf(graph).some((edge) => keys.has(edgeKey(edge)))) {
      changed = changeGraph(changed, id, (g) => ({ ...g, edges: edgesOf(g).filter((edge) => !keys.has(edgeKey(edge))) }))
    }
  }
  return changed
}

/** Lets an edge leave or end elsewhere; the same document where the new edge is not allowed. */
export function rewire(doc: FlowDocument, key: string, wire: Wire, portsOf: PortsOf): FlowDocument {
  const without = removeEdges(doc, new Set([key]))
  if (without === doc) return doc
  const joined = connect(without, wire, portsOf)
  return joined === without ? doc : joined
}

/** Puts a node that has no edges yet into the middle of an edge, on its first port. */
export function insertOnEdge(doc: FlowDocument, key: string, id: string, portsOf: PortsOf): FlowDocument {
  const owner = indexOf(doc).places.get(id)?.owner
  if (owner === undefined) return doc
  const edge = edgesOf(graphOf(doc, owner)).find((e) => edgeKey(e) === key)
  const node = indexOf(doc).places.get(id)?.node
  if (!edge || !node || edge.from === id || edge.to === id) return doc
  const cut = removeEdges(doc, new Set([key]))
  const before = connect(cut, { from: edge.from, port: edge.port ?? defaultPort, to: id }, portsOf)
  const first = portsOf(node)[0]
  const after = first === undefined ? before : connect(before, { from: id, port: first, to: edge.to }, portsOf)
  return before === cut ? doc : after
}

/**
 * Removes nodes with all that is in them and every edge to them. With `heal`, what led to a removed node leads on to
 * what followed it on its first port.
 */
export function removeNodes(doc: FlowDocument, ids: Iterable<string>, heal = false): FlowDocument {
  let changed = doc
  for (const id of outermost(doc, ids)) {
    const found = indexOf(changed).places.get(id)
    if (!found) continue
    changed = changeGraph(changed, found.owner, (graph) => {
      const edges = edgesOf(graph).filter((edge) => edge.from !== id && edge.to !== id)
      return {
        ...graph,
        nodes: graph.nodes.filter((node) => node.id !== id),
        edges: heal ? [...edges, ...bridges(edgesOf(graph), edges, id)] : edges,
      }
    })
    changed = dropLayout(changed, withBody(found.node))
  }
  return changed
}

function bridges(all: readonly FlowEdge[], kept: readonly FlowEdge[], id: string): FlowEdge[] {
  const known = new Set(kept.map(edgeKey))
  const made: FlowEdge[] = []
  for (const before of all.filter((e) => e.to === id)) {
    for (const after of all.filter((e) => e.from === id && e.port !== errorPort)) {
      const edge = newEdge({ from: before.from, port: before.port ?? defaultPort, to: after.to })
      if (!known.has(edgeKey(edge))) {
        known.add(edgeKey(edge))
        made.push(edge)
      }
    }
  }
  return made
}

export function dropLayout(doc: FlowDocument, ids: Iterable<string>): FlowDocument {
  const gone = new Set(ids)
  if (!doc.layout || !Object.keys(doc.layout).some((id) => gone.has(id))) return doc
  return { ...doc, layout: Object.fromEntries(Object.entries(doc.layout).filter(([id]) => !gone.has(id))) as Layout }
}

/** Sets where nodes stand, in whole pixels, relative to their container. */
export function place(doc: FlowDocument, positions: ReadonlyMap<string, Point>): FlowDocument {
  const layout: Record<string, Layout[string]> = { ...doc.layout }
  let changed = false
  for (const [id, at] of positions) {
    const x = Math.round(at.x)
    const y = Math.round(at.y)
    const old = layout[id]
    if (old && old[0] === x && old[1] === y) continue
    layout[id] = [x, y]
    changed = true
  }
  return changed ? { ...doc, layout: layout as Layout } : doc
}

/** Sets one key of a node; undefined removes it. */
export function setNodeKey<K extends Exclude<keyof FlowNode, 'id'>>(doc: FlowDocument, id: string, key: K, value: FlowNode[K] | undefined): FlowDocument {
  return changeNode(doc, id, (node) => {
    if (node[key] === value) return node
    const changed = { ...node, [key]: value }
    if (value === undefined) delete changed[key]
    return changed
  })
}

/** Switches nodes off; on again where all of them are off. */
export function toggleDisabled(doc: FlowDocument, ids: readonly string[]): FlowDocument {
  const { places } = indexOf(doc)
  const nodes = ids.flatMap((id) => places.get(id)?.node ?? [])
  const on = nodes.some((node) => !node.disabled)
  return nodes.reduce((d, node) => setNodeKey(d, node.id, 'disabled', on ? true : undefined), doc)
}

/** Sets one key of the document itself; undefined removes it. */
export function setDocumentKey<K extends Exclude<keyof FlowDocument, 'sluice' | 'nodes'>>(doc: FlowDocument, key: K, value: FlowDocument[K] | undefined): FlowDocument {
  if (doc[key] === value) return doc
  const changed = { ...doc, [key]: value }
  if (value === undefined) delete changed[key]
  return changed
}
