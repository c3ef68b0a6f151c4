import { useReactFlow } from '@xyflow/react'
import type { DragEvent } from 'react'
import { aimOf } from './useDragging'
import type { Scene } from './scene'
import type { CanvasEditing } from './types'

/** The kind of data that a drag from the palette carries: the type of a node, or `@` and that of a trigger. */
export const paletteData = 'application/x-sluice-node'

/** Dropping what comes from the palette: on the canvas, in a container, on a wire. */
export function usePaletteDrop(scene: Scene, editing: CanvasEditing | undefined, mark: (root: Element | null, container: string | null, edge: string | null) => void, root: React.RefObject<HTMLElement | null>) {
  const flow = useReactFlow()
  if (!editing) return {}
  const aim = (e: DragEvent) => {
    const at = flow.screenToFlowPosition({ x: e.clientX, y: e.clientY })
    return { at, ...aimOf(scene, at, new Set(), null) }
  }
  return {
    onDragOver: (e: DragEvent) => {
      if (!e.dataTransfer.types.includes(paletteData)) return
      e.preventDefault()
      e.dataTransfer.dropEffect = 'copy' as const
      const { container, edge } = aim(e)
      mark(root.current, container, edge)
    },
    onDragLeave: () => mark(root.current, null, null),
    onDrop: (e: DragEvent) => {
      const type = e.dataTransfer.getData(paletteData)
      mark(root.current, null, null)
      if (type === '') return
      e.preventDefault()
      const { at, container, edge } = aim(e)
      editing.dropNew(type, at, container, edge)
    },
  }
}
