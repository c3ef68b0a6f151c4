import { Button, Modal } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../app/format'
import { difference } from '../document/diff'
import { useDocument } from '../document/store'
import { ChangeCounts, ChangeList } from './ChangeList'
import { settle, useDraft } from './draft'
import { exportFlow } from './files'
import styles from './Editor.module.css'

/** Two people changed the same: nothing is overwritten before one of them has said so. */
export function ConflictDialog() {
  const { t } = useTranslation('editor')
  const format = useFormat()
  const conflict = useDraft((s) => s.conflict)
  const doc = useDocument((s) => s.doc)
  const changes = useMemo(() => (conflict ? difference(doc, conflict.theirs) : null), [conflict, doc])
  if (!conflict || !changes) return null
  return (
    <Modal
      open
      closable={false}
      mask={{ closable: false }}
      keyboard={false}
      width={680}
      title={t('conflict.title')}
      footer={[
        <Button key="export" onClick={() => exportFlow(doc)}>{t('conflict.export')}</Button>,
        <Button key="theirs" onClick={() => void settle('theirs')}>{t('conflict.theirs')}</Button>,
        <Button key="mine" type="primary" onClick={() => void settle('mine')}>{t('conflict.mine')}</Button>,
      ]}
    >
      <div className={styles.stack}>
        <p>{t('conflict.text', { by: conflict.by, time: format.ago(conflict.at) })}</p>
        <div className={styles.changes}>
          <span>{t('conflict.differences', { by: conflict.by })}</span>
          <ChangeCounts of={changes} />
        </div>
        <div className={styles.scrolling}>
          <ChangeList of={changes} before={doc} after={conflict.theirs} />
        </div>
      </div>
    </Modal>
  )
}
