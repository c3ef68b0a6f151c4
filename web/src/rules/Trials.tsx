import { Button } from 'antd'
import { FlaskConical, Plus, Trash2 } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Answer } from '../api/client'
import { call } from '../api/client'
import type { Json, JsonObject } from '../api/json'
import { isObject, parseJson, writeJson } from '../api/json'
import { previewOf } from '../data/format'
import { usePanel } from '../panel/context'
import styles from './rules.module.css'
import type { Sheet } from './sheet'
import { resultValue, withInputs } from './sheet'
import { kept, keep } from './trialStore'

type Result = Answer<'tryNode'> | Error

/** Rows of made-up values, each answered by the engine with the table as it is drawn now. They are kept in the browser. */
export function Trials({ config, sheet }: { config: JsonObject; sheet: Sheet }) {
  const { t } = useTranslation('rules')
  const { node, sample } = usePanel()
  const [trials, setTrials] = useState<string[][]>(() => kept(node))
  const inputs = sheet.columns.filter((c) => c.kind === 'in')
  const headings = sheet.form === 'table' ? inputs.map((c) => c.name || c.expr) : [t('input')]
  const set = (next: string[][]) => {
    setTrials(next)
    keep(node, next)
  }
  const asIs = useTrial(config, undefined, sheet)
  return (
    <section className={styles.trials} aria-label={t('trials')}>
      <h4><FlaskConical size={14} aria-hidden /> {t('trials')}</h4>
      <div className={styles.scroll}>
        <table className={styles.grid}>
          <thead>
            <tr>
              {headings.map((h, i) => <th key={i}>{h}</th>)}
              <th>{t('rowsHeld')}</th>
              <th>{t('result')}</th>
              <th className={styles.tools}><span className="visually-hidden">{t('removeTrial')}</span></th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <td colSpan={Math.max(1, headings.length)} className={styles.note}>{sample.run === undefined ? t('fromExamples') : t('fromRun')}</td>
              <Outcome result={asIs} />
              <td className={styles.tools} />
            </tr>
            {trials.map((values, i) => (
              <Trial
                // Trials have no names.
                key={i}
                config={config}
                sheet={sheet}
                values={values}
                headings={headings}
                onChange={(next) => set(trials.map((v, n) => (n === i ? next : v)))}
                onRemove={() => set(trials.filter((_, n) => n !== i))}
              />
            ))}
          </tbody>
        </table>
        <Button type="text" size="small" icon={<Plus size={13} />} onClick={() => set([...trials, headings.map(() => '')])}>{t('addTrial')}</Button>
      </div>
    </section>
  )
}

interface TrialProps {
  config: JsonObject
  sheet: Sheet
  values: readonly string[]
  headings: readonly string[]
  onChange: (values: string[]) => void
  onRemove: () => void
}

function Trial({ config, sheet, values, headings, onChange, onRemove }: TrialProps) {
  const { t } = useTranslation('rules')
  const result = useTrial(config, values, sheet)
  return (
    <tr>
      {headings.map((h, i) => (
        <td key={i}>
          <input className={styles.cell} value={values[i] ?? ''} aria-label={h} placeholder={sheet.form === 'table' ? 'nil' : '{}'} onChange={(e) => onChange(headings.map((_, n) => (n === i ? e.target.value : (values[n] ?? ''))))} />
        </td>
      ))}
      <Outcome result={result} />
      <td className={styles.tools}><Button type="text" size="small" icon={<Trash2 size={12} />} aria-label={t('removeTrial')} onClick={onRemove} /></td>
    </tr>
  )
}

function Outcome({ result }: { result: Result | undefined }) {
  const { t } = useTranslation('rules')
  if (!result) return <td colSpan={2} className={styles.note}>…</td>
  if (result instanceof Error) return <td colSpan={2} className={styles.bad}>{result.message}</td>
  if (result.error) return <td colSpan={2} className={styles.bad} title={result.error.code}>{result.error.message}</td>
  const output = isObject(result.output) ? result.output : undefined
  if (!output) return <td colSpan={2} className={styles.note}>{t('notSound')}</td>
  const matched = Array.isArray(output['matched']) ? output['matched'].map(String) : []
  return (
    <>
      <td className={styles.code}>{matched.length > 0 ? matched.join(', ') : t('none')}</td>
      <td className={styles.code}>{previewOf(output['result'], 160)}</td>
    </>
  )
}

const pause = 250
const largest = 400_000

/** What the engine says of the table with these values; without values, with what the columns give in the shown data. */
function useTrial(config: JsonObject, values: readonly string[] | undefined, sheet: Sheet): Result | undefined {
  const { sample, timezone } = usePanel()
  const [result, setResult] = useState<Result>()
  const given = values?.join('\u0000')
  const asked = useMemo(() => {
    const typed = given?.split('\u0000')
    if (!typed) return { config, scope: sample.scope }
    if (sheet.form === 'table') return { config: withInputs(config, typed.map(resultValue)), scope: sample.scope }
    return { config, scope: { ...sample.scope, input: inputOf(typed[0] ?? '') } }
  }, [config, given, sheet.form, sample.scope])
  useEffect(() => {
    const abort = new AbortController()
    const timer = setTimeout(() => {
      if (writeJson(asked.scope).length > largest) return
      call('tryNode', { body: { type: 'rules', ...asked, timezone } }, abort.signal).then(setResult, (e: Error) => {
        if (!abort.signal.aborted) setResult(e)
      })
    }, pause)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [asked, timezone])
  return result
}

function inputOf(typed: string): Json {
  try {
    return parseJson(typed)
  } catch {
    return typed === '' ? {} : typed
  }
}
