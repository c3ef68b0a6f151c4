import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { GetRef } from 'antd'
import { Alert, Button, Input, Modal } from 'antd'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../api/client'
import { keyOf, useCall } from '../api/hooks'
import { say } from '../app/say'
import { difference, isSame } from '../document/diff'
import { readDocument } from '../document/read'
import { useDocument } from '../document/store'
import { ChangeCounts } from './ChangeList'
import { saveNow, useDraft } from './draft'
import { useProblems } from './problems'
import { closeDialog, useView } from './view'
import styles from './Editor.module.css'

/** Makes the draft live: what changes, what stands in the way, and a note for those who come later. */
export function PublishDialog({ live, next, onDone }: { live: number; next: number; onDone(): void }) {
  const { t } = useTranslation('editor')
  const navigate = useNavigate()
  const client = useQueryClient()
  const doc = useDocument((s) => s.doc)
  const problems = useProblems((s) => s.list)
  const field = useRef<GetRef<typeof Input.TextArea>>(null)
  const [note, setNote] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<Error | null>(null)
  const before = useCall('getFlow', { path: { id: doc.id }, query: { version: live } }, { enabled: live > 0, staleTime: Infinity })
  const old = before.data ? readDocument(before.data.document) : null
  const changes = old ? difference(old, doc) : null
  const errors = problems.filter((p) => p.severity !== 'warning').length
  const warnings = problems.length - errors
  const publish = async () => {
    setBusy(true)
    try {
      await saveNow()
      if (useDraft.getState().saving !== 'saved') throw new Error(t(`saving.${useDraft.getState().saving as 'changed'}`))
      const made = await call('publishFlow', { path: { id: doc.id }, body: { note: note.trim() } })
      await Promise.all([keyOf('listVersions'), keyOf('listFlows')].map((queryKey) => client.invalidateQueries({ queryKey })))
      say('success', t('publish.done', { version: made.version }))
      onDone()
      closeDialog()
    } catch (e) {
      setError(e as Error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal open title={t('publish.title')} onCancel={closeDialog} okText={t('publish.go', { version: next })} okButtonProps={{ disabled: errors > 0, loading: busy }} onOk={() => void publish()} width={560} afterOpenChange={(open) => open && field.current?.focus()}>
      <div className={styles.stack}>
        {live === 0 && <p>{t('publish.first')}</p>}
        {changes && (
          <div className={styles.changes}>
            <span>{isSame(changes) ? t('publish.same', { version: live }) : t('publish.since', { version: live })}</span>
            <ChangeCounts of={changes} />
            {!isSame(changes) && (
              <Button type="link" size="small" onClick={() => void saveNow().then(() => navigate({ to: '/flows/$flow/versions', params: { flow: doc.id }, search: { a: String(live), b: 'draft' } }))}>
                {t('publish.compare')}
              </Button>
            )}
          </div>
        )}
        {errors > 0 && (
          <Alert
            type="error"
            showIcon
            title={t('publish.blocked', { count: errors })}
            action={
              <Button size="small" onClick={() => useView.setState({ dialog: null, drawer: 'problems' })}>
                {t('toolbar.problems')}
              </Button>
            }
          />
        )}
        {warnings > 0 && <Alert type="warning" showIcon title={t('publish.warnings', { count: warnings })} />}
        <label className={styles.field}>
          <span>{t('publish.note')}</span>
          <Input.TextArea ref={field} rows={3} maxLength={500} value={note} placeholder={t('publish.notePlaceholder')} onChange={(e) => setNote(e.target.value)} />
        </label>
        {error && <Alert type="error" showIcon title={error.message} />}
      </div>
    </Modal>
  )
}
