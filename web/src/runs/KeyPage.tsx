import { Link, useParams } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyButton } from '../app/CopyButton'
import { useFormat } from '../app/format'
import { Page } from '../app/Page'
import { Empty, Failed, PageLoading } from '../app/states'
import { StatusText } from '../app/StatusText'
import styles from './KeyPage.module.css'
import { LiveMark } from './LiveMark'
import { shortId, triggerOf } from './model/texts'
import type { RunSummary } from './model/types'
import { useFlowTitles } from './RunsTable'
import { useRunList } from './useRunList'

/** Everything that ever happened to one order, parcel or whatever a business key names, over all flows. */
export function KeyPage() {
  const { t } = useTranslation('runs')
  const { name = '', value = '' } = useParams({ strict: false })
  const filters = useMemo(() => ({ key: `${name}:${value}` }), [name, value])
  const list = useRunList(filters, false)
  const days = useMemo(() => byDay(list.rows), [list.rows])
  return (
    <Page
      title={
        <span className={styles.key}>
          <span className={styles.name}>{name}</span> {value} <CopyButton text={value} />
        </span>
      }
      note={<LiveMark live={list.live} />}
      actions={<Link to="/runs" search={{ key: `${name}:${value}` }}>{t('key.asList')}</Link>}
    >
      {list.pages.isPending ? (
        <PageLoading />
      ) : list.pages.isError ? (
        <Failed error={list.pages.error} retry={list.reload} />
      ) : list.rows.length === 0 ? (
        <Empty title={t('key.none')}>{t('key.noneText', { name, value })}</Empty>
      ) : (
        days.map((day) => (
          <section key={day.date} className={styles.day}>
            <h2 className={styles.date}>{day.date}</h2>
            <ol className={styles.runs}>
              {day.runs.map((run) => (
                <Event key={run.id} run={run} />
              ))}
            </ol>
          </section>
        ))
      )}
      {list.pages.hasNextPage && (
        <button type="button" className={styles.more} onClick={() => void list.pages.fetchNextPage()}>
          {t('key.more')}
        </button>
      )}
    </Page>
  )
}

function Event({ run }: { run: RunSummary }) {
  const { t } = useTranslation('runs')
  const format = useFormat()
  const titles = useFlowTitles()
  const trigger = triggerOf(run)
  return (
    <li className={styles.event}>
      <time dateTime={run.startedAt} title={`${format.time(run.startedAt)} ${format.zone}`}>
        {format.time(run.startedAt).slice(11)}
      </time>
      <StatusText status={run.status} />
      <span className={styles.what}>
        <Link to="/runs/$run" params={{ run: run.id }}>
          {titles(run.flow)}
        </Link>
        {run.error && <span className={styles.error}>{run.error.message}</span>}
      </span>
      <span className={styles.how}>
        {trigger ? t(`triggers.${trigger}`) : run.trigger.type} · {shortId(run.id)}
      </span>
      <span className={styles.took}>{run.durationMs === null ? '…' : format.duration(run.durationMs)}</span>
    </li>
  )
}

/** The runs by the day on which they started, in the reader's zone. */
function byDay(runs: readonly RunSummary[]): { date: string; runs: RunSummary[] }[] {
  const days = new Map<string, RunSummary[]>()
  for (const run of runs) {
    const date = new Date(run.startedAt).toLocaleDateString('sv-SE')
    const list = days.get(date)
    if (list) list.push(run)
    else days.set(date, [run])
  }
  return [...days].map(([date, list]) => ({ date, runs: list }))
}
