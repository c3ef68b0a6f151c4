import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Json, type JsonObject, parseJson } from '../api/json'
import { useSettings } from '../app/settings'
import { Code } from '../code/Code'
import { schemaOf } from './schemaOf'
import styles from './Editor.module.css'

interface Props {
  /** What the latest run was started with. */
  readonly body: Json | undefined
  onSchema(schema: JsonObject): void
}

/** Makes the input's schema of what a run was started with, or of an example. */
export function SchemaMaker({ body, onSchema }: Props) {
  const { t } = useTranslation('editor')
  const language = useSettings((s) => s.language)
  const [example, setExample] = useState<string>()
  const [problem, setProblem] = useState('')
  const take = () => {
    try {
      onSchema(schemaOf(parseJson(example ?? '')))
      setExample(undefined)
      setProblem('')
    } catch (e) {
      setProblem(t('run.notJson', { why: (e as Error).message }))
    }
  }
  return (
    <div className={styles.stack}>
      <div className={styles.changes}>
        {body !== undefined && body !== null && <Button size="small" onClick={() => onSchema(schemaOf(body))}>{t('settings.fromRun')}</Button>}
        <Button size="small" aria-expanded={example !== undefined} onClick={() => setExample(example === undefined ? '' : undefined)}>{t('settings.fromExample')}</Button>
      </div>
      {example !== undefined && (
        <>
          <Code mode="json" label={t('settings.example')} value={example} onChange={setExample} lines={4} language={language} />
          {problem && <p role="alert" className={styles.refusal}>{problem}</p>}
          <Button size="small" type="primary" className={styles.start} disabled={example.trim() === ''} onClick={take}>{t('settings.makeSchema')}</Button>
        </>
      )}
    </div>
  )
}
