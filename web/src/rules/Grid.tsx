import { Button, Dropdown } from 'antd'
import { ArrowDown, ArrowUp, Check, EllipsisVertical, Plus, Trash2 } from 'lucide-react'
import type { ClipboardEvent, KeyboardEvent } from 'react'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Json, JsonObject } from '../api/json'
import { pointerOf } from '../data/path'
import { usePanel } from '../panel/context'
import type { Analysis } from './analysis'
import { parseCell } from './cell'
import type { Spot } from './RulesEditor'
import styles from './rules.module.css'
import type { Column, Sheet } from './sheet'
import { cellPath, cellText, pasted, rowId, withCell, withColumn, withNewRow, withoutColumn, withoutRow, withRowMoved } from './sheet'

interface Props {
  config: JsonObject
  sheet: Sheet
  spot: Spot | undefined
  setSpot: (spot: Spot) => void
  onChange: (config: Json) => void
  /** Ids of the rows that held in the chosen run. */
  matched: ReadonlySet<string>
  analysis: Analysis | undefined
  readOnly: boolean
}

/** The rows and columns. Cells are plain inputs, so that hundreds of rows stay quick; the bar above edits with completion. */
export function Grid({ config, sheet, spot, setSpot, onChange, matched, analysis, readOnly }: Props) {
  const { t } = useTranslation('rules')
  const { findings } = usePanel()
  const table = useRef<HTMLTableElement>(null)
  const wrong = new Map(findings.map((f) => [f.path, f.message]))
  const focus = (row: number, column: number) => table.current?.querySelector<HTMLElement>(`[data-spot="${row}:${column}"]`)?.focus()
  const onKey = (e: KeyboardEvent<HTMLInputElement>, row: number, column: number) => {
    if (e.nativeEvent.isComposing) return
    if (e.key === 'ArrowDown' || (e.key === 'Enter' && !e.shiftKey)) {
      e.preventDefault()
      if (e.key === 'Enter' && row === sheet.rows.length - 1 && !readOnly) {
        onChange(withNewRow(config, row + 1))
        requestAnimationFrame(() => focus(row + 1, column))
      } else focus(row + 1, column)
    } else if (e.key === 'ArrowUp' || e.key === 'Enter') {
      e.preventDefault()
      focus(row - 1, column)
    }
  }
  const onPaste = (e: ClipboardEvent, row: number, column: number) => {
    const text = e.clipboardData.getData('text/plain')
    if (!/[\t\n]/.test(text.trimEnd())) return
    e.preventDefault()
    onChange(pasted(config, row, column, text))
  }
  const note = (row: number): string | undefined => {
    if (analysis?.empty.includes(row)) return t('rowEmpty')
    return analysis?.shadowed.includes(row) ? t('rowShadowed') : undefined
  }
  return (
    <div className={styles.scroll}>
      <table ref={table} className={styles.grid}>
        <thead>
          <tr>
            <th className={styles.number}><span className="visually-hidden">{t('row')}</span></th>
            {sheet.columns.map((c, i) => (
              <Heading key={keyOf(c)} column={c} index={i} spot={spot} setSpot={setSpot} readOnly={readOnly} remove={() => onChange(withoutColumn(config, c))} />
            ))}
            <th className={styles.tools}>{!readOnly && <AddColumn config={config} sheet={sheet} onChange={onChange} />}</th>
          </tr>
        </thead>
        <tbody>
          {sheet.rows.map((row, r) => {
            const held = matched.has(rowId(row, r))
            const warning = note(r)
            return (
              // Rows may have no id; their place is what the engine names them by.
              <tr key={r} className={held ? styles.held : warning ? styles.idle : undefined} title={warning}>
                <td className={styles.number}>{held ? <Check size={13} aria-label={t('held')} /> : r + 1}</td>
                {sheet.columns.map((c, i) => {
                  const pointer = pointerOf(['config', ...cellPath(sheet, r, c)])
                  const problem = wrong.get(pointer)
                  return (
                    <td key={keyOf(c)} className={spot?.row === r && spot.column === i ? styles.current : undefined}>
                      <input
                        data-spot={`${r}:${i}`}
                        data-field={pointer}
                        className={styles.cell}
                        data-kind={c.kind}
                        data-computed={(c.kind === 'in' && parseCell(cellText(sheet, r, c)).kind === 'unknown') || undefined}
                        value={cellText(sheet, r, c)}
                        readOnly={readOnly}
                        aria-label={t('cell', { column: nameOf(c, t), row: r + 1 })}
                        aria-invalid={problem !== undefined}
                        title={problem}
                        placeholder={c.kind === 'in' ? '–' : c.kind === 'id' ? String(r + 1) : undefined}
                        onFocus={() => setSpot({ row: r, column: i })}
                        onChange={(e) => onChange(withCell(config, r, c, e.target.value))}
                        onKeyDown={(e) => onKey(e, r, i)}
                        onPaste={(e) => onPaste(e, r, i)}
                      />
                    </td>
                  )
                })}
                <td className={styles.tools}>
                  {!readOnly && <RowTools at={r} last={sheet.rows.length - 1} config={config} onChange={onChange} />}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {!readOnly && (
        <Button type="text" size="small" icon={<Plus size={13} />} onClick={() => onChange(withNewRow(config, sheet.rows.length))}>
          {t('addRow')}
        </Button>
      )}
    </div>
  )
}

export type Say = (key: 'columns.id' | 'columns.when' | 'columns.priority' | 'columns.note') => string

/** What a column is called. */
export function nameOf(c: Column, t: Say): string {
  if (c.kind === 'in') return c.name || c.expr
  return c.kind === 'out' ? c.name : t(`columns.${c.kind}`)
}

function keyOf(c: Column): string {
  return c.kind === 'in' || c.kind === 'out' ? `${c.kind}${c.at}` : c.kind
}

interface HeadingProps {
  column: Column
  index: number
  spot: Spot | undefined
  setSpot: (spot: Spot) => void
  readOnly: boolean
  remove: () => void
}

function Heading({ column, index, spot, setSpot, readOnly, remove }: HeadingProps) {
  const { t } = useTranslation('rules')
  const named = column.kind === 'in' || column.kind === 'out'
  const current = spot?.row === -1 && spot.column === index
  if (!named) return <th data-kind={column.kind}>{nameOf(column, t)}</th>
  return (
    <th data-kind={column.kind} className={current ? styles.current : undefined}>
      <div className={styles.heading}>
        <button type="button" className={styles.headingName} onClick={() => setSpot({ row: -1, column: index })} title={t('editColumn')}>
          <span>{column.name || (column.kind === 'in' ? column.expr : '') || t('unnamed')}</span>
          {column.kind === 'in' && column.name && <code>{column.expr}</code>}
        </button>
        {!readOnly && <Button type="text" size="small" icon={<Trash2 size={12} />} aria-label={t('removeColumn', { name: column.name })} onClick={remove} />}
      </div>
    </th>
  )
}

function AddColumn({ config, sheet, onChange }: Pick<Props, 'config' | 'sheet' | 'onChange'>) {
  const { t } = useTranslation('rules')
  const free = (wanted: string) => {
    const taken = new Set(sheet.columns.flatMap((c) => (c.kind === 'out' ? [c.name] : [])))
    let name = wanted
    for (let n = 2; taken.has(name); n++) name = `${wanted}${n}`
    return name
  }
  const items = [
    ...(sheet.form === 'table' ? [{ key: 'in', label: t('addInput'), onClick: () => onChange(withColumn(config, 'in', '')) }] : []),
    { key: 'out', label: t('addOutput'), onClick: () => onChange(withColumn(config, 'out', free('result'))) },
  ]
  return (
    <Dropdown trigger={['click']} menu={{ items }}>
      <Button type="text" size="small" icon={<Plus size={13} />} aria-label={t('addColumn')} />
    </Dropdown>
  )
}

function RowTools({ at, last, config, onChange }: { at: number; last: number; config: JsonObject; onChange: (config: Json) => void }) {
  const { t } = useTranslation('rules')
  const items = [
    { key: 'up', label: t('moveUp'), icon: <ArrowUp size={13} />, disabled: at === 0, onClick: () => onChange(withRowMoved(config, at, at - 1)) },
    { key: 'down', label: t('moveDown'), icon: <ArrowDown size={13} />, disabled: at === last, onClick: () => onChange(withRowMoved(config, at, at + 1)) },
    { key: 'insert', label: t('insertBelow'), icon: <Plus size={13} />, onClick: () => onChange(withNewRow(config, at + 1)) },
    { key: 'remove', label: t('removeRow'), icon: <Trash2 size={13} />, danger: true, onClick: () => onChange(withoutRow(config, at)) },
  ]
  return (
    <Dropdown trigger={['click']} menu={{ items }}>
      <Button type="text" size="small" icon={<EllipsisVertical size={13} />} aria-label={t('rowTools', { row: at + 1 })} />
    </Dropdown>
  )
}
