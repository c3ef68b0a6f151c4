import { type Edge, type Node, Position } from '@xyflow/react'
import { inputY } from './routes'
import { noteMark, type Scene, type SceneEdge, type SceneNode, startId } from './scene'
import type { EdgeDecoration, NodeDecoration } from './types'
import { errorPort } from '../document/types'

/** The scene in React Flow's terms. An object stays the same as long as nothing about it changes: it is drawn only then. */

export type CanvasNode = Node<{ scene: SceneNode; decoration: NodeDecoration | undefined; problems: TriggerMarks | undefined }, SceneNode['kind']>
export type CanvasEdge = Edge<{ edge: SceneEdge; decoration: EdgeDecoration | undefined }, 'wire'>

/** The decorations of triggers, which all stand on the start. */
export type TriggerMarks = ReadonlyMap<string, NodeDecoration>

export const inputPort = 'in'
const handle = 12

interface Cached {
  readonly scene: SceneNode
  readonly decoration: NodeDecoration | undefined
  readonly problems: TriggerMarks | undefined
  readonly selected: boolean
  readonly editable: boolean
  readonly focusable: boolean
  readonly label: string
  readonly node: CanvasNode
}

export interface NodeWishes {
  readonly decorations: ReadonlyMap<string, NodeDecoration> | undefined
  readonly selection: ReadonlySet<string>
  readonly editable: boolean
  /** The one node that Tab leads to. */
  readonly tabStop: string
  labelOf(node: SceneNode, decoration: NodeDecoration | undefined): string
}

/** Makes nodes of a scene, each only when something about it changed. */
export function nodeMaker(): (scene: Scene, wishes: NodeWishes) => CanvasNode[] {
  let cache = new Map<string, Cached>()
  return (scene, wishes) => {
    const next = new Map<string, Cached>()
    for (const box of scene.nodes) {
      const decoration = wishes.decorations?.get(box.id)
      const problems = box.kind === 'start' ? wishes.decorations : undefined
      const selected = wishes.selection.has(box.id)
      const focusable = box.id === wishes.tabStop
      const label = wishes.labelOf(box, decoration)
      const old = cache.get(box.id)
      const same =
        old && sameBox(old.scene, box) && old.decoration === decoration && old.problems === problems && old.selected === selected &&
        old.editable === wishes.editable && old.focusable === focusable && old.label === label
      next.set(box.id, same ? old : { scene: box, decoration, problems, selected, editable: wishes.editable, focusable, label, node: nodeFor(box, { decoration, problems, selected, editable: wishes.editable, focusable, label }) })
    }
    cache = next
    return [...next.values()].map((cached) => cached.node)
  }
}

function sameBox(a: SceneNode, b: SceneNode): boolean {
  return (
    a.node === b.node && a.note === b.note && a.x === b.x && a.y === b.y && a.parent === b.parent && a.width === b.width && a.height === b.height &&
    a.folded === b.folded && a.kind === b.kind && a.ports.length === b.ports.length &&
    a.ports.every((p, i) => p.name === b.ports[i]?.name && p.x === b.ports[i]?.x && p.y === b.ports[i]?.y && p.named === b.ports[i]?.named)
  )
}

function nodeFor(box: SceneNode, w: Omit<Cached, 'scene' | 'node'>): CanvasNode {
  const half = handle / 2
  return {
    id: box.id,
    type: box.kind,
    position: { x: box.x, y: box.y },
    ...(box.parent === null ? {} : { parentId: box.parent }),
    width: box.width,
    height: box.height,
    measured: { width: box.width, height: box.height },
    handles: [
      ...(box.inputs ? [{ id: inputPort, type: 'target' as const, position: Position.Left, x: -half, y: inputY(box) - half, width: handle, height: handle }] : []),
      ...box.ports.map((p) => ({
        id: p.name,
        type: 'source' as const,
        position: p.name === errorPort && !p.named ? Position.Bottom : Position.Right,
        x: p.x - half,
        y: p.y - half,
        width: handle,
        height: handle,
      })),
    ],
    data: { scene: box, decoration: w.decoration, problems: w.problems },
    selected: w.selected,
    draggable: w.editable,
    connectable: w.editable,
    deletable: false,
    focusable: w.focusable,
    ariaLabel: w.label,
    zIndex: box.kind === 'note' ? -1 : 0,
    ...(box.kind === 'container' ? { dragHandle: '[data-drag]' } : {}),
  }
}

interface CachedEdge {
  readonly edge: SceneEdge
  readonly decoration: EdgeDecoration | undefined
  readonly selected: boolean
  readonly editable: boolean
  readonly made: CanvasEdge
}

/** Makes edges of a scene, each only when something about it changed. */
export function edgeMaker(): (scene: Scene, decorations: ReadonlyMap<string, EdgeDecoration> | undefined, selection: ReadonlySet<string>, editable: boolean) => CanvasEdge[] {
  let cache = new Map<string, CachedEdge>()
  return (scene, decorations, selection, editable) => {
    const next = new Map<string, CachedEdge>()
    for (const edge of scene.edges) {
      const from = scene.byId.get(edge.from)
      if (!from || !scene.byId.has(edge.to)) continue
      const decoration = decorations?.get(edge.key)
      const selected = selection.has(edge.key)
      const old = cache.get(edge.key)
      const same = old && old.decoration === decoration && old.selected === selected && old.editable === editable && old.edge.port === edge.port && old.edge.implied === edge.implied
      next.set(edge.key, same ? old : { edge, decoration, selected, editable, made: edgeFor(edge, from, decoration, selected, editable) })
    }
    cache = next
    return [...next.values()].map((cached) => cached.made)
  }
}

function edgeFor(edge: SceneEdge, from: SceneNode, decoration: EdgeDecoration | undefined, selected: boolean, editable: boolean): CanvasEdge {
  const known = from.ports.some((p) => p.name === edge.port)
  return {
    id: edge.key,
    type: 'wire',
    source: edge.from,
    target: edge.to,
    sourceHandle: known ? edge.port : (from.ports[0]?.name ?? null),
    targetHandle: inputPort,
    data: { edge, decoration },
    selected,
    selectable: !edge.implied,
    focusable: false,
    deletable: false,
    reconnectable: editable && !edge.implied,
    zIndex: edge.graph === null ? 0 : 1,
  }
}

export function isNote(id: string): boolean {
  return id.startsWith(noteMark)
}

/** Whether a canvas id is that of a node of the document. */
export function isNodeId(id: string): boolean {
  return id !== startId && !id.startsWith(noteMark) && !id.startsWith('@') && !id.includes(':')
}
