import styles from './Spark.module.css'

const barWidth = 5
const height = 22

/** Counts over time as bars, the failed ones at their foot. The figures stand beside it as text. */
export function Spark({ buckets }: { buckets: readonly { started: number; failed: number }[] }) {
  const most = Math.max(1, ...buckets.map((b) => b.started))
  const scale = (n: number) => (n === 0 ? 0 : Math.max(2, Math.round((n / most) * height)))
  const width = buckets.length * barWidth
  return (
    <svg className={styles.spark} width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden>
      {buckets.map((b, i) => (
        <g key={i}>
          <rect className={styles.base} x={i * barWidth} y={height - 1} width={barWidth - 1} height={1} />
          <rect className={styles.bar} x={i * barWidth} y={height - scale(b.started)} width={barWidth - 1} height={scale(b.started)} />
          <rect className={styles.failed} x={i * barWidth} y={height - scale(b.failed)} width={barWidth - 1} height={scale(b.failed)} />
        </g>
      ))}
    </svg>
  )
}
