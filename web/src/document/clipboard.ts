import { changeGraph, edgesOf, freeId, graphOf, indexOf, outermost, withBody } from './graphs'
import { place } from './edit'
import { type ExpressionsOf, renameInGraph } from './rename'
import { readGraph } from './read'
import { edgeKey, type FlowDocument, type FlowEdge, type FlowNode, type GraphId, type Graph, isRecord, type Note, type Point } from './types'
import { addNotes, notesOf, readNotes } from './notes'

/** What is copied: it travels as JSON text, so it can be pasted into another flow, browser or editor. */
export interface Clip {
  readonly sluice: 1
  readonly kind: 'nodes'
  readonly nodes: readonly FlowNode[]
  readonly edges: readonly FlowEdge[]
  readonly layout: Readonly<Record<string, readonly number[]>>
  readonly notes?: readonly Note[]
}

/** Copies nodes, the edges among them, and comments. Of nested choices the outermost counts. */
export function copy(doc: FlowDocument, ids: Iterable<string>, noteIds: ReadonlySet<string> = new Set()): Clip | null {
  const chosen = outermost(doc, ids)
  const notes = notesOf(doc).filter((note) => noteIds.has(note.id))
  if (chosen.length === 0 && notes.length === 0) return null
  const { places } = indexOf(doc)
  const going = new Set(chosen)
  const nodes = chosen.flatMap((id) => places.get(id)?.node ?? [])
  const edges = [...new Set(chosen.map((id) => places.get(id)?.owner ?? null))]
    .flatMap((owner) => edgesOf(graphOf(doc, owner)))
    .filter((edge) => going.has(edge.from) && going.has(edge.to))
  const layout: Record<string, readonly number[]> = {}
  for (const id of nodes.flatMap(withBody)) {
    const at = doc.layout?.[id]
    if (at) layout[id] = at as readonly number[]
  }
  return { sluice: 1, kind: 'nodes', nodes, edges, layout, ...(notes.length > 0 ? { notes } : {}) }
}

/** Reads pasted text's value; null where it is not a copy of nodes. A whole flow counts as one. */
export function readClip(value: unknown): Clip | null {
  if (!isRecord(value) || value.sluice !== 1) return null
  const graph = readGraph(value)
  if (!graph) return null
  const layout: Record<string, readonly number[]> = {}
  for (const [id, at] of Object.entries(isRecord(value.layout) ? value.layout : {})) {
    if (Array.isArray(at) && at.every((n) => typeof n === 'number')) layout[id] = at as number[]
  }
  const notes = readNotes(value.notes)
  return { sluice: 1, kind: 'nodes', nodes: graph.nodes, edges: edgesOf(graph), layout, ...(notes.length > 0 ? { notes } : {}) }
}

export interface Pasted {
  readonly doc: FlowDocument
  readonly ids: readonly string[]
  readonly notes: readonly string[]
}

/** Pastes nodes into a graph: ids that are taken are renewed, and what refers to them within the copy follows. */
export function paste(doc: FlowDocument, clip: Clip, target: GraphId, at: Point, expressionsOf: ExpressionsOf): Pasted {
  const taken = new Set(indexOf(doc).places.keys())
  const ids = new Map<string, string>()
  for (const id of clip.nodes.flatMap(withBody)) {
    const free = freeId(taken, id)
    taken.add(free)
    ids.set(id, free)
  }
  const renewed: Graph = renameInGraph({ nodes: clip.nodes, edges: clip.edges }, ids, expressionsOf)
  const pasted = changeGraph(doc, target, (graph) => ({
    ...graph,
    nodes: [...graph.nodes, ...renewed.nodes],
    edges: unique([...edgesOf(graph), ...edgesOf(renewed)]),
  }))
  const top = new Set(clip.nodes.map((node) => node.id))
  const corner = cornerOf(clip, top)
  const positions = new Map<string, Point>()
  for (const [id, free] of ids) {
    const [x = 0, y = 0] = clip.layout[id] ?? []
    if (clip.layout[id] === undefined && !top.has(id)) continue
    positions.set(free, top.has(id) ? { x: at.x + x - corner.x, y: at.y + y - corner.y } : { x, y })
  }
  const shift = (note: Note): Note => ({ ...note, at: [at.x + (note.at[0] ?? 0) - corner.x, at.y + (note.at[1] ?? 0) - corner.y, note.at[2] ?? 0, note.at[3] ?? 0].map(Math.round) })
  const noted = addNotes(place(pasted, positions), (clip.notes ?? []).map(shift))
  return { doc: noted.doc, ids: renewed.nodes.map((node) => node.id), notes: noted.ids }
}

function unique(edges: readonly FlowEdge[]): FlowEdge[] {
  return [...new Map(edges.map((edge) => [edgeKey(edge), edge])).values()]
}

function cornerOf(clip: Clip, top: ReadonlySet<string>): Point {
  const places = [
    ...Object.entries(clip.layout).filter(([id]) => top.has(id)).map(([, at]) => at),
    ...(clip.notes ?? []).map((note) => note.at),
  ]
  if (places.length === 0) return { x: 0, y: 0 }
  return { x: Math.min(...places.map((at) => at[0] ?? 0)), y: Math.min(...places.map((at) => at[1] ?? 0)) }
}
