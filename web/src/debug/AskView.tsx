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
        <Pairs list={ask.query} sign="=" />
        <Pairs list={ask.headers} sign=":" />
        {ask.body !== undefined && <JsonTree value={ask.body} label={t('stop.body')} bare />}
      </div>
    )
  }
  if (ask.kind === 'statement') {
    return (
      <div className={styles.ask}>
        {ask.statements.map(({ sql, args }, i) => (
          <div key={`${i} ${sql}`}>
            <pre className={styles.sql}>{sql}</pre>
            {args !== undefined && <JsonTree value={args} label={t('stop.args')} bare />}
          </div>
        ))}
      </div>
    )
  }
  return (
    <div className={styles.ask}>
      <JsonTree value={ask.value} label={t('stop.about')} bare />
    </div>
  )
}

function Pairs({ list, sign }: { list: [string, string][]; sign: string }) {
  if (list.length === 0) return null
  return (
    <dl className={styles.headers}>
      {list.map(([name, value]) => (
        <div key={name}>
          <dt>
            {name}
            {sign}
          </dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
