import { Popover } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Finding } from '../../api/schema'
import { useFormat } from '../../app/format'
import { kindOf, previewOf, sizeOf, timeHint } from '../../data/format'
import { JsonTree } from '../../data/JsonTree'
import type { Preview } from '../preview'
import styles from './fields.module.css'

const none: readonly Finding[] = []

/** The value beside an expression, or why there is none. Shapes from examples are no values: only what is surely wrong shows. */
export function PreviewLine({ preview, real, findings = none }: { preview: Preview; real: boolean; findings?: readonly Finding[] }) {
  const { t } = useTranslation('panel')
  const { time } = useFormat()
  if (preview.state === 'none') return null
  if (preview.state === 'waiting') return <div className={styles.preview} aria-hidden>{t('preview.waiting')}</div>
  if (preview.state === 'problem') {
    // What the check of the document says already stands below.
    if (findings.some((f) => f.code === preview.problem.code)) return null
    if (!real && !preview.problem.span) return <div className={styles.preview}>{t('preview.noRun')}</div>
    return <div className={`${styles.preview} ${styles.isProblem}`} role="status" title={preview.problem.code}>{preview.problem.message}</div>
  }
  if (!real) return <div className={styles.preview}>{t('preview.noRun')}</div>
  const { value } = preview
  const hint = timeHint(value, time)
  const line = (
    <span className={styles.value}>
      {previewOf(value, 160)}
      {hint && <span className={styles.hint}>{hint}</span>}
    </span>
  )
  return (
    <div className={styles.preview}>
      <span className={styles.kind}>{t(`kind.${kindOf(value)}`)}</span>
      {sizeOf(value) < 1 ? line : (
        <Popover trigger="click" content={<div className={styles.popTree}><JsonTree value={value} label={t('preview.value')} /></div>}>
          <button type="button" className={styles.valueButton}>{line}</button>
        </Popover>
      )}
    </div>
  )
}
