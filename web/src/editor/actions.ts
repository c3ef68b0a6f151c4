import { say } from '../app/say'
import type { Catalog } from '../canvas/catalog'
import { isNodeId } from '../canvas/model'
import { noteMark, sceneOf, sizes, startId } from '../canvas/scene'
import { align, type Alignment, distribute } from '../document/arrange'
import { copy, paste, readClip } from '../document/clipboard'
import { refusalOf, type Wire } from '../document/connect'
import { moveTo, unwrap, wrap } from '../document/containers'
import * as edit from '../document/edit'
import { graphOf, indexOf, outermost } from '../document/graphs'
import { addNotes, newNote, noteSize, removeNotes, setNote } from '../document/notes'
import { undo, redo, useDocument } from '../document/store'
import { addTrigger, removeTriggers, triggerKey } from '../document/triggers'
import type { Box, FlowDocument, GraphId, NoteColor, Point } from '../document/types'
import { parseJson, writeJson } from '../api/json'
import { i18n } from '../i18n/setup'
import { useView } from './view'

/** What can be done to the flow that is open: each is one step of the history and leaves a sensible choice behind. */

const doc = () => useDocument.getState().doc
const commit = (action: string, change: (doc: FlowDocument) => FlowDocument, join?: string) => useDocument.getState().commit(action, change, join)
const select = (ids: readonly string[], panel?: boolean) => useView.getState().select(ids, panel)
const chosen = () => useView.getState().selection
const nodesOf = (ids: readonly string[]) => ids.filter((id) => isNodeId(id) && indexOf(doc()).places.has(id))
const notesIn = (ids: readonly string[]) => new Set(ids.filter((id) => id.startsWith(noteMark)).map((id) => id.slice(1)))

/** Says why a wire may not be drawn; null where it may. */
export function refuse(catalog: Catalog, wire: Wire): string | null {
  if (wire.from === startId) return indexOf(doc()).places.get(wire.to)?.owner === null ? i18n.t('editor:refused.start') : i18n.t('editor:refused.boundary')
  const why = refusalOf(doc(), wire, catalog.portsOf)
  return why === null ? null : i18n.t(`editor:refused.${why}`)
}

export function connect(catalog: Catalog, wire: Wire) {
  const why = refuse(catalog, wire)
  if (why !== null) return say('warning', why)
  commit('connect', (d) => edit.connect(d, wire, catalog.portsOf))
}

export function rewire(catalog: Catalog, key: string, wire: Wire) {
  commit('connect', (d) => edit.rewire(d, key, wire, catalog.portsOf))
}

export function removeEdge(key: string) {
  commit('disconnect', (d) => edit.removeEdges(d, new Set([key])))
}

/** Places by canvas id: nodes, the start, comments. */
export function move(places: ReadonlyMap<string, Point>, join?: string) {
  commit('move', (d) => {
    const nodes = new Map([...places].filter(([id]) => isNodeId(id) || id === startId))
    return [...places].filter(([id]) => id.startsWith(noteMark)).reduce((now, [id, at]) => {
      const note = now.layout?.$notes?.find((n) => n.id === id.slice(1))
      return note ? setNote(now, note.id, { at: [Math.round(at.x), Math.round(at.y), note.at[2] ?? 0, note.at[3] ?? 0] }) : now
    }, edit.place(d, nodes))
  }, join)
}

export function nudge(dx: number, dy: number, catalog: Catalog) {
  const scene = sceneOf(doc(), catalog)
  const places = new Map<string, Point>()
  for (const id of [...outermost(doc(), nodesOf(chosen())), ...chosen().filter((i) => i.startsWith(noteMark) || i === startId)]) {
    const box = scene.byId.get(id)
    if (box) places.set(id, { x: box.x + dx, y: box.y + dy })
  }
  if (places.size > 0) move(places, 'nudge')
}

export function moveInto(ids: readonly string[], container: GraphId, places: ReadonlyMap<string, Point>) {
  commit(container === null ? 'moveOut' : 'moveInto', (d) => moveTo(d, ids, container, places))
}

export interface Adding {
  readonly type: string
  readonly graph: GraphId
  readonly at: Point
  readonly after?: { readonly from: string; readonly port: string }
  readonly onEdge?: string
}

/** Adds a node, joined to what it was asked for at, and opens its panel. */
export function add(catalog: Catalog, wanted: Adding) {
  const { after, onEdge } = wanted
  const graph = after && after.from !== startId ? (indexOf(doc()).places.get(after.from)?.owner ?? null) : onEdge ? graphOfEdge(onEdge) : wanted.graph
  let id = ''
  commit('add', (d) => {
    const added = edit.addNode(d, { type: wanted.type, graph, at: within(d, catalog, graph, wanted.at), container: catalog.isContainer(wanted.type) })
    id = added.id
    if (onEdge) return makeRoom(edit.insertOnEdge(added.doc, onEdge, id, catalog.portsOf), catalog, id)
    if (after && after.from !== startId) return edit.connect(added.doc, { ...after, to: id }, catalog.portsOf)
    return added.doc
  })
  select([id], true)
  return id
}

function graphOfEdge(key: string): GraphId {
  return indexOf(doc()).places.get(key.split(':')[0] ?? '')?.owner ?? null
}

// From the flow's coordinates to the container's, with room for its head.
function within(d: FlowDocument, catalog: Catalog, graph: GraphId, at: Point): Point {
  const box = graph === null ? undefined : sceneOf(d, catalog).byId.get(graph)
  if (!box) return { x: at.x, y: at.y }
  return { x: Math.max(20, at.x - box.left), y: Math.max(sizes.containerHead + 12, at.y - box.top) }
}

// What lies behind a node that was put into a wire, and would be under it, moves on.
function makeRoom(d: FlowDocument, catalog: Catalog, id: string): FlowDocument {
  const scene = sceneOf(d, catalog)
  const box = scene.byId.get(id)
  if (!box) return d
  const graph = graphOf(d, box.parent)
  const behind = new Set<string>()
  const follow = (from: string) => {
    for (const edge of graph?.edges ?? []) {
      if (edge.from === from && !behind.has(edge.to)) {
        behind.add(edge.to)
        follow(edge.to)
      }
    }
  }
  follow(id)
  const nearest = Math.min(...[...behind].map((b) => scene.byId.get(b)?.x ?? Infinity))
  const shift = box.x + box.width + 68 - nearest
  if (shift <= 0) return d
  return edit.place(d, new Map([...behind].flatMap((b) => {
    const other = scene.byId.get(b)
    return other && other.x >= box.x - box.width ? [[b, { x: other.x + shift, y: other.y }] as const] : []
  })))
}

export function dropOnEdge(catalog: Catalog, id: string, key: string, at: Point) {
  commit('insert', (d) => edit.insertOnEdge(edit.place(d, new Map([[id, at]])), key, id, catalog.portsOf))
}

export function newTrigger(type: string) {
  let id = ''
  commit('addTrigger', (d) => {
    const added = addTrigger(d, type)
    id = added.id
    return added.doc
  })
  select([triggerKey(id)], true)
}

export function comment(catalog: Catalog, at: Point) {
  let ids: string[] = []
  const free = freePlace(catalog, at)
  commit('comment', (d) => {
    const added = addNotes(d, [newNote(free)])
    ids = added.ids
    return added.doc
  })
  select(ids.map((id) => noteMark + id), false)
}

// Above whatever would cover it.
function freePlace(catalog: Catalog, at: Point): Point {
  const { nodes } = sceneOf(doc(), catalog)
  const [x, y] = [at.x - noteSize.width / 2, at.y - noteSize.height / 2]
  const covering = (top: number) => nodes.filter((n) => n.parent === null && n.left < x + noteSize.width && n.left + n.width > x && n.top < top + noteSize.height && n.top + n.height > top)
  let top = y
  for (let under = covering(top); under.length > 0; under = covering(top)) top = Math.min(...under.map((n) => n.top)) - noteSize.height - 24
  return { x, y: top }
}

export function writeNote(id: string, text: string) {
  commit('comment', (d) => (text.trim() === '' ? removeNotes(d, new Set([id])) : setNote(d, id, { text })))
}

export function sizeNote(id: string, at: readonly number[]) {
  commit('comment', (d) => setNote(d, id, { at }))
}

export function colorNote(id: string, color: NoteColor) {
  commit('comment', (d) => setNote(d, id, { color }))
}

/** Removes what is chosen, or what is given. */
export function remove(ids: readonly string[] = chosen(), heal = false) {
  const edges = new Set(ids.filter((id) => id.includes(':')))
  const triggers = new Set(ids.filter((id) => id.startsWith('@')).map((id) => id.slice(1)))
  commit('remove', (d) => removeTriggers(removeNotes(edit.removeEdges(edit.removeNodes(d, nodesOf(ids), heal), edges), notesIn(ids)), triggers))
  select([])
}

export function disable(ids: readonly string[] = chosen()) {
  commit('disable', (d) => edit.toggleDisabled(d, nodesOf(ids)))
}

/** Puts what is chosen into a container. */
export function group(catalog: Catalog, type = 'group') {
  const ids = outermost(doc(), nodesOf(chosen()))
  const scene = sceneOf(doc(), catalog)
  const boxes = ids.flatMap((id) => scene.byId.get(id) ?? [])
  if (boxes.length === 0) return
  const x = Math.min(...boxes.map((b) => b.x))
  const y = Math.min(...boxes.map((b) => b.y))
  const inner = new Map(boxes.map((b) => [b.id, { x: b.x - x + sizes.containerPad, y: b.y - y + sizes.containerHead + 20 }]))
  let id: string | undefined
  commit('group', (d) => {
    const made = wrap(d, ids, type, { x: x - sizes.containerPad, y: y - sizes.containerHead - 20 }, inner)
    id = made?.id
    return made?.doc ?? d
  })
  if (id) select([id])
  else say('warning', i18n.t('editor:refused.group'))
}

export function ungroup(ids: readonly string[] = chosen()) {
  const containers = nodesOf(ids).filter((id) => indexOf(doc()).places.get(id)?.node.body)
  commit('ungroup', (d) => containers.reduce(unwrap, d))
  select([])
}

export function selectAll() {
  const owner = indexOf(doc()).places.get(chosen()[0] ?? '')?.owner ?? null
  select([...(graphOf(doc(), owner)?.nodes ?? []).map((n) => n.id), ...(owner === null ? (doc().layout?.$notes ?? []).map((n) => noteMark + n.id) : [])])
}

export function arrange(catalog: Catalog, how: Alignment | 'spreadX' | 'spreadY') {
  const scene = sceneOf(doc(), catalog)
  const boxes = new Map(outermost(doc(), nodesOf(chosen())).flatMap((id): [string, Box][] => {
    const box = scene.byId.get(id)
    return box ? [[id, { x: box.x, y: box.y, width: box.width, height: box.height }]] : []
  }))
  if (boxes.size < 2) return
  move(how === 'spreadX' ? distribute(boxes, 'x') : how === 'spreadY' ? distribute(boxes, 'y') : align(boxes, how))
}

/** What is chosen as JSON text. */
export function copied(): string | null {
  const clip = copy(doc(), nodesOf(chosen()), notesIn(chosen()))
  return clip ? writeJson(clip as never, 2) : null
}

/** Pastes text into the container that is chosen, else into the flow; false where it is no copy of nodes. */
export function pasteText(catalog: Catalog, text: string, at: Point): boolean {
  let clip: ReturnType<typeof readClip> = null
  try {
    clip = readClip(parseJson(text))
  } catch {
    return false
  }
  if (!clip) return false
  const only = chosen().length === 1 ? indexOf(doc()).places.get(chosen()[0] ?? '')?.node : undefined
  const target = only?.body ? only.id : null
  const found = clip
  let made: string[] = []
  commit('paste', (d) => {
    const pasted = paste(d, found, target, within(d, catalog, target, at), catalog.expressionsOf)
    made = [...pasted.ids, ...pasted.notes.map((id) => noteMark + id)]
    return pasted.doc
  })
  select(made)
  return true
}

/** A copy of what is chosen, beside it. */
export function duplicate(catalog: Catalog) {
  const clip = copy(doc(), nodesOf(chosen()), notesIn(chosen()))
  const scene = sceneOf(doc(), catalog)
  const boxes = chosen().flatMap((id) => scene.byId.get(id) ?? [])
  const first = boxes[0]
  if (!clip || !first) return
  const at = { x: Math.min(...boxes.map((b) => b.x)) + 40, y: Math.max(...boxes.map((b) => b.y + b.height)) + 40 }
  let made: string[] = []
  commit('duplicate', (d) => {
    const pasted = paste(d, clip, first.parent, at, catalog.expressionsOf)
    made = [...pasted.ids, ...pasted.notes.map((id) => noteMark + id)]
    return pasted.doc
  })
  select(made)
}

export { undo, redo }
