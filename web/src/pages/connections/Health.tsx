import { useTranslation } from 'react-i18next'
import type { ConnectionHealth } from '../../api/schema'
import { useFormat } from '../../app/format'
import styles from './connections.module.css'

/** How calls through a connection went, as a dot and words, and what of it will end soon. */
export function Health({ health }: { health: ConnectionHealth }) {
  const { t } = useTranslation('connections')
  const { ago, time } = useFormat()
  const { lastError, lastSuccess, failingSince } = health
  const tone = failingSince || health.breaker === 'open' ? styles.bad : lastError && (!lastSuccess || lastError.at > lastSuccess) ? styles.warn : lastSuccess ? styles.ok : styles.quiet
  const words = () => {
    if (failingSince) return t('health.failing', { when: ago(failingSince) })
    if (lastSuccess && lastError && lastError.at > lastSuccess) return t('health.error', { when: ago(lastError.at) })
    return lastSuccess ? t('health.works', { when: ago(lastSuccess) }) : t('health.unused')
  }
  return (
    <div className={styles.health}>
      <div className={styles.healthLine} title={lastSuccess ? time(lastSuccess) : undefined}>
        <span className={`${styles.dot} ${tone ?? ''}`} />
        {words()}
      </div>
      {health.breaker === 'open' && <div className={styles.bad}>{t('health.breaker')}</div>}
      {(failingSince || (lastError && !lastSuccess)) && lastError && (
        <div className={styles.error}>
          {lastError.message} <code>{lastError.code}</code>
        </div>
      )}
      {health.expiries
        .filter((e) => e.level !== 'ok')
        .map((e) => (
          <div key={e.what} className={e.level === 'notice' ? styles.warn : styles.bad}>
            {t(e.level === 'expired' ? 'health.expired' : 'health.expires', { what: e.what, when: ago(e.at) })}
          </div>
        ))}
      {(health.inFlight > 0 || health.waiting > 0) && (
        <div className={styles.sub}>
          {t('health.inFlight', { count: health.inFlight })}
          {health.waiting > 0 && ` · ${t('health.waiting', { count: health.waiting })}`}
        </div>
      )}
    </div>
  )
}
