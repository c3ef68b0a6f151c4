import { useReactFlow, useStoreApi } from '@xyflow/react'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useDark } from '../app/theme'
import { useCanvas } from './context'
import { colorOf, colorsOf } from './paint'
import { boundsOf, type Scene } from './scene'
import type { Insets } from './types'
import styles from './Canvas.module.css'

const size = { width: 168, height: 108 }
const pad = 8

/** The whole flow in small. Its picture is drawn once for each state of the flow; a move only moves the frame. */
export function Minimap({ scene, insets }: { scene: Scene; insets: Insets }) {
  const element = useRef<HTMLCanvasElement>(null)
  const geometry = useRef({ scale: 1, left: 0, top: 0 })
  const store = useStoreApi()
  const { setCenter, getZoom } = useReactFlow()
  const { catalog } = useCanvas()
  const { t } = useTranslation('canvas')
  const dark = useDark()
  useEffect(() => {
    const canvas = element.current
    const ctx = canvas?.getContext('2d')
    const box = boundsOf(scene.nodes)
    if (!canvas || !ctx || !box) return
    const ratio = window.devicePixelRatio
    const scale = Math.min((size.width - 2 * pad) / box.width, (size.height - 2 * pad) / box.height, 0.2)
    const left = box.x - (size.width / scale - box.width) / 2
    const top = box.y - (size.height / scale - box.height) / 2
    geometry.current = { scale, left, top }
    const colors = colorsOf(canvas)
    const base = new OffscreenCanvas(size.width * ratio, size.height * ratio)
    const onBase = base.getContext('2d')
    if (!onBase) return
    onBase.scale(ratio * scale, ratio * scale)
    onBase.translate(-left, -top)
    for (const node of scene.nodes) {
      onBase.globalAlpha = node.kind === 'container' ? 0.18 : node.kind === 'note' ? 0.25 : 0.9
      onBase.fillStyle = node.kind === 'note' ? colors.warn : colorOf(node, catalog, colors)
      onBase.fillRect(node.left, node.top, node.width, node.height)
    }
    canvas.width = size.width * ratio
    canvas.height = size.height * ratio
    let frame = 0
    const paint = () => {
      frame = 0
      const { transform, width, height } = store.getState()
      const [x, y, zoom] = transform
      ctx.setTransform(1, 0, 0, 1, 0, 0)
      ctx.clearRect(0, 0, canvas.width, canvas.height)
      ctx.drawImage(base, 0, 0)
      ctx.scale(ratio, ratio)
      ctx.strokeStyle = colors.accent
      ctx.fillStyle = colors.accent
      ctx.lineWidth = 1.5
      const frameBox = [(-x / zoom - left) * scale, (-y / zoom - top) * scale, (width / zoom) * scale, (height / zoom) * scale] as const
      ctx.globalAlpha = 0.08
      ctx.fillRect(...frameBox)
      ctx.globalAlpha = 1
      ctx.strokeRect(...frameBox)
    }
    paint()
    const stop = store.subscribe((state, old) => {
      if (state.transform !== old.transform || state.width !== old.width) frame ||= requestAnimationFrame(paint)
    })
    return () => {
      stop()
      cancelAnimationFrame(frame)
    }
  }, [scene, catalog, dark, store])
  const go = (e: React.PointerEvent<HTMLCanvasElement>) => {
    if (e.buttons !== 1) return
    const box = e.currentTarget.getBoundingClientRect()
    const { scale, left, top } = geometry.current
    void setCenter(left + (e.clientX - box.left) / scale, top + (e.clientY - box.top) / scale, { zoom: getZoom() })
  }
  return (
    <canvas
      ref={element}
      className={styles.minimap}
      style={{ left: (insets.left ?? 0) + 16, bottom: (insets.bottom ?? 0) + 56 }}
      role="img"
      aria-label={t('minimap')}
      onPointerDown={(e) => {
        e.currentTarget.setPointerCapture(e.pointerId)
        go(e)
      }}
      onPointerMove={go}
    />
  )
}
