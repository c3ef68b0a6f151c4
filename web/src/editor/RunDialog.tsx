import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Alert, Button, Modal } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../api/client'
import { keyOf } from '../api/hooks'
import { type Json, parseJson, writeJson } from '../api/json'
import { useSettings } from '../app/settings'
import { firstNodes } from '../canvas/scene'
import { Code } from '../code/Code'
import { useFlowPins } from '../debug/pins'
import { useDocument } from '../document/store'
import { saveNow, useDraft } from './draft'
import { exampleOf } from './example'
import { closeDialog } from './view'
import styles from './Editor.module.css'

const kept = (flow: string) => `sluice.input.${flow}`

/** Runs the draft with an input that is written here; the last one is remembered in this browser. */
export function RunDialog({ step }: { step: boolean }) {
  const { t } = useTranslation('editor')
  const navigate = useNavigate()
  const client = useQueryClient()
  const language = useSettings((s) => s.language)
  const doc = useDocument((s) => s.doc)
  const example = useMemo(() => writeJson(exampleOf(doc.input) as Json, 2), [doc.input])
  const [input, setInput] = useState(() => localStorage.getItem(kept(doc.id)) ?? example)
  const pins = useFlowPins(doc.id)
  const pinned = Object.keys(pins).length
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const start = async (debug: boolean) => {
    setBusy(true)
    setError(null)
    try {
      const value = parseJson(input.trim() === '' ? '{}' : input)
      localStorage.setItem(kept(doc.id), input)
      await saveNow()
      if (useDraft.getState().saving !== 'saved') throw new Error(t(`saving.${useDraft.getState().saving as 'changed'}`))
      const breakpoints = debug ? firstNodes(doc).map((node) => ({ node: node.id, on: 'before' as const })) : []
      const run = await call('startRun', { path: { id: doc.id }, body: { input: value, draft: true, ...(pinned > 0 ? { pins } : {}), ...(debug ? { breakpoints } : {}) } })
      // The editor reads its example data anew when it is come back to: there is a newer run now.
      await client.invalidateQueries({ queryKey: keyOf('listRuns'), refetchType: 'none' })
      closeDialog()
      await (debug ? navigate({ to: '/flows/$flow/debug/$run', params: { flow: doc.id, run: run.id } }) : navigate({ to: '/runs/$run', params: { run: run.id } }))
    } catch (e) {
      setError((e as Error).message)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal
      open
      title={t('run.title')}
      width={640}
      onCancel={closeDialog}
      footer={[
        <Button key="debug" type={step ? 'primary' : 'default'} loading={busy} onClick={() => void start(true)}>{t('run.debug')}</Button>,
        <Button key="run" type={step ? 'default' : 'primary'} loading={busy} onClick={() => void start(false)}>{t('run.run')}</Button>,
      ]}
    >
      <div className={styles.stack}>
        <p className={styles.quiet}>{t('run.inputHint')}</p>
        <Code mode="json" label={t('run.input')} value={input} onChange={setInput} lines={10} language={language} />
        <Button size="small" className={styles.start} onClick={() => setInput(example)}>
          {t('run.fromSchema')}
        </Button>
        <Alert type="info" showIcon title={t('run.real')} />
        {pinned > 0 && <Alert type="info" showIcon title={t('run.pins', { count: pinned })} />}
        {error && <Alert type="error" showIcon title={error} />}
      </div>
    </Modal>
  )
}
