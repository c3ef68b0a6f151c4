import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Tooltip } from 'antd'
import { ArrowUp, ChartColumn, RotateCw } from 'lucide-react'
import { lazy, Suspense, useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Empty, Failed, PageLoading } from '../app/states'
import { useNarrow } from '../app/theme'
import { BulkBar } from './BulkBar'
import { FilterBar } from './FilterBar'
import { LiveMark } from './LiveMark'
import type { RunFilters } from './model/filters'
import { readFilters, withFilters } from './model/filters'
import { RetryAll } from './RetryAll'
import { RunsTable } from './RunsTable'
import styles from './RunsPage.module.css'
import { StatusTabs } from './StatusTabs'
import { useRunList } from './useRunList'
import { useStored } from './useStored'

const RunCharts = lazy(() => import('./charts/RunCharts'))

/** All runs, live: what goes on, what went wrong, and how it was over time. */
export function RunsPage() {
  const { t } = useTranslation('runs')
  const narrow = useNarrow()
  const search = useSearch({ strict: false }) as Record<string, unknown>
  const navigate = useNavigate()
  const key = JSON.stringify(readFilters(search))
  const filters = useMemo(() => JSON.parse(key) as RunFilters, [key])
  const change = useCallback(
    (by: { [K in keyof RunFilters]?: RunFilters[K] | undefined }) => void navigate({ to: '/runs', search: { ...withFilters(filters, by) }, replace: true }),
    [navigate, filters],
  )
  const [scrolled, setScrolled] = useState(false)
  const [tops, setTops] = useState(0)
  const [charts, setCharts] = useStored<boolean>('runs.charts', true)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const list = useRunList(filters, scrolled)
  const toTop = () => {
    setScrolled(false)
    setTops(tops + 1)
  }
  const filtered = Object.keys(filters).length > 0
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1 className={styles.title}>{t('title')}</h1>
        <LiveMark live={list.live} />
        <FilterBar filters={filters} change={change} />
        <Tooltip title={t('charts.toggle')}>
          <Button
            aria-label={t('charts.toggle')}
            aria-pressed={charts}
            icon={<ChartColumn size={16} />}
            type={charts ? 'primary' : 'default'}
            ghost={charts}
            onClick={() => setCharts(!charts)}
          />
        </Tooltip>
        {!narrow && (
          <Tooltip title={t('list.reload')}>
            <Button aria-label={t('list.reload')} icon={<RotateCw size={16} />} onClick={list.reload} />
          </Tooltip>
        )}
      </header>
      {charts && (
        <Suspense fallback={<div className={styles.chartsRoom} />}>
          <RunCharts summary={list.summary.data} onSpan={(from, to) => change({ from, to })} />
        </Suspense>
      )}
      <div className={styles.tabs}>
        <StatusTabs filters={filters} change={change} summary={list.summary.data} />
        <RetryAll filters={filters} done={list.reload} />
      </div>
      <div className={styles.list}>
        {list.fresh > 0 && (
          <Button className={styles.fresh} type="primary" shape="round" size="small" icon={<ArrowUp size={14} />} onClick={toTop}>
            {t('list.fresh', { count: list.fresh })}
          </Button>
        )}
        {list.pages.isPending ? (
          <PageLoading />
        ) : list.pages.isError && list.rows.length === 0 ? (
          <Failed error={list.pages.error} retry={list.reload} />
        ) : list.rows.length === 0 && !list.pages.hasNextPage ? (
          <Empty
            title={t(filtered ? 'list.noneFound' : 'list.none')}
            action={filtered && <Button onClick={() => void navigate({ to: '/runs', search: {} })}>{t('list.clear')}</Button>}
          >
            {t(filtered ? 'list.noneFoundText' : 'list.noneText')}
          </Empty>
        ) : (
          <RunsTable list={list} tops={tops} setScrolled={setScrolled} chosen={chosen} setChosen={setChosen} />
        )}
      </div>
      {chosen.size > 0 && <BulkBar rows={list.rows} chosen={chosen} clear={() => setChosen(new Set())} done={list.reload} />}
    </div>
  )
}
