import { useTranslation } from 'react-i18next'
import type { RunSummary, Step } from '../api/schema'
import styles from './StatusText.module.css'

export type Status = RunSummary['status'] | Step['status']

/** The colour of a status, for what is drawn: a name of --s-…-mark. */
export function statusColour(status: Status): string {
  switch (status) {
    case 'succeeded':
      return 'var(--s-ok-mark)'
    case 'failed':
      return 'var(--s-bad-mark)'
    case 'running':
      return 'var(--s-accent)'
    case 'waiting':
    case 'paused':
      return 'var(--s-warn-mark)'
    case 'queued':
    case 'cancelled':
    case 'skipped':
      return 'var(--s-quiet)'
  }
}

/** A status as a dot and its name: colour is never alone. */
export function StatusText({ status }: { status: Status }) {
  const { t } = useTranslation()
  return (
    <span className={`${styles.status} ${styles[status] ?? ''}`}>
      <span className={styles.dot} style={{ background: statusColour(status) }} />
      {t(`status.${status}`)}
    </span>
  )
}
