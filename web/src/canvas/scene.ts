import type { Catalog } from './catalog'
import { edgesOf, graphOf } from '../document/graphs'
import { notesOf } from '../document/notes'
import { type Box, defaultPort, edgeKey, errorPort, type FlowDocument, type FlowNode, type Graph, type GraphId, type Note, type Point } from '../document/types'

/**
 * The scene is what a document looks like: boxes and wires with sizes and places, nothing of React or of the screen. All
 * who draw (the canvas near and far, the minimap, the layout) draw the same scene.
 */

export const startId = '$start'
export const noteMark = '#'

export interface SceneNode {
  readonly id: string
  readonly kind: 'node' | 'container' | 'start' | 'note'
  readonly node?: FlowNode
  readonly note?: Note
  readonly parent: string | null
  /** Relative to the parent. */
  readonly x: number
  readonly y: number
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly inputs: boolean
  readonly ports: readonly Port[]
  /** Whether the container is folded. */
  readonly folded: boolean
  readonly disabled: boolean
}

export interface Port {
  readonly name: string
  /** Of the middle of the port, relative to the node. */
  readonly x: number
  readonly y: number
  /** Whether the port stands in a row with its name. */
  readonly named: boolean
}

export interface SceneEdge {
  readonly key: string
  readonly from: string
  readonly port: string
  readonly to: string
  /** Container that the edge is in. */
  readonly graph: GraphId
  /** From the start to a first node: drawn, but no edge of the document. */
  readonly implied: boolean
}

export interface Scene {
  readonly nodes: readonly SceneNode[]
  readonly byId: ReadonlyMap<string, SceneNode>
  readonly edges: readonly SceneEdge[]
}

export const sizes = {
  width: 212,
  head: 54,
  row: 24,
  rowsPad: 8,
  containerHead: 40,
  containerPad: 28,
  containerMin: { width: 268, height: 150 },
  startRow: 34,
  column: 280,
  line: 120,
} as const

/** What a port at the side of a container leaves free for its name. */
const portNames = 76

export function sceneOf(doc: FlowDocument, catalog: Catalog, folded: ReadonlySet<string> = new Set()): Scene {
  const nodes: SceneNode[] = []
  const edges: SceneEdge[] = []
  const own = layGraph(doc, doc, null, { x: 0, y: 0 }, { catalog, folded, nodes, edges })
  const start = startOf(doc, own)
  for (const first of firstNodes(doc)) {
    edges.push({ key: `${startId}:${defaultPort}:${first.id}`, from: startId, port: defaultPort, to: first.id, graph: null, implied: true })
  }
  const all = [...notesOf(doc).map(noteBox), start, ...nodes]
  return { nodes: all, byId: new Map(all.map((node) => [node.id, node])), edges }
}

interface Making {
  readonly catalog: Catalog
  readonly folded: ReadonlySet<string>
  readonly nodes: SceneNode[]
  readonly edges: SceneEdge[]
}

function layGraph(doc: FlowDocument, graph: Graph, owner: GraphId, origin: Point, making: Making): SceneNode[] {
  const places = placesOf(doc, graph)
  const wired = new Set(edgesOf(graph).filter((edge) => edge.port === errorPort).map((edge) => edge.from))
  const own: SceneNode[] = []
  for (const node of graph.nodes) {
    const at = places.get(node.id) ?? { x: 0, y: 0 }
    const place = { ...at, parent: owner, left: origin.x + at.x, top: origin.y + at.y }
    const ports = making.catalog.portsOf(node)
    const isFolded = node.body !== undefined && making.folded.has(node.id)
    if (!node.body || isFolded) {
      own.push(card(node, place, ports, wired.has(node.id), isFolded))
      making.nodes.push(own.at(-1) as SceneNode)
      continue
    }
    // A container comes before what is in it, and its size is known after.
    const slot = making.nodes.length
    making.nodes.push(undefined as unknown as SceneNode)
    const inside = layGraph(doc, node.body, node.id, { x: place.left, y: place.top }, making)
    const box = container(node, place, ports, wired.has(node.id), inside)
    making.nodes[slot] = box
    own.push(box)
  }
  for (const edge of edgesOf(graph)) {
    making.edges.push({ key: edgeKey(edge), from: edge.from, port: edge.port ?? defaultPort, to: edge.to, graph: owner, implied: false })
  }
  return own
}

type Placed = Pick<SceneNode, 'x' | 'y' | 'left' | 'top' | 'parent'>

function card(node: FlowNode, at: Placed, ports: readonly string[], errorWired: boolean, folded: boolean): SceneNode {
  const rows = ports.length > 1 || errorWired ? [...ports, ...(errorWired ? [errorPort] : [])] : []
  const height = sizes.head + (rows.length > 0 ? rows.length * sizes.row + sizes.rowsPad : 0)
  const x = sizes.width
  const named = rows.map((name, i) => ({ name, x, y: sizes.head + sizes.rowsPad / 2 + (i + 0.5) * sizes.row, named: true }))
  const single = rows.length > 0 ? [] : ports.map((name) => ({ name, x, y: sizes.head / 2, named: name !== defaultPort }))
  return {
    ...at,
    id: node.id,
    kind: 'node',
    node,
    width: sizes.width,
    height,
    inputs: true,
    ports: [...named, ...single, ...(errorWired || ports.length === 0 ? [] : [hiddenError(sizes.width, height)])],
    folded,
    disabled: node.disabled ?? false,
  }
}

// The error port shows itself when the node is pointed at or an edge leaves it.
function hiddenError(width: number, height: number): Port {
  return { name: errorPort, x: width - 22, y: height, named: false }
}

/** What a container leaves free at its right, where the names of its ports stand if it has several. */
export function padBeside(ports: number): number {
  return sizes.containerPad + (ports > 1 ? portNames - sizes.containerPad / 2 : 0)
}

function container(node: FlowNode, at: Placed, ports: readonly string[], errorWired: boolean, inside: readonly SceneNode[]): SceneNode {
  const rows = [...ports, ...(errorWired ? [errorPort] : [])]
  const pad = padBeside(rows.length)
  const width = Math.max(sizes.containerMin.width, ...inside.map((n) => n.x + n.width + pad))
  const height = Math.max(sizes.containerMin.height, ...inside.map((n) => n.y + n.height + sizes.containerPad))
  const first = sizes.containerHead / 2
  const named = rows.map((name, i) => ({ name, x: width, y: first + i * sizes.row, named: rows.length > 1 }))
  return {
    ...at,
    id: node.id,
    kind: 'container',
    node,
    width,
    height,
    inputs: true,
    ports: [...named, ...(errorWired ? [] : [hiddenError(width, height)])],
    folded: false,
    disabled: node.disabled ?? false,
  }
}

function noteBox(note: Note): SceneNode {
  const [x = 0, y = 0, width = 240, height = 120] = note.at
  return { id: noteMark + note.id, kind: 'note', note, parent: null, x, y, left: x, top: y, width, height, inputs: false, ports: [], folded: false, disabled: false }
}

/** The nodes of the flow that no edge leads to: where runs begin. */
export function firstNodes(graph: Graph): FlowNode[] {
  const reached = new Set(edgesOf(graph).map((edge) => edge.to))
  return graph.nodes.filter((node) => !reached.has(node.id))
}

function startOf(doc: FlowDocument, own: readonly SceneNode[]): SceneNode {
  const height = sizes.head + Math.max(1, doc.triggers?.length ?? 0) * sizes.startRow + sizes.rowsPad
  const kept = doc.layout?.[startId] as readonly number[] | undefined
  const first = own.find((node) => node.id === firstNodes(doc)[0]?.id)
  const [x, y] = [kept?.[0] ?? (first ? Math.min(...own.map((n) => n.x)) - sizes.column : 0), kept?.[1] ?? (first ? first.y : 0)]
  const port = { name: defaultPort, x: sizes.width, y: sizes.head / 2, named: false }
  return { id: startId, kind: 'start', parent: null, x, y, left: x, top: y, width: sizes.width, height, inputs: false, ports: [port], folded: false, disabled: false }
}

/** Where the nodes of a graph stand; those without a place in the layout are put in columns by what leads to them. */
export function placesOf(doc: FlowDocument, graph: Graph): Map<string, Point> {
  const places = new Map<string, Point>()
  const missing: FlowNode[] = []
  for (const node of graph.nodes) {
    const at = doc.layout?.[node.id] as readonly number[] | undefined
    if (at) places.set(node.id, { x: at[0] ?? 0, y: at[1] ?? 0 })
    else missing.push(node)
  }
  if (missing.length === 0) return places
  const ranks = ranksOf(graph)
  const inBody = graphOf(doc, null) !== graph
  const used = new Map<number, number>()
  for (const at of places.values()) used.set(Math.round(at.x / sizes.column), Math.max(used.get(Math.round(at.x / sizes.column)) ?? 0, Math.floor(at.y / sizes.line) + 1))
  for (const node of missing) {
    const column = ranks.get(node.id) ?? 0
    const row = used.get(column) ?? 0
    used.set(column, row + 1)
    places.set(node.id, { x: column * sizes.column + (inBody ? sizes.containerPad : 0), y: row * sizes.line + (inBody ? sizes.containerHead + 20 : 0) })
  }
  return places
}

/** The length of the longest path to each node. A circle, which a document in work may have, is cut. */
export function ranksOf(graph: Graph): Map<string, number> {
  const before = new Map<string, string[]>()
  for (const edge of edgesOf(graph)) before.set(edge.to, [...(before.get(edge.to) ?? []), edge.from])
  const ranks = new Map<string, number>()
  const under = new Set<string>()
  const rank = (id: string): number => {
    const known = ranks.get(id)
    if (known !== undefined) return known
    if (under.has(id)) return 0
    under.add(id)
    const found = Math.max(-1, ...(before.get(id) ?? []).map(rank)) + 1
    under.delete(id)
    ranks.set(id, found)
    return found
  }
  graph.nodes.forEach((node) => rank(node.id))
  return ranks
}

/** The box around nodes, or around all. */
export function boundsOf(nodes: Iterable<SceneNode>): Box | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const node of nodes) {
    left = Math.min(left, node.left)
    top = Math.min(top, node.top)
    right = Math.max(right, node.left + node.width)
    bottom = Math.max(bottom, node.top + node.height)
  }
  return left === Infinity ? null : { x: left, y: top, width: right - left, height: bottom - top }
}

/** The innermost container at a point that is none of the given nodes nor within one. */
export function containerAt(scene: Scene, at: Point, except: ReadonlySet<string>): SceneNode | null {
  let found: SceneNode | null = null
  for (const node of scene.nodes) {
    if (node.kind !== 'container' || isWithin(scene, node, except)) continue
    if (at.x >= node.left && at.x <= node.left + node.width && at.y >= node.top && at.y <= node.top + node.height) found = node
  }
  return found
}

function isWithin(scene: Scene, node: SceneNode, ids: ReadonlySet<string>): boolean {
  for (let at: SceneNode | undefined = node; at; at = at.parent === null ? undefined : scene.byId.get(at.parent)) {
    if (ids.has(at.id)) return true
  }
  return false
}

/** The innermost node at a point. */
export function nodeAt(scene: Scene, at: Point): SceneNode | null {
  return scene.nodes.findLast((n) => at.x >= n.left && at.x <= n.left + n.width && at.y >= n.top && at.y <= n.top + n.height) ?? null
}
