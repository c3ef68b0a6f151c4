import type { KeyboardEvent, ReactNode, UIEvent } from 'react'
import { useEffect, useRef, useState } from 'react'
import styles from './VirtualRows.module.css'

interface Props<T> {
  rows: readonly T[]
  /** In pixels; all rows have it. */
  rowHeight: number
  rowKey: (row: T) => string
  /** One row, of role row where it is part of a table. */
  render: (row: T, index: number) => ReactNode
  /** The last rows come into view. */
  onEnd?: () => void
  /** Whether the first row has left the view. */
  onScrolled?: (scrolled: boolean) => void
  /** Brought into view when it changes. */
  reveal?: number | undefined
  /** Goes to the top whenever this counts on. */
  tops?: number
  role?: 'rowgroup' | 'list'
  label: string
  /** Below the last row. */
  footer?: ReactNode
}

const overscan = 10
const nearEnd = 30

/**
 * A list of any length: only the rows in view are drawn. Arrow keys go between the rows' main links or buttons, those
 * with data-row.
 */
export function VirtualRows<T>({ rows, rowHeight, rowKey, render, onEnd, onScrolled, reveal, tops = 0, role = 'rowgroup', label, footer }: Props<T>) {
  const scroller = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, height: 800 })
  useEffect(() => {
    const el = scroller.current
    if (!el) return
    const observer = new ResizeObserver(() => setView({ top: el.scrollTop, height: el.clientHeight }))
    observer.observe(el)
    return () => observer.disconnect()
  }, [])
  const first = Math.max(0, Math.floor(view.top / rowHeight) - overscan)
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / rowHeight) + overscan)
  const atEnd = last > rows.length - nearEnd
  useEffect(() => {
    if (atEnd) onEnd?.()
  }, [atEnd, rows.length, onEnd])
  useEffect(() => {
    const el = scroller.current
    if (!el || reveal === undefined || reveal < 0) return
    const top = reveal * rowHeight
    if (top < el.scrollTop) el.scrollTop = top
    else if (top + rowHeight > el.scrollTop + el.clientHeight) el.scrollTop = top + rowHeight - el.clientHeight
  }, [reveal, rowHeight])
  useEffect(() => {
    if (tops > 0 && scroller.current) scroller.current.scrollTop = 0
  }, [tops])
  const onScroll = (e: UIEvent<HTMLDivElement>) => {
    const { scrollTop, clientHeight } = e.currentTarget
    setView({ top: scrollTop, height: clientHeight })
    onScrolled?.(scrollTop > rowHeight / 2)
  }
  const onKey = (e: KeyboardEvent<HTMLDivElement>) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[e.key]
    const el = scroller.current
    if (!by || !el || !(e.target instanceof HTMLElement) || !e.target.matches('[data-row]')) return
    e.preventDefault()
    const links = [...el.querySelectorAll<HTMLElement>('[data-row]')]
    links[links.indexOf(e.target) + by]?.focus()
  }
  return (
    <div ref={scroller} className={styles.scroller} role={role} aria-label={label} tabIndex={0} onScroll={onScroll} onKeyDown={onKey}>
      <div className={styles.all} role="presentation" style={{ height: rows.length * rowHeight }}>
        {rows.slice(first, last).map((row, i) => (
          <div key={rowKey(row)} role="presentation" className={styles.row} style={{ height: rowHeight, transform: `translateY(${(first + i) * rowHeight}px)` }}>
            {render(row, first + i)}
          </div>
        ))}
      </div>
      {footer}
    </div>
  )
}
