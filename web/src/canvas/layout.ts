import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api'
import { inputY } from './routes'
import { padBeside, type Scene, type SceneNode, sizes } from './scene'
import type { Point } from '../document/types'

/** Auto-layout: the scene in ELK's terms, and back. The work is done in a worker, fetched at the first use. */

/** Up to here the nicer, slower placement is quick enough. */
const nice = 120

const options = (count: number) => ({
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.hierarchyHandling': 'SEPARATE_CHILDREN',
  'elk.layered.spacing.nodeNodeBetweenLayers': '68',
  'elk.spacing.nodeNode': '40',
  'elk.spacing.edgeNode': '24',
  'elk.spacing.edgeEdge': '14',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.nodePlacement.strategy': count <= nice ? 'NETWORK_SIMPLEX' : 'BRANDES_KOEPF',
  'elk.layered.nodePlacement.favorStraightEdges': 'true',
  'elk.separateConnectedComponents': 'false',
})

const side = (x: string) => ({ 'elk.port.side': x })

/** The part of a scene that is arranged: all of it, or only the nodes that are named and what is in them. */
export function graphFor(scene: Scene, only: ReadonlySet<string> | null): ElkNode {
  const children = (parent: string | null): ElkNode[] =>
    scene.nodes.filter((n) => n.kind !== 'note' && n.parent === parent && (parent !== null || only === null || only.has(n.id))).map((n) => element(n, children))
  const list = children(null)
  const within = new Set<string>()
  const collect = (nodes: readonly ElkNode[]) => nodes.forEach((n) => {
    within.add(n.id)
    collect(n.children ?? [])
  })
  collect(list)
  const edges = scene.edges.filter((e) => within.has(e.from) && within.has(e.to))
  return withEdges({ id: 'root', layoutOptions: options(scene.nodes.length), children: list }, null, edges)
}

function element(node: SceneNode, children: (parent: string) => ElkNode[]): ElkNode {
  const inner = node.kind === 'container' ? children(node.id) : []
  const ports = [
    ...(node.inputs ? [{ id: `${node.id}:in`, x: 0, y: inputY(node), width: 1, height: 1, layoutOptions: side('WEST') }] : []),
    ...node.ports.filter((p) => p.x >= node.width).map((p) => ({ id: `${node.id}:${p.name}`, x: node.width - 1, y: p.y, width: 1, height: 1, layoutOptions: side('EAST') })),
  ]
  return {
    id: node.id,
    width: node.width,
    height: node.height + 14,
    ports,
    layoutOptions: {
      'elk.portConstraints': inner.length > 0 ? 'FIXED_ORDER' : 'FIXED_POS',
      'elk.padding': `[top=${sizes.containerHead + 20},left=${sizes.containerPad},bottom=${sizes.containerPad},right=${padBeside(node.ports.filter((p) => p.x >= node.width).length)}]`,
    },
    ...(inner.length > 0 ? { children: inner } : {}),
  }
}

// Each edge stands in the graph that it is in.
function withEdges(node: ElkNode, graph: string | null, edges: Scene['edges']): ElkNode {
  const own = edges.filter((e) => e.graph === graph).map((e): ElkExtendedEdge => ({ id: e.key, sources: [`${e.from}:${e.port}`], targets: [`${e.to}:in`] }))
  return {
    ...node,
    edges: own.filter((e) => hasPort(node, e.sources[0]) && hasPort(node, e.targets[0])),
    ...(node.children ? { children: node.children.map((child) => (child.children ? withEdges({ ...child, layoutOptions: { ...options(0), ...child.layoutOptions } }, child.id, edges) : child)) } : {}),
  }
}

function hasPort(graph: ElkNode, port: string | undefined): boolean {
  return (graph.children ?? []).some((child) => child.ports?.some((p) => p.id === port))
}

/** The places that ELK gave, relative to each node's container. A part of the flow stays about where it was. */
export function placesFrom(result: ElkNode, scene: Scene, partial: boolean): Map<string, Point> {
  const places = new Map<string, Point>()
  const visit = (node: ElkNode) => {
    for (const child of node.children ?? []) {
      places.set(child.id, { x: child.x ?? 0, y: child.y ?? 0 })
      visit(child)
    }
  }
  visit(result)
  const top = (result.children ?? []).flatMap((c) => scene.byId.get(c.id) ?? [])
  const first = partial ? { x: Math.min(...top.map((n) => n.x)), y: Math.min(...top.map((n) => n.y)) } : { x: 80, y: 80 }
  const corner = { x: Math.min(...top.map((n) => places.get(n.id)?.x ?? 0)), y: Math.min(...top.map((n) => places.get(n.id)?.y ?? 0)) }
  for (const n of top) {
    const at = places.get(n.id)
    if (at) places.set(n.id, { x: at.x - corner.x + first.x, y: at.y - corner.y + first.y })
  }
  return places
}

/** Arranges a scene. Rejects when it is aborted. */
export async function arrangeScene(scene: Scene, only: ReadonlySet<string> | null, signal: AbortSignal): Promise<Map<string, Point>> {
  const [{ default: Elk }, { default: address }] = await Promise.all([import('elkjs/lib/elk-api'), import('elkjs/lib/elk-worker.min.js?url')])
  signal.throwIfAborted()
  const elk = new Elk({ workerFactory: () => new Worker(new URL(address, document.baseURI)) })
  const graph = graphFor(scene, only)
  try {
    const result = await Promise.race([
      elk.layout(graph),
      new Promise<never>((_, stop) => signal.addEventListener('abort', () => stop(signal.reason as Error), { once: true })),
    ])
    return placesFrom(result, scene, only !== null)
  } finally {
    elk.terminateWorker()
  }
}

