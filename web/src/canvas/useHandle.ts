import { useReactFlow, useStoreApi } from '@xyflow/react'
import { useMemo } from 'react'
import { boundsOf, type Scene } from './scene'
import type { CanvasHandle, Insets } from './types'
import { useLatest } from './useLatest'
import { fitting, revealing } from './view'
import type { Box } from '../document/types'

const flight = 260
/** A node that is flown to is shown at least this large. */
const near = 0.8

/** What a page can ask of the canvas. Works from afar too, where React Flow has no nodes. */
export function useHandle(scene: Scene, insets: Insets, root: React.RefObject<HTMLElement | null>): CanvasHandle {
  const flow = useReactFlow()
  const store = useStoreApi()
  const latest = useLatest({ scene, insets })
  return useMemo(() => {
    const size = () => {
      const { width, height } = store.getState()
      return { width, height }
    }
    const duration = () => (matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : flight)
    const boxOf = (id: string): Box | null => {
      const node = latest.current.scene.byId.get(id)
      return node ? { x: node.left, y: node.top, width: node.width, height: node.height } : null
    }
    const middle = () => {
      const { left = 0, right = 0, top = 0, bottom = 0 } = latest.current.insets
      const { width, height } = size()
      return { x: left + (width - left - right) / 2, y: top + (height - top - bottom) / 2 }
    }
    const zoomTo = (zoom: number) => {
      const { x, y, zoom: old } = flow.getViewport()
      const at = middle()
      void flow.setViewport({ x: at.x - ((at.x - x) / old) * zoom, y: at.y - ((at.y - y) / old) * zoom, zoom }, { duration: duration() })
    }
    return {
      fit: (ids) => {
        const { byId, nodes } = latest.current.scene
        const box = boundsOf(ids ? ids.flatMap((id) => byId.get(id) ?? []) : nodes)
        if (box) void flow.setViewport(fitting(box, size(), latest.current.insets), { duration: duration() })
      },
      zoomTo,
      zoomBy: (factor) => zoomTo(Math.min(2, Math.max(0.08, flow.getZoom() * factor))),
      reveal: (id, options) => {
        const box = boxOf(id)
        if (!box) return
        const view = flow.getViewport()
        const next = options?.center
          ? fitting(box, size(), latest.current.insets, Math.max(near, Math.min(1, view.zoom)), Math.min(near, view.zoom))
          : revealing(box, view, size(), latest.current.insets)
        if (next) void flow.setViewport(next, { duration: duration() })
      },
      toFlow: (screen) => flow.screenToFlowPosition(screen),
      center: () => {
        const box = root.current?.getBoundingClientRect()
        const at = middle()
        return flow.screenToFlowPosition({ x: (box?.left ?? 0) + at.x, y: (box?.top ?? 0) + at.y })
      },
      focus: () => root.current?.querySelector<HTMLElement>('.react-flow__node[tabindex="0"]')?.focus({ preventScroll: true }),
    }
  }, [flow, store, root, latest])
}
