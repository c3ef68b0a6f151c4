import { Check, ChevronDown, ChevronUp, Copy, Search, Waypoints } from 'lucide-react'
import type { KeyboardEvent } from 'react'
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Json } from '../api/json'
import { writeJson } from '../api/json'
import styles from './data.module.css'
import { expressionOf } from './path'
import type { Path } from './path'
import { rowHeight, TreeRowView } from './TreeRowView'
import type { TreeRow } from './tree'
import { ancestors, openedAtFirst, searchTree, treeRows } from './tree'

export interface JsonTreeProps {
  /** The value, exact. */
  value: Json
  /** Names the tree for screen readers, and stands for the root. */
  label?: string
  /** The expression of the root, such as `nodes.save`: with it paths are copied and dragged as expressions. */
  root?: string
  /** What copying a path does; by default its expression goes to the clipboard. */
  onCopyPath?: (path: Path, expression: string) => void
  /** Rows can be dragged into fields. Needs root. */
  draggable?: boolean
  /** Height in pixels of the scrolling part; by default as high as the rows, up to most of the window. */
  height?: number | '100%'
  /** Leaves out the line with search and copy. */
  bare?: boolean
}

const overscan = 8
const usualHeight = () => Math.max(360, window.innerHeight - 380)

/** A JSON value of any size: only the rows in view are drawn. */
export function JsonTree({ value, label, root = '', onCopyPath, draggable = false, height, bare = false }: JsonTreeProps) {
  const { t } = useTranslation('data')
  const [opened, setOpened] = useState(() => openedAtFirst(value))
  const [shown, setShown] = useState(value)
  if (shown !== value) {
    // What was opened stays open when the next value has the same shape.
    setShown(value)
    setOpened((before) => new Set([...openedAtFirst(value), ...before]))
  }
  const [current, setCurrent] = useState('')
  const [query, setQuery] = useState('')
  const sought = useDeferredValue(query)
  const found = useMemo(() => searchTree(value, sought), [value, sought])
  const foundSet = useMemo(() => new Set(found), [found])
  const rows = useMemo(() => treeRows(value, opened), [value, opened])
  const scroller = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, height: typeof height === 'number' ? height : usualHeight() })

  const box = Math.min(rows.length * rowHeight, usualHeight())
  useEffect(() => {
    const el = scroller.current
    if (!el) return
    const measure = () => setView({ top: el.scrollTop, height: el.clientHeight || usualHeight() })
    const observer = new ResizeObserver(measure)
    observer.observe(el)
    return () => observer.disconnect()
  }, [])

  const toggle = (row: TreeRow, open = !row.open) =>
    setOpened((before) => {
      const next = new Set(before)
      if (open) next.add(row.pointer)
      else next.delete(row.pointer)
      return next
    })
  const reveal = (pointer: string, list = rows) => {
    const at = list.findIndex((r) => r.pointer === pointer)
    const el = scroller.current
    if (at < 0 || !el) return
    const top = at * rowHeight
    if (top < el.scrollTop) el.scrollTop = top
    else if (top + rowHeight > el.scrollTop + el.clientHeight) el.scrollTop = top + rowHeight - el.clientHeight
  }
  const go = (pointer: string | undefined) => {
    if (pointer === undefined) return
    const next = new Set([...opened, ...ancestors(pointer)])
    setOpened(next)
    setCurrent(pointer)
    reveal(pointer, treeRows(value, next))
  }
  const hit = found.indexOf(current)
  const nextHit = (by: 1 | -1) => go(found[(hit < 0 && by < 0 ? found.length - 1 : hit + by + found.length) % Math.max(found.length, 1)])
  const copyPath = (row: TreeRow) => {
    const expression = expressionOf(root, row.path)
    if (onCopyPath) onCopyPath(row.path, expression)
    else void navigator.clipboard.writeText(expression)
  }
  const onKey = (e: KeyboardEvent) => {
    const at = rows.findIndex((r) => r.pointer === current)
    const row = rows[at]
    if (!row || e.altKey || e.nativeEvent.isComposing) return
    if ((e.ctrlKey || e.metaKey) && e.key === 'c' && (getSelection()?.isCollapsed ?? true)) {
      void navigator.clipboard.writeText(textOf(row.value))
      return
    }
    const target = { ArrowDown: rows[at + 1], ArrowUp: rows[at - 1], Home: rows[0], End: rows.at(-1) }[e.key]
    if (target) go(target.pointer)
    else if (e.key === 'ArrowRight' && row.size > 0) {
      if (row.open) go(rows[at + 1]?.pointer)
      else toggle(row, true)
    } else if (e.key === 'ArrowLeft') {
      if (row.open) toggle(row, false)
      else go(ancestors(row.pointer).at(-1))
    } else if (e.key === 'Enter' && row.size > 0) toggle(row)
    else return
    e.preventDefault()
  }

  const first = Math.max(0, Math.floor(view.top / rowHeight) - overscan)
  const visible = rows.slice(first, Math.ceil((view.top + view.height) / rowHeight) + overscan)
  return (
    <div className={styles.tree} style={height === '100%' ? { height } : undefined}>
      {!bare && <TreeBar query={query} setQuery={setQuery} hit={hit} found={found.length} nextHit={nextHit} value={value} />}
      <div
        ref={scroller}
        className={styles.rows}
        role="tree"
        tabIndex={0}
        aria-label={label ?? t('tree')}
        aria-activedescendant={visible.some((r) => r.pointer === current) ? idOf(label, current) : undefined}
        style={height === '100%' ? { flex: 1 } : { height: height ?? box }}
        onScroll={(e) => setView({ top: e.currentTarget.scrollTop, height: e.currentTarget.clientHeight })}
        onKeyDown={onKey}
      >
        <div style={{ height: rows.length * rowHeight, position: 'relative' }}>
          {visible.map((row, i) => (
            <TreeRowView
              key={row.pointer}
              id={idOf(label, row.pointer)}
              row={row}
              top={(first + i) * rowHeight}
              label={label}
              current={row.pointer === current}
              found={foundSet.has(row.pointer)}
              drag={draggable && root !== '' ? expressionOf(root, row.path) : undefined}
              onToggle={() => toggle(row)}
              onSelect={() => setCurrent(row.pointer)}
              actions={<RowActions row={row} onCopyPath={() => copyPath(row)} />}
            />
          ))}
        </div>
      </div>
    </div>
  )
}

function idOf(label: string | undefined, pointer: string): string {
  return `tree-${label ?? ''}-${pointer}`
}

/** A text goes to the clipboard as it is, all else as JSON. */
function textOf(v: Json): string {
  return typeof v === 'string' ? v : writeJson(v, 2)
}

function RowActions({ row, onCopyPath }: { row: TreeRow; onCopyPath: () => void }) {
  const { t } = useTranslation('data')
  return (
    <span className={styles.actions}>
      <CopyButton label={t('copyPath')} icon={<Waypoints size={13} />} copy={onCopyPath} />
      <CopyButton label={t('copyValue')} icon={<Copy size={13} />} copy={() => void navigator.clipboard.writeText(textOf(row.value))} />
    </span>
  )
}

function CopyButton({ label, icon, copy }: { label: string; icon: React.ReactNode; copy: () => void }) {
  const [done, setDone] = useState(false)
  useEffect(() => {
    if (!done) return
    const timer = setTimeout(() => setDone(false), 1200)
    return () => clearTimeout(timer)
  }, [done])
  const click = (e: React.MouseEvent) => {
    e.stopPropagation()
    copy()
    setDone(true)
  }
  return (
    <button type="button" tabIndex={-1} title={label} aria-label={label} onClick={click}>
      {done ? <Check size={13} /> : icon}
    </button>
  )
}

interface BarProps {
  query: string
  setQuery: (query: string) => void
  /** The place of the current row among those found, -1 where it is none of them. */
  hit: number
  found: number
  nextHit: (by: 1 | -1) => void
  value: Json
}

function TreeBar({ query, setQuery, hit, found, nextHit, value }: BarProps) {
  const { t } = useTranslation('data')
  const onKey = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing) return
    if (e.key === 'Enter') nextHit(e.shiftKey ? -1 : 1)
    if (e.key === 'Escape' && query !== '') {
      e.stopPropagation()
      setQuery('')
    }
  }
  return (
    <div className={styles.bar}>
      <label className={styles.search}>
        <Search size={13} aria-hidden />
        <input value={query} placeholder={t('search')} aria-label={t('search')} onChange={(e) => setQuery(e.target.value)} onKeyDown={onKey} />
      </label>
      {query.trim() !== '' && (
        <span className={styles.hits} role="status">
          {found === 0 ? t('noHits') : t('hits', { at: hit + 1, of: found })}
        </span>
      )}
      {found > 0 && (
        <>
          <button type="button" aria-label={t('previous')} title={t('previous')} onClick={() => nextHit(-1)}>
            <ChevronUp size={14} />
          </button>
          <button type="button" aria-label={t('next')} title={t('next')} onClick={() => nextHit(1)}>
            <ChevronDown size={14} />
          </button>
        </>
      )}
      <CopyButton label={t('copyAll')} icon={<Copy size={14} />} copy={() => void navigator.clipboard.writeText(textOf(value))} />
    </div>
  )
}
