import { addNode, place } from './edit'
import { changeGraph, edgesOf, graphOf, indexOf, isInside, outermost } from './graphs'
import { edgeKey, type FlowDocument, type FlowEdge, type FlowNode, type GraphId, type Point } from './types'

/**
 * Moves nodes into another graph. Edges among them go along; edges to what stays behind are cut, because an edge never
 * crosses the border of a graph.
 */
export function moveTo(doc: FlowDocument, ids: readonly string[], target: GraphId, positions: ReadonlyMap<string, Point>): FlowDocument {
  const { places } = indexOf(doc)
  const moved = outermost(doc, ids).filter((id) => {
    const owner = places.get(id)?.owner
    return owner !== target && id !== target && !(target !== null && isInside(doc, target, id))
  })
  if (moved.length === 0) return place(doc, positions)
  const going = new Set(moved)
  const nodes: FlowNode[] = []
  const inner: FlowEdge[] = []
  let changed = doc
  for (const owner of new Set(moved.map((id) => places.get(id)?.owner ?? null))) {
    changed = changeGraph(changed, owner, (graph) => {
      nodes.push(...graph.nodes.filter((node) => going.has(node.id)))
      inner.push(...edgesOf(graph).filter((edge) => going.has(edge.from) && going.has(edge.to)))
      return {
        ...graph,
        nodes: graph.nodes.filter((node) => !going.has(node.id)),
        edges: edgesOf(graph).filter((edge) => !going.has(edge.from) && !going.has(edge.to)),
      }
    })
  }
  changed = changeGraph(changed, target, (graph) => ({ ...graph, nodes: [...graph.nodes, ...nodes], edges: [...edgesOf(graph), ...inner] }))
  return place(changed, positions)
}

/**
 * Puts nodes of one graph into a new container. Edges that led in or out lead to the container or leave it, on its
 * first port.
 */
export function wrap(doc: FlowDocument, ids: readonly string[], type: string, at: Point, inner: ReadonlyMap<string, Point>): { doc: FlowDocument; id: string } | null {
  const chosen = outermost(doc, ids)
  const owner = indexOf(doc).places.get(chosen[0] ?? '')?.owner
  if (owner === undefined || chosen.some((id) => indexOf(doc).places.get(id)?.owner !== owner)) return null
  const inside = new Set(chosen)
  const crossing = edgesOf(graphOf(doc, owner)).filter((edge) => inside.has(edge.from) !== inside.has(edge.to))
  const added = addNode(doc, { type, graph: owner, at, container: true })
  const moved = moveTo(added.doc, chosen, added.id, inner)
  const made = new Map<string, FlowEdge>()
  for (const edge of crossing) {
    const outer: FlowEdge = inside.has(edge.from) ? { from: added.id, to: edge.to } : { ...edge, to: added.id }
    made.set(edgeKey(outer), outer)
  }
  return {
    id: added.id,
    doc: changeGraph(moved, owner, (graph) => ({ ...graph, edges: [...edgesOf(graph), ...acyclic(graph.edges ?? [], [...made.values()])] })),
  }
}

// Nodes with a path between them that runs outside cannot be wrapped without a circle: the edges that would close one stay away.
function acyclic(known: readonly FlowEdge[], wanted: readonly FlowEdge[]): FlowEdge[] {
  const next = new Map<string, Set<string>>()
  const add = (edge: FlowEdge) => {
    const set = next.get(edge.from) ?? new Set<string>()
    next.set(edge.from, set.add(edge.to))
  }
  known.forEach(add)
  const leads = (from: string, to: string): boolean => {
    const seen = new Set([from])
    const stack = [from]
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      if (id === to) return true
      for (const follower of next.get(id) ?? []) {
        if (!seen.has(follower)) {
          seen.add(follower)
          stack.push(follower)
        }
      }
    }
    return false
  }
  return wanted.filter((edge) => {
    if (leads(edge.to, edge.from)) return false
    add(edge)
    return true
  })
}

/** Takes a container away and leaves what was in it, joined as the container was. */
export function unwrap(doc: FlowDocument, id: string): FlowDocument {
  const found = indexOf(doc).places.get(id)
  const body = found?.node.body
  if (!found || !body) return doc
  const [x = 0, y = 0] = (doc.layout?.[id] as readonly number[] | undefined) ?? []
  const positions = new Map<string, Point>()
  for (const node of body.nodes) {
    const at = doc.layout?.[node.id] as readonly number[] | undefined
    if (at) positions.set(node.id, { x: x + (at[0] ?? 0), y: y + (at[1] ?? 0) })
  }
  const has = (key: 'from' | 'to', node: FlowNode) => edgesOf(body).some((edge) => edge[key] === node.id)
  const first = body.nodes.filter((node) => !has('to', node))
  const last = body.nodes.filter((node) => !has('from', node))
  const unwrapped = changeGraph(doc, found.owner, (graph) => {
    const outer = edgesOf(graph)
    return {
      ...graph,
      nodes: [...graph.nodes.filter((node) => node.id !== id), ...body.nodes],
      edges: [
        ...outer.filter((edge) => edge.from !== id && edge.to !== id),
        ...edgesOf(body),
        ...outer.filter((edge) => edge.to === id).flatMap((edge) => first.map((node) => ({ ...edge, to: node.id }))),
        ...outer.filter((edge) => edge.from === id && edge.port !== 'error' && edge.port !== 'exhausted').flatMap((edge) => last.map((node) => ({ from: node.id, to: edge.to }))),
      ],
    }
  })
  const { [id]: _, ...layout } = unwrapped.layout ?? {}
  return place({ ...unwrapped, layout }, positions)
}
