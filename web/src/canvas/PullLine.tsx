import { type ConnectionLineComponentProps, useConnection } from '@xyflow/react'
import { useCanvas } from './context'
import { pathOf } from './routes'
import styles from './Canvas.module.css'

/** The wire that is being pulled; over a node that it may not lead to it says why. */
export function PullLine({ fromX, fromY, toX, toY }: ConnectionLineComponentProps) {
  const { editing } = useCanvas()
  const connection = useConnection()
  const target = connection.toNode?.id
  const from = connection.fromNode?.id
  const why = target && from && target !== from ? (editing?.refuse({ from, port: connection.fromHandle?.id ?? 'out', to: target }) ?? null) : null
  const width = [...(why ?? '')].reduce((sum, c) => sum + (c.charCodeAt(0) > 255 ? 12 : 6.6), 20)
  return (
    <g className={styles.pull} data-refused={why ? true : undefined}>
      <path d={pathOf({ x: fromX, y: fromY }, { x: toX, y: toY }).d} />
      {why && (
        <g transform={`translate(${toX + 14} ${toY + 14})`}>
          <rect width={width} height={26} rx={6} />
          <text x={10} y={17}>
            {why}
          </text>
        </g>
      )}
    </g>
  )
}
