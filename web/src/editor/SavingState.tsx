import { Button } from 'antd'
import { Check, CloudOff, LoaderCircle, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../app/format'
import { saveNow, useDraft } from './draft'
import styles from './Editor.module.css'

/** Whether what is drawn is saved, and if not, why. */
export function SavingState() {
  const { t } = useTranslation('editor')
  const format = useFormat()
  const { saving, savedAt, error } = useDraft()
  const text = {
    saved: savedAt === null ? t('saving.saved') : t('saving.savedAt', { time: format.time(savedAt).slice(11, 16) }),
    changed: t('saving.changed'),
    saving: t('saving.saving'),
    offline: t('saving.offline'),
    conflict: t('saving.conflict'),
    refused: t('saving.refused', { why: error?.message ?? '' }),
  }[saving]
  const Icon = { saved: Check, changed: LoaderCircle, saving: LoaderCircle, offline: CloudOff, conflict: TriangleAlert, refused: TriangleAlert }[saving]
  return (
    <span className={styles.saving} data-state={saving} role="status">
      <Icon size={14} aria-hidden />
      <span>{text}</span>
      {(saving === 'refused' || saving === 'offline') && (
        <Button type="link" size="small" onClick={() => void saveNow()}>
          {t('saving.again')}
        </Button>
      )}
    </span>
  )
}
