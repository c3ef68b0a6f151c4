import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Json } from '../api/json'
import { useFormat } from '../app/format'
import styles from './data.module.css'
import { putExpression } from './drag'
import { kindOf, numberText, previewOf, timeHint } from './format'
import { JsonNumber } from '../api/json'
import type { TreeRow } from './tree'

/** Rows are of one height, so that a place in a list of a million is a multiplication. */
export const rowHeight = 24

interface RowProps {
  id: string
  row: TreeRow
  top: number
  label: string | undefined
  current: boolean
  found: boolean
  /** The expression that dragging the row gives; undefined where it cannot be dragged. */
  drag: string | undefined
  onToggle: () => void
  onSelect: () => void
  actions: ReactNode
}

export function TreeRowView({ id, row, top, label, current, found, drag, onToggle, onSelect, actions }: RowProps) {
  const expandable = row.size > 0
  const classes = [styles.row, current && styles.current, found && styles.found].filter(Boolean).join(' ')
  return (
    // Keys are handled by the tree, which has the focus; a row is a target for the pointer alone.
    <div
      id={id}
      role="treeitem"
      aria-level={row.depth + 1}
      aria-expanded={expandable ? row.open : undefined}
      aria-selected={current}
      className={classes}
      style={{ top, paddingLeft: 6 + Math.min(row.depth, 40) * 14 }}
      draggable={drag !== undefined}
      onDragStart={drag === undefined ? undefined : (e) => putExpression(e.dataTransfer, drag)}
      onClick={() => {
        onSelect()
        if (expandable && (getSelection()?.isCollapsed ?? true)) onToggle()
      }}
    >
      <ChevronRight size={13} className={`${styles.twist} ${expandable ? (row.open ? styles.open : '') : styles.leaf}`} aria-hidden />
      {row.name === undefined ? label && <span className={styles.label}>{label}</span> : <RowName name={row.name} />}
      <RowValue row={row} />
      {actions}
    </div>
  )
}

function RowName({ name }: { name: string | number }) {
  return (
    <>
      <span className={typeof name === 'number' ? styles.index : styles.name}>{name === '' ? '""' : name}</span>
      <span className={styles.colon}>:</span>
    </>
  )
}

const longest = 400

function RowValue({ row }: { row: TreeRow }) {
  const { t } = useTranslation('data')
  const { time } = useFormat()
  if (row.size >= 0) {
    const count = Array.isArray(row.value) ? t('items', { count: row.size }) : t('members', { count: row.size })
    return (
      <>
        <span className={styles.count}>{count}</span>
        {!row.open && row.size > 0 && <span className={styles.preview}>{previewOf(row.value, 80)}</span>}
      </>
    )
  }
  const hint = timeHint(row.value, time)
  return (
    <>
      <span className={styles[`${kindOf(row.value)}Value`]}>{leafText(row.value)}</span>
      {hint && <span className={styles.hint}>{hint}</span>}
    </>
  )
}

/** A value without members as it is shown in a row: every digit, and of a text what a row can hold. */
export function leafText(v: Json): string {
  if (typeof v === 'string') return v.length > longest ? previewOf(v, longest) : JSON.stringify(v)
  if (typeof v === 'number' || v instanceof JsonNumber) return numberText(v)
  return String(v)
}
