import { Button, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Json } from '../api/json'
import { JsonSyntaxError, parseJson, writeJson } from '../api/json'
import { useSettings } from '../app/settings'
import { Code } from '../code/Code'
import styles from './DebugPanel.module.css'

interface Props {
  title: string
  /** What it is for. */
  note?: string
  value: Json
  ok: string
  danger?: boolean
  onOk: (value: Json) => void
  onCancel: () => void
}

/** A value as JSON, to be changed. Integers stay exact. */
export function EditValue({ title, note, value, ok, danger = false, onOk, onCancel }: Props) {
  const { t } = useTranslation('debug')
  const { t: tApp } = useTranslation()
  const language = useSettings((s) => s.language)
  const [text, setText] = useState(() => writeJson(value, 2))
  const parsed = read(text)
  const broken = parsed instanceof JsonSyntaxError
  return (
    <Modal
      open
      title={title}
      width={640}
      onCancel={onCancel}
      footer={
        <>
          <Button onClick={onCancel}>{tApp('states.cancel')}</Button>
          <Button type="primary" danger={danger} disabled={broken} onClick={() => !broken && onOk(parsed)}>
            {ok}
          </Button>
        </>
      }
    >
      {note && <p className={styles.modalNote}>{note}</p>}
      <Code mode="json" value={text} onChange={setText} label={title} language={language} lines={12} invalid={broken} />
      <p className={styles.modalError} role="status">
        {broken ? t('edit.notJson', { why: parsed.message, line: text.slice(0, parsed.at).split('\n').length }) : ''}
      </p>
    </Modal>
  )
}

function read(text: string): Json | JsonSyntaxError {
  try {
    return parseJson(text)
  } catch (e) {
    if (e instanceof JsonSyntaxError) return e
    throw e
  }
}
