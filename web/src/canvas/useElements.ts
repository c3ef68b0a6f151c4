import { applyNodeChanges, type NodeChange, type OnEdgesChange, type OnNodesChange } from '@xyflow/react'
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { type CanvasEdge, type CanvasNode, edgeMaker, nodeMaker, type NodeWishes } from './model'
import type { Scene } from './scene'
import type { EdgeDecoration, NodeDecoration } from './types'
import { useLatest } from './useLatest'
import type { Point } from '../document/types'

interface Wishes {
  readonly scene: Scene
  readonly decorations: ReadonlyMap<string, NodeDecoration> | undefined
  readonly edgeDecorations: ReadonlyMap<string, EdgeDecoration> | undefined
  readonly selection: ReadonlySet<string>
  readonly editable: boolean
  readonly labelOf: NodeWishes['labelOf']
  readonly dragging: React.RefObject<boolean>
  select(ids: readonly string[]): void
  /** Nodes were moved with the keyboard. */
  move(positions: ReadonlyMap<string, Point>): void
}

/** The nodes and edges that React Flow is given: those of the scene, and while something is dragged, where it is just now. */
export function useElements(w: Wishes) {
  const makers = useMemo(() => ({ nodes: nodeMaker(), edges: edgeMaker() }), [])
  const { scene, decorations, edgeDecorations, selection, editable, labelOf } = w
  const built = useMemo(() => {
    const tabStop = scene.nodes.find((n) => selection.has(n.id))?.id ?? scene.nodes[0]?.id ?? ''
    return makers.nodes(scene, { decorations, selection, editable, labelOf, tabStop })
  }, [makers, scene, decorations, selection, editable, labelOf])
  const edges = useMemo(() => makers.edges(scene, edgeDecorations, selection, editable), [makers, scene, edgeDecorations, selection, editable])
  const [state, setState] = useState({ built, nodes: built })
  let { nodes } = state
  if (state.built !== built) {
    nodes = w.dragging.current ? keepDragged(built, state.nodes) : built
    setState({ built, nodes })
  }
  const latest = useLatest(w)
  // The two callbacks below come one after the other for one click: the second must see what the first chose.
  const chosen = useRef(selection)
  useLayoutEffect(() => {
    chosen.current = selection
  }, [selection])
  const choose = useCallback((changes: readonly { type: string; id?: string; selected?: boolean }[]) => {
    const next = new Set(chosen.current)
    for (const change of changes) {
      if (change.type !== 'select' || change.id === undefined) continue
      if (change.selected) next.add(change.id)
      else next.delete(change.id)
      if (change.selected) for (const id of next) if (id.startsWith('@')) next.delete(id)
    }
    if (next.size === chosen.current.size && [...next].every((id) => chosen.current.has(id))) return
    chosen.current = next
    latest.current.select([...next])
  }, [latest])
  const onNodesChange: OnNodesChange<CanvasNode> = useCallback((changes) => {
    choose(changes)
    const shown = changes.filter((c) => c.type === 'position' || (c.type === 'dimensions' && c.setAttributes !== undefined && c.id.startsWith('#')))
    if (shown.length === 0) return
    if (latest.current.dragging.current || shown.some((c) => c.type === 'dimensions')) {
      setState((s) => ({ ...s, nodes: applyNodeChanges(shown, s.nodes) }))
    } else {
      const places = shown.flatMap((c: NodeChange<CanvasNode>) => (c.type === 'position' && c.position && !c.dragging ? [[c.id, c.position] as const] : []))
      if (places.length > 0) latest.current.move(new Map(places))
    }
  }, [choose, latest])
  const onEdgesChange: OnEdgesChange<CanvasEdge> = useCallback((changes) => choose(changes), [choose])
  return { nodes, edges, onNodesChange, onEdgesChange }
}

function keepDragged(built: readonly CanvasNode[], before: readonly CanvasNode[]): CanvasNode[] {
  const dragged = new Map(before.filter((n) => n.dragging).map((n) => [n.id, n]))
  return built.map((n) => {
    const old = dragged.get(n.id)
    return old ? { ...n, position: old.position, dragging: true } : n
  })
}
