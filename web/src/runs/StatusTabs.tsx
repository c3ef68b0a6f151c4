import { useTranslation } from 'react-i18next'
import { useFormat } from '../app/format'
import { statusColour } from '../app/StatusText'
import type { RunFilters } from './model/filters'
import type { RunsSummary } from './model/types'
import { runStatuses } from './model/types'
import styles from './StatusTabs.module.css'

interface Props {
  filters: RunFilters
  change: (by: { status: RunFilters['status'] | undefined }) => void
  summary: RunsSummary | undefined
}

/** The statuses with how many runs have each. Where the server looked at the newest runs only, a plus says so. */
export function StatusTabs({ filters, change, summary }: Props) {
  const { t } = useTranslation('runs')
  const { t: tApp } = useTranslation()
  const { count } = useFormat()
  const ended = summary && !summary.complete ? '+' : ''
  const counts = summary?.counts
  const all = counts ? count(Object.values(counts).reduce((sum, n) => sum + n, 0)) + ended : ''
  return (
    <div className={styles.tabs} role="group" aria-label={t('list.byStatus')}>
      <button type="button" className={styles.tab} aria-pressed={!filters.status} onClick={() => change({ status: undefined })}>
        {t('list.all')} <span className={styles.count}>{all}</span>
      </button>
      {runStatuses.map((status) => {
        const n = counts?.[status]
        const plus = n && (status === 'succeeded' || status === 'failed' || status === 'cancelled') ? ended : ''
        return (
          <button key={status} type="button" className={styles.tab} aria-pressed={filters.status === status} onClick={() => change({ status })}>
            <span className={styles.dot} style={{ background: statusColour(status) }} aria-hidden />
            {tApp(`status.${status}`)} <span className={styles.count}>{n === undefined ? '' : count(n) + plus}</span>
          </button>
        )
      })}
    </div>
  )
}
