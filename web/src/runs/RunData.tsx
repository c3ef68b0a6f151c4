import { useTranslation } from 'react-i18next'
import type { Json } from '../api/json'
import { JsonTree } from '../data/JsonTree'
import type { Run } from './model/types'
import styles from './RunData.module.css'

/** What the run was given and what it gave. */
export function RunData({ run }: { run: Run }) {
  const { t } = useTranslation('runs')
  const parts: { name: 'trigger' | 'output' | 'error'; value: Json }[] = [
    { name: 'trigger', value: run.trigger },
    run.error ? { name: 'error', value: run.error as Json } : { name: 'output', value: (run.output ?? null) as Json },
  ]
  return (
    <div className={styles.data}>
      {parts.map(({ name, value }) => (
        <section key={name} className={styles.part}>
          <h3>{t(`data.${name}`)}</h3>
          <JsonTree value={value} label={t(`data.${name}`)} root={name} height="100%" />
        </section>
      ))}
    </div>
  )
}
