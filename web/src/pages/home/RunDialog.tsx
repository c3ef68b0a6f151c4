import { useNavigate } from '@tanstack/react-router'
import { Button, Checkbox, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/client'
import type { Json } from '../../api/json'
import { isObject, parseJson, writeJson } from '../../api/json'
import type { FlowSummary } from '../../api/schema'
import { useTitle } from '../../app/title'
import { lineOf } from './documents'
import styles from './home.module.css'

/** What the last run of a flow was started with. */
async function lastInput(flow: string): Promise<Json | undefined> {
  const { items } = await call('listRuns', { query: { flow, limit: 1 } })
  const last = items[0]
  if (!last) return undefined
  const { trigger } = await call('getRun', { path: { id: last.id } })
  return isObject(trigger ?? undefined) ? trigger?.['body'] : undefined
}

/** Starts a run by hand and goes to it. */
export function RunDialog({ flow, onClose }: { flow: FlowSummary; onClose: () => void }) {
  const { t } = useTranslation('flows')
  const { t: common } = useTranslation()
  const navigate = useNavigate()
  const name = useTitle()(flow.title, flow.id)
  const [text, setText] = useState('{}')
  const [draft, setDraft] = useState(!flow.published)
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const start = async () => {
    let input: Json
    try {
      input = parseJson(text)
    } catch (e) {
      setProblem(t('run.wrong', { line: lineOf(text, e), problem: e instanceof Error ? e.message : '' }))
      return
    }
    const run = await call('startRun', { path: { id: flow.id }, body: { input, draft } })
    onClose()
    await navigate({ to: '/runs/$run', params: { run: run.id } })
  }
  const attempt = (work: Promise<void>) => {
    setBusy(true)
    work.catch((e: Error) => setProblem(e.message)).finally(() => setBusy(false))
  }
  const takeLast = async () => {
    const input = await lastInput(flow.id)
    if (input !== undefined) setText(writeJson(input, 2))
    setProblem(undefined)
  }
  return (
    <Modal
      open
      width={640}
      title={t('run.title', { name })}
      okText={t('run.start')}
      cancelText={common('states.cancel')}
      onOk={() => attempt(start())}
      onCancel={onClose}
      confirmLoading={busy}
    >
      <Form layout="vertical">
        <Form.Item label={t('run.input')} htmlFor="run-input" extra={t('run.inputHint')} validateStatus={problem ? 'error' : undefined} help={problem}>
          <Input.TextArea
            id="run-input"
            className={styles.code}
            autoSize={{ minRows: 6, maxRows: 20 }}
            spellCheck={false}
            value={text}
            onChange={(e) => {
              setText(e.target.value)
              setProblem(undefined)
            }}
          />
        </Form.Item>
        <div className={styles.runLine}>
          <Checkbox checked={draft} disabled={!flow.published} onChange={(e) => setDraft(e.target.checked)}>
            {t('run.draft')}
          </Checkbox>
          <Button size="small" onClick={() => attempt(takeLast())}>
            {t('run.last')}
          </Button>
        </div>
      </Form>
    </Modal>
  )
}
