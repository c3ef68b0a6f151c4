import { useTranslation } from 'react-i18next'
import { CopyButton } from '../app/CopyButton'
import { JsonTree } from '../data/JsonTree'
import styles from './DebugPanel.module.css'
import type { Ask } from './model'

/** What a node is about to do, as the other side will get it; secrets are masked by the server. */
export function AskView({ ask }: { ask: Ask }) {
  const { t } = useTranslation('debug')
  if (ask.kind === 'request') {
    return (
      <div className={styles.ask}>
        <p className={styles.askLine}>
          <strong>{ask.method}</strong> <span>{ask.url}</span> <CopyButton text={ask.url} />
        </p>
        {ask.headers.length > 0 && (
          <dl className={styles.headers}>
            {ask.headers.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
        {ask.body !== undefined && <JsonTree value={ask.body} label={t('stop.body')} bare />}
      </div>
    )
  }
  if (ask.kind === 'statement') {
    return (
      <div className={styles.ask}>
        <pre className={styles.sql}>{ask.sql}</pre>
        {ask.args !== undefined && <JsonTree value={ask.args} label={t('stop.args')} bare />}
      </div>
    )
  }
  return (
    <div className={styles.ask}>
      <JsonTree value={ask.value} label={t('stop.about')} bare />
    </div>
  )
}
