import type { EChartsCoreOption } from 'echarts/core'
import { useEffect, useRef } from 'react'
import { newChart } from './echarts'
import styles from './charts.module.css'

interface Props {
  option: EChartsCoreOption
  /** What it shows, for those who do not see it. */
  label: string
  /** The number of the stretch of time that was clicked. */
  onPick?: (index: number) => void
}

/** A chart that follows its place's size. */
export function Chart({ option, label, onPick }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<ReturnType<typeof newChart>>(undefined)
  const pick = useRef(onPick)
  useEffect(() => {
    pick.current = onPick
  })
  useEffect(() => {
    const el = place.current
    if (!el) return
    const made = newChart(el)
    chart.current = made
    made.getZr().on('click', (e: { offsetX: number; offsetY: number }) => {
      const at: unknown = made.convertFromPixel({ gridIndex: 0 }, [e.offsetX, e.offsetY])
      if (Array.isArray(at) && typeof at[0] === 'number' && made.containPixel({ gridIndex: 0 }, [e.offsetX, e.offsetY])) pick.current?.(at[0])
    })
    const observer = new ResizeObserver(() => made.resize())
    observer.observe(el)
    return () => {
      observer.disconnect()
      made.dispose()
    }
  }, [])
  useEffect(() => {
    chart.current?.setOption(option, { notMerge: true })
  }, [option])
  return <div ref={place} className={styles.chart} role="img" aria-label={label} />
}
