import { useTranslation } from 'react-i18next'
import type { RunsSummary } from '../model/types'
import type { Words } from './options'
import styles from './charts.module.css'

/** The figures that the charts draw, those stretches that have any. */
export function DataTable({ summary, words }: { summary: RunsSummary; words: Words }) {
  const { t } = useTranslation('runs')
  const time = (ms: number | null) => (ms === null ? '–' : words.duration(ms))
  return (
    <div className={styles.tableRoom} tabIndex={0} role="region" aria-label={t('charts.rate')}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th>{t('charts.from')}</th>
            <th>{t('charts.runs')}</th>
            <th>{words.failed}</th>
            <th>{words.median}</th>
            <th>{words.p95}</th>
          </tr>
        </thead>
        <tbody>
          {summary.buckets
            .filter((b) => b.started > 0)
            .map((b) => (
              <tr key={b.at}>
                <td>{words.full(b.at)}</td>
                <td>{words.count(b.started)}</td>
                <td>{words.count(b.failed)}</td>
                <td>{time(b.p50Ms)}</td>
                <td>{time(b.p95Ms)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  )
}
