import type { EdgeProps } from '@xyflow/react'
import { memo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCanvas } from './context'
import type { CanvasEdge } from './model'
import { pathOf } from './routes'
import styles from './Canvas.module.css'

/** A wire, wide enough to be pointed at, with what a run says of it and a plus to insert a node. */
export const FlowEdge = memo(function FlowEdge({ sourceX, sourceY, targetX, targetY, data, selected, id }: EdgeProps<CanvasEdge>) {
  const [over, setOver] = useState(false)
  const { editing } = useCanvas()
  const path = pathOf({ x: sourceX, y: sourceY }, { x: targetX, y: targetY })
  const { decoration } = data ?? {}
  const implied = data?.edge.implied ?? false
  return (
    <g
      className={styles.wire}
      data-state={decoration?.state}
      data-change={decoration?.change}
      data-port={data?.edge.port}
      data-selected={selected || undefined}
      data-implied={implied || undefined}
      onPointerEnter={() => setOver(true)}
      onPointerLeave={() => setOver(false)}
    >
      <path d={path.d} className={`react-flow__edge-interaction ${styles.wireHit}`} />
      <path d={path.d} className={`react-flow__edge-path ${styles.wireLine}`} />
      {decoration?.label && <WireLabel at={path.middle} text={decoration.label} />}
      {editing && !implied && (over || selected) && <WirePlus at={path.middle} id={id} />}
    </g>
  )
})

function WireLabel({ at, text }: { at: { x: number; y: number }; text: string }) {
  const width = [...text].reduce((sum, c) => sum + (c.charCodeAt(0) > 255 ? 11 : 6.2), 14)
  return (
    <g className={styles.wireLabel} transform={`translate(${at.x - width / 2} ${at.y - 9})`}>
      <rect width={width} height={18} rx={9} />
      <text x={width / 2} y={12.5}>
        {text}
      </text>
    </g>
  )
}

function WirePlus({ at, id }: { at: { x: number; y: number }; id: string }) {
  const { editing } = useCanvas()
  const { t } = useTranslation('canvas')
  return (
    <g
      role="button"
      aria-label={t('insertHere')}
      className={styles.wirePlus}
      transform={`translate(${at.x} ${at.y})`}
      onClick={(e) => {
        e.stopPropagation()
        editing?.pickOnEdge(id, at, { x: e.clientX, y: e.clientY })
      }}
    >
      <circle r={11} />
      <path d="M-4.5 0H4.5M0 -4.5V4.5" />
    </g>
  )
}
