import { type OnNodeDrag, useReactFlow } from '@xyflow/react'
import { useMemo, useRef } from 'react'
import { isNodeId, type CanvasNode } from './model'
import { edgeNear } from './routes'
import { containerAt, type Scene, sizes } from './scene'
import type { CanvasEditing } from './types'
import { useLatest } from './useLatest'
import type { Point } from '../document/types'

/** Shows on the canvas where what is dragged would go. Attributes, not state: a drag must not draw the flow again. */
function marker() {
  let marked: Element[] = []
  return (root: Element | null, container: string | null, edge: string | null) => {
    for (const element of marked) element.removeAttribute('data-target')
    const find = (selector: string) => root?.querySelector(selector) ?? []
    marked = [
      ...[container === null ? [] : find(`.react-flow__node[data-id="${container}"] > *`)].flat(),
      ...[edge === null ? [] : find(`.react-flow__edge[data-id="${edge}"] > g`)].flat(),
    ]
    for (const element of marked) element.setAttribute('data-target', '')
  }
}

/** How near, in pixels of the flow, a wire must be for a node to be put into it. */
const onWire = 26

export interface Aim {
  readonly container: string | null
  readonly edge: string | null
}

/** Where something of a size would go at a place of the flow. */
export function aimOf(scene: Scene, middle: Point, moving: ReadonlySet<string>, loose: string | null | undefined): Aim {
  const container = containerAt(scene, middle, moving)?.id ?? null
  const edge = loose === undefined ? null : (edgeNear(scene, middle, container, onWire, loose)?.key ?? null)
  return { container, edge }
}

/** Dragging nodes: into containers, out of them, onto wires. */
export function useDragging(scene: Scene, editing: CanvasEditing | undefined, root: React.RefObject<HTMLElement | null>) {
  const flow = useReactFlow<CanvasNode>()
  const dragging = useRef(false)
  const latest = useLatest({ scene, editing })
  return useMemo(() => {
    const mark = marker()
    const read = (node: CanvasNode, nodes: readonly CanvasNode[]): Aim => {
      const moving = new Set(nodes.map((n) => n.id))
      const at = flow.getInternalNode(node.id)?.internals.positionAbsolute ?? node.position
      const box = latest.current.scene.byId.get(node.id)
      const head = Math.min((box?.height ?? 0) / 2, sizes.head)
      const wired = latest.current.scene.edges.some((e) => !e.implied && (e.from === node.id || e.to === node.id))
      return aimOf(latest.current.scene, { x: at.x + (box?.width ?? 0) / 2, y: at.y + head }, moving, nodes.length === 1 && !wired ? node.id : undefined)
    }
    const onNodeDrag: OnNodeDrag<CanvasNode> = (_, node, nodes) => {
      if (!isNodeId(node.id)) return
      const aim = read(node, nodes)
      mark(root.current, aim.container === (node.parentId ?? null) ? null : aim.container, aim.edge)
    }
    const onNodeDragStop: OnNodeDrag<CanvasNode> = (_, node, nodes) => {
      dragging.current = false
      mark(root.current, null, null)
      const { editing: edit, scene: now } = latest.current
      if (!edit || !nodes.some((n) => moved(now, n))) return
      const aim = isNodeId(node.id) ? read(node, nodes) : { container: node.parentId ?? null, edge: null }
      const going = nodes.filter((n) => isNodeId(n.id) && (n.parentId ?? null) !== aim.container)
      if (isNodeId(node.id) && going.some((n) => n.id === node.id)) {
        const origin = aim.container === null ? { left: 0, top: 0 } : (now.byId.get(aim.container) ?? { left: 0, top: 0 })
        const places = nodes.filter((n) => isNodeId(n.id)).map((n): [string, Point] => {
          const at = flow.getInternalNode(n.id)?.internals.positionAbsolute ?? n.position
          return [n.id, inside({ x: at.x - origin.left, y: at.y - origin.top }, aim.container !== null)]
        })
        edit.moveInto(places.map(([id]) => id), aim.container, new Map(places))
        if (aim.edge) edit.dropOnEdge(node.id, aim.edge, new Map(places).get(node.id) ?? node.position)
      } else if (aim.edge) {
        edit.dropOnEdge(node.id, aim.edge, inside(node.position, node.parentId !== undefined))
      } else {
        edit.move(new Map(nodes.map((n) => [n.id, inside(n.position, n.parentId !== undefined)])))
      }
    }
    return { dragging, onNodeDragStart: () => void (dragging.current = true), onNodeDrag, onNodeDragStop, mark }
  }, [flow, root, latest])
}

function moved(scene: Scene, node: CanvasNode): boolean {
  const box = scene.byId.get(node.id)
  return !box || Math.round(box.x) !== Math.round(node.position.x) || Math.round(box.y) !== Math.round(node.position.y)
}

/** A place within a container leaves room for its head. */
function inside(at: Point, contained: boolean): Point {
  return contained ? { x: Math.max(16, at.x), y: Math.max(sizes.containerHead + 8, at.y) } : at
}
