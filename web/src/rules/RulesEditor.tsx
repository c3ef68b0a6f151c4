import { Button, Popconfirm } from 'antd'
import { useDeferredValue, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Json, JsonObject } from '../api/json'
import { isObject } from '../api/json'
import { useFindings, usePanel } from '../panel/context'
import { Findings } from '../panel/fields/Findings'
import { Nested } from '../panel/fields/Nested'
import type { Field } from '../panel/schema'
import type { Hit } from './analysis'
import { analyse } from './analysis'
import { AnalysisView } from './AnalysisView'
import { parseCell } from './cell'
import { CellBar } from './CellBar'
import { Grid } from './Grid'
import styles from './rules.module.css'
import type { Form } from './sheet'
import { emptyForm, formOfConfig, rowId, sheetOf } from './sheet'
import { Trials } from './Trials'

interface Props {
  form: Field
  config: JsonObject
  onChange: (config: Json) => void
}

/** The cell that is worked on: its row (-1 is the heading) and its column. */
export interface Spot {
  row: number
  column: number
}

/** A rules node as a sheet: both its forms, what it leaves open, and trials that the engine answers. */
export function RulesEditor({ form, config, onChange }: Props) {
  const { t } = useTranslation('rules')
  const { readOnly, sample } = usePanel()
  const [spot, setSpot] = useState<Spot>()
  const sheet = useMemo(() => sheetOf(config), [config])
  const kind = formOfConfig(config)
  const empty = config['rules'] === undefined && config['table'] === undefined
  const hit = (typeof config['hit'] === 'string' ? config['hit'] : 'first') as Hit
  const hitField = form.fields.find((f) => f.key === 'hit')
  const analysed = useDeferredValue(sheet)
  const analysis = useMemo(() => {
    if (analysed.form !== 'table' || analysed.rows.length === 0) return undefined
    const rows = analysed.rows.map((r) => ({
      cells: (Array.isArray(r['in']) ? r['in'] : []).map(parseCell),
      priority: typeof r['priority'] === 'number' ? r['priority'] : 0,
    }))
    return analyse(rows, analysed.columns.filter((c) => c.kind === 'in').length, hit)
  }, [analysed, hit])
  const output = sample.step?.output
  const matched = useMemo(() => new Set(isObject(output) && Array.isArray(output['matched']) ? output['matched'].map(String) : []), [output])
  // Cells show their own; what is left concerns the sheet as a whole.
  const around = useFindings(['config', 'table'], false)
  const { hit: _hit, rules: _rules, table: _table, ...rest } = config
  const choose = (next: Form) => onChange({ ...rest, ...(config['hit'] === undefined ? {} : { hit: config['hit'] }), ...emptyForm(next) })
  return (
    <div className={styles.editor}>
      {hitField && <Nested field={hitField} value={config['hit']} path={['config', 'hit']} onChange={(v) => onChange(v === undefined ? { ...config, hit: hitField.fallback ?? 'first' } : { ...config, hit: v })} />}
      <FormSwitch kind={kind} empty={empty} choose={choose} readOnly={readOnly} />
      <Findings findings={around} />
      {!empty && (
        <>
          <CellBar config={config} sheet={sheet} spot={spot} onChange={onChange} />
          <Grid config={config} sheet={sheet} spot={spot} setSpot={setSpot} onChange={onChange} matched={matched} analysis={analysis} readOnly={readOnly} />
          {matched.size > 0 && <p className={styles.note}>{t('matched', { rows: sheet.rows.flatMap((r, i) => (matched.has(rowId(r, i)) ? [rowId(r, i)] : [])).join(', ') })}</p>}
          {analysis ? (
            <AnalysisView analysis={analysis} sheet={analysed} hit={hit} hasDefault={config['default'] !== undefined} config={config} onChange={onChange} readOnly={readOnly} />
          ) : (
            kind === 'rules' && <p className={styles.note}>{t('cannotTellList')}</p>
          )}
          <Trials config={config} sheet={sheet} />
        </>
      )}
    </div>
  )
}

function FormSwitch({ kind, empty, choose, readOnly }: { kind: Form; empty: boolean; choose: (form: Form) => void; readOnly: boolean }) {
  const { t } = useTranslation('rules')
  if (empty) {
    return (
      <div className={styles.start}>
        <p>{t('start')}</p>
        <Button type="primary" disabled={readOnly} onClick={() => choose('table')}>{t('newTable')}</Button>
        <Button disabled={readOnly} onClick={() => choose('rules')}>{t('newRules')}</Button>
      </div>
    )
  }
  const other = kind === 'table' ? 'rules' : 'table'
  return (
    <div className={styles.switch}>
      <span>{t(kind)}</span>
      {!readOnly && (
        <Popconfirm title={t('switch.title')} description={t('switch.text')} okText={t('switch.ok')} onConfirm={() => choose(other)}>
          <Button size="small" type="link">{other === 'rules' ? t('switch.toRules') : t('switch.toTable')}</Button>
        </Popconfirm>
      )}
    </div>
  )
}
