import { Alert, Button } from 'antd'
import { X } from 'lucide-react'
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Json, type JsonObject, JsonSyntaxError, parseJson, writeJson } from '../api/json'
import { useUnkept } from '../app/typed'
import { pointerTo, targetOf } from '../document/pointer'
import { readDocument } from '../document/read'
import { useDocument } from '../document/store'
import type { FlowDocument } from '../document/types'
import { useProblems } from './problems'
import { useView } from './view'
import styles from './Editor.module.css'

const Editor = lazy(() => import('./JsonEditor').then((m) => ({ default: m.JsonEditor })))

const written = (doc: FlowDocument) => writeJson(doc as unknown as Json, 2)

/** The document as text beside the canvas, both ways live: what cannot be read leaves the canvas as it is. */
export function JsonPane({ schema }: { schema: JsonObject | undefined }) {
  const { t } = useTranslation('editor')
  const { t: panel } = useTranslation('panel')
  const doc = useDocument((s) => s.doc)
  const selection = useView((s) => s.selection)
  const problems = useProblems((s) => s.list)
  const [broken, setBroken] = useState<string | null>(null)
  // The state that the text in the editor says: the text is written anew only for another one.
  const [text, setText] = useState(() => written(doc))
  const said = useRef(doc)
  useEffect(() => {
    if (said.current === doc) return
    said.current = doc
    setText(written(doc))
    setBroken(null)
  }, [doc])
  useUnkept(broken === null ? undefined : panel('notKept', { field: t('json.label') }))
  const onChange = (next: string) => {
    setText(next)
    try {
      const read = readDocument(parseJson(next))
      if (!read) return setBroken(t('json.notDrawable'))
      if (read.id !== doc.id) return setBroken(t('json.otherId', { id: doc.id }))
      setBroken(null)
      said.current = read
      useDocument.getState().commit('json', () => read, 'json')
    } catch (e) {
      setBroken(e instanceof JsonSyntaxError ? t('json.line', { line: next.slice(0, e.at).split('\n').length }) : String(e))
    }
  }
  const shown = selection.length === 1 ? pointerTo(doc, selection[0] ?? '') : null
  const marks = useMemo(() => problems.map((p) => ({ pointer: p.path, message: p.message, severity: p.severity ?? ('error' as const) })), [problems])
  return (
    <section className={styles.json} aria-label={t('json.label')}>
      <header className={styles.jsonHead}>
        <h2>{t('toolbar.json')}</h2>
        <span className={styles.spring} />
        <Button type="text" size="small" onClick={() => setText(written(doc))}>
          {t('json.format')}
        </Button>
        <Button type="text" size="small" icon={<X size={16} />} aria-label={t('json.close')} onClick={() => useView.setState({ json: false })} />
      </header>
      {broken !== null && <Alert type="warning" banner title={t('json.broken', { why: broken })} />}
      <Suspense fallback={<pre className={styles.jsonWaiting}>{text}</pre>}>
        <Editor
          text={text}
          schema={schema}
          shown={shown}
          marks={marks}
          label={t('json.label')}
          onChange={onChange}
          onPointer={(pointer) => {
            const { id } = targetOf(useDocument.getState().doc, pointer)
            if (id !== null && !useView.getState().selection.includes(id)) useView.getState().select([id])
          }}
        />
      </Suspense>
    </section>
  )
}
