import { edgesOf, graphOf, indexOf } from './graphs'
import { defaultPort, errorPort, type FlowDocument, type FlowNode, type Graph } from './types'

/** Why two nodes cannot be joined. */
export type Refusal = 'missing' | 'self' | 'boundary' | 'port' | 'duplicate' | 'cycle'

/** The ports of a node beside `error`. */
export type PortsOf = (node: FlowNode) => readonly string[]

export interface Wire {
  readonly from: string
  readonly port: string
  readonly to: string
}

/** Says why an edge cannot be drawn; null where it can. */
export function refusalOf(doc: FlowDocument, wire: Wire, portsOf: PortsOf): Refusal | null {
  const { places } = indexOf(doc)
  const from = places.get(wire.from)
  const to = places.get(wire.to)
  if (!from || !to) return 'missing'
  if (wire.from === wire.to) return 'self'
  if (from.owner !== to.owner) return 'boundary'
  if (wire.port !== errorPort && !portsOf(from.node).includes(wire.port)) return 'port'
  const graph = graphOf(doc, from.owner)
  if (edgesOf(graph).some((e) => e.from === wire.from && e.to === wire.to && (e.port ?? defaultPort) === wire.port)) return 'duplicate'
  if (graph && reaches(graph, wire.to, wire.from)) return 'cycle'
  return null
}

/** Whether an edge path leads from one node to another in a graph. */
export function reaches(graph: Graph, from: string, to: string): boolean {
  const next = new Map<string, string[]>()
  for (const edge of edgesOf(graph)) {
    const list = next.get(edge.from)
    if (list) list.push(edge.to)
    else next.set(edge.from, [edge.to])
  }
  const seen = new Set<string>([from])
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

/** All nodes that an edge from this port may lead to, for a list to choose from. */
export function targetsOf(doc: FlowDocument, from: string, port: string, portsOf: PortsOf): FlowNode[] {
  const owner = indexOf(doc).places.get(from)?.owner
  if (owner === undefined) return []
  return (graphOf(doc, owner)?.nodes ?? []).filter((node) => refusalOf(doc, { from, port, to: node.id }, portsOf) === null)
}
