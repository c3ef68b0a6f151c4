import { Link } from '@tanstack/react-router'
import { Skeleton, Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import type { FlowSummary } from '../../api/schema'
import { useFormat } from '../../app/format'
import { useTitle } from '../../app/title'
import { totals, useDay } from './day'
import styles from './home.module.css'
import { Spark } from './Spark'

/** A flow's name over its id, as the way to it. */
export function FlowName({ flow }: { flow: FlowSummary }) {
  const title = useTitle()
  return (
    <Link to="/flows/$flow" params={{ flow: flow.id }} className={styles.name}>
      <span className={styles.nameText}>{title(flow.title, flow.id)}</span>
      <code className={styles.id}>{flow.id}</code>
    </Link>
  )
}

export function FlowStatus({ flow }: { flow: FlowSummary }) {
  const { t } = useTranslation('flows')
  if (!flow.published) return <span className={styles.draft}>{t('draftOnly')}</span>
  return (
    <span className={styles.status}>
      <span className={styles.liveDot} />
      {t('live')}
      <Tag variant="filled">v{flow.version}</Tag>
    </span>
  )
}

/** The last 24 hours of a flow: bars and the figure. */
export function FlowDay({ flow }: { flow: FlowSummary }) {
  const { t } = useTranslation('flows')
  const { count } = useFormat()
  const summary = useDay(flow.id)
  if (!summary) return <Skeleton.Node active className={styles.wait} />
  const { started } = totals(summary)
  return (
    <Link to="/runs" search={{ flow: flow.id }} className={styles.day}>
      <Spark buckets={summary.buckets.length > 0 ? summary.buckets : emptyDay} />
      <span>
        {summary.complete ? '' : '≥ '}
        {t('runsOfDay', { count: started, replace: { count: count(started) } })}
      </span>
    </Link>
  )
}

const emptyDay = Array.from({ length: 24 }, () => ({ started: 0, failed: 0 }))

export function FlowFailures({ flow }: { flow: FlowSummary }) {
  const { percent } = useFormat()
  const summary = useDay(flow.id)
  if (!summary) return null
  const { started, failed } = totals(summary)
  if (started === 0) return <span className={styles.none}>–</span>
  return <span className={failed > 0 ? styles.bad : undefined}>{percent(failed / started)}</span>
}

export function FlowSlow({ flow }: { flow: FlowSummary }) {
  const { duration } = useFormat()
  const summary = useDay(flow.id)
  const p95 = summary ? totals(summary).p95 : null
  return p95 === null ? <span className={styles.none}>–</span> : <>{duration(p95)}</>
}

export function FlowChanged({ flow }: { flow: FlowSummary }) {
  const { ago, time } = useFormat()
  return (
    <span title={time(flow.at)}>
      {ago(flow.at)}
      <span className={styles.who}>{flow.by}</span>
    </span>
  )
}
