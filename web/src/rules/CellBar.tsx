import { Input } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Json, JsonObject } from '../api/json'
import type { Names } from '../code/complete'
import { expressionValue } from '../code/complete'
import { Code } from '../code/Code'
import { unitsOf } from '../code/tokens'
import { useFindings, usePanel, useScope } from '../panel/context'
import { PreviewLine } from '../panel/fields/PreviewLine'
import { Findings } from '../panel/fields/Findings'
import { usePreview } from '../panel/preview'
import { nameOf } from './Grid'
import type { Spot } from './RulesEditor'
import styles from './rules.module.css'
import type { Column, Sheet } from './sheet'
import { cellPath, cellText, withCell, withHeading } from './sheet'

interface Props {
  config: JsonObject
  sheet: Sheet
  spot: Spot | undefined
  onChange: (config: Json) => void
}

/** The chosen cell with room to write: completion, colours, the value beside it. Of a heading its name and its expression. */
export function CellBar({ config, sheet, spot, onChange }: Props) {
  const { t } = useTranslation('rules')
  const column = spot && sheet.columns[spot.column]
  if (!spot || !column || (spot.row >= 0 && !sheet.rows[spot.row])) return <div className={styles.bar}><span className={styles.note}>{t('pickCell')}</span></div>
  if (spot.row < 0) return <HeadingBar column={column} config={config} onChange={onChange} />
  return (
    <div className={styles.bar}>
      <span className={styles.barName}>{`${nameOf(column, t)} · ${spot.row + 1}`}</span>
      <CellCode key={`${spot.row}:${spot.column}`} sheet={sheet} row={spot.row} column={column} onText={(text) => onChange(withCell(config, spot.row, column, text))} />
    </div>
  )
}

const place = { item: false, body: false } as const

function HeadingBar({ column, config, onChange }: { column: Column; config: JsonObject; onChange: (config: Json) => void }) {
  const { t } = useTranslation('rules')
  const { language, readOnly, sample } = usePanel()
  const { names, ground } = useScope(place)
  const expr = column.kind === 'in' ? column.expr : ''
  const preview = usePreview(expr, ground)
  if (column.kind !== 'in' && column.kind !== 'out') return null
  return (
    <div className={styles.bar}>
      <Input size="small" className={styles.barInput} value={column.name} disabled={readOnly} placeholder={t('columnName')} aria-label={t('columnName')} onChange={(e) => onChange(withHeading(config, column, 'name', e.target.value))} />
      {column.kind === 'in' && (
        <div className={styles.barCode}>
          <Code mode="expression" value={expr} readOnly={readOnly} label={t('columnExpression')} language={language} names={names} onChange={(text) => onChange(withHeading(config, column, 'expr', text))} placeholder={t('columnExpression')} />
          <PreviewLine preview={preview} real={sample.run !== undefined} />
        </div>
      )}
    </div>
  )
}

function CellCode({ sheet, row, column, onText }: { sheet: Sheet; row: number; column: Column; onText: (text: string) => void }) {
  const { t } = useTranslation('rules')
  const { language, readOnly, sample } = usePanel()
  const { names, ground } = useScope(place)
  const text = cellText(sheet, row, column)
  const findings = useFindings(['config', ...cellPath(sheet, row, column)], true)
  const own: Names = useMemo(() => {
    if (column.kind !== 'in') return names
    // Within a cell the column's value is known as `it`.
    return { ...names, scope: { it: expressionValue(column.expr, names) ?? null, ...names.scope } }
  }, [names, column])
  const computes = column.kind === 'when' || (column.kind === 'out' && text.includes('{{'))
  const preview = usePreview(computes ? text : '', ground)
  const marks = useMemo(
    () => findings.flatMap((f) => (f.span ? [{ from: unitsOf(text, f.span[0]), to: unitsOf(text, f.span[1]), message: f.message, severity: f.severity }] : [])),
    [findings, text],
  )
  const mode = column.kind === 'out' ? 'template' : column.kind === 'in' || column.kind === 'when' ? 'expression' : 'plain'
  return (
    <div className={styles.barCode}>
      <Code mode={mode} value={text} onChange={onText} label={t('editCell', { column: nameOf(column, t), row: row + 1 })} readOnly={readOnly} language={language} names={own} marks={marks} invalid={findings.length > 0} placeholder={column.kind === 'in' ? t('cellHelp') : ''} />
      {computes && <PreviewLine preview={preview} real={sample.run !== undefined} />}
      <Findings findings={findings} />
    </div>
  )
}
