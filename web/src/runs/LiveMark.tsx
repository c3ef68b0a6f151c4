import { useTranslation } from 'react-i18next'
import styles from './LiveMark.module.css'

/** Whether what is shown is kept current. */
export function LiveMark({ live }: { live: boolean }) {
  const { t } = useTranslation()
  return (
    <span className={`${styles.mark} ${live ? styles.live : ''}`} role="status">
      <span className={styles.dot} aria-hidden />
      {t(live ? 'states.live' : 'states.notLive')}
    </span>
  )
}
