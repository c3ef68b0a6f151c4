import { useStoreApi } from '@xyflow/react'
import { useEffect, useRef } from 'react'
import { useDark } from '../app/theme'
import { useCanvas } from './context'
import { useNodeTitle } from './CardNode'
import { colorsOf, paintFar, wiresOf } from './paint'
import type { Scene } from './scene'
import type { NodeDecoration } from './types'
import styles from './Canvas.module.css'

interface Props {
  readonly scene: Scene
  readonly decorations: ReadonlyMap<string, NodeDecoration> | undefined
  readonly selection: ReadonlySet<string>
}

/** A large flow from afar: everything on one canvas, because a browser cannot move a thousand boxes smoothly. */
export function FarView({ scene, decorations, selection }: Props) {
  const element = useRef<HTMLCanvasElement>(null)
  const store = useStoreApi()
  const { catalog } = useCanvas()
  const titleOf = useNodeTitle()
  const dark = useDark()
  useEffect(() => {
    const canvas = element.current
    const ctx = canvas?.getContext('2d')
    if (!canvas || !ctx) return
    const wires = wiresOf(scene)
    const picture = { scene, catalog, colors: colorsOf(canvas), decorations, selection, titleOf: (n: Scene['nodes'][number]) => (n.node ? titleOf(n.node) : '') }
    let frame = 0
    const paint = () => {
      frame = 0
      const { transform, width, height } = store.getState()
      const ratio = Math.min(window.devicePixelRatio, 1.5)
      if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
        canvas.width = Math.round(width * ratio)
        canvas.height = Math.round(height * ratio)
      }
      paintFar(ctx, { width, height, ratio }, { x: transform[0], y: transform[1], zoom: transform[2] }, picture, wires)
    }
    paint()
    const stop = store.subscribe((state, old) => {
      if (state.transform !== old.transform || state.width !== old.width || state.height !== old.height) frame ||= requestAnimationFrame(paint)
    })
    return () => {
      stop()
      cancelAnimationFrame(frame)
    }
  }, [scene, decorations, selection, catalog, dark, store, titleOf])
  return <canvas ref={element} className={`${styles.far} ${styles.farCanvas}`} aria-hidden />
}
