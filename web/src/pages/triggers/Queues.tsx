import { Link } from '@tanstack/react-router'
import { Table } from 'antd'
import { Radio } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useAll } from '../../api/hooks'
import type { PublishedTrigger } from '../../api/schema'
import { Card } from '../../app/Page'
import { Empty, Failed, PageLoading } from '../../app/states'
import { useNarrow } from '../../app/theme'
import { FlowLink } from './FlowLink'
import styles from './triggers.module.css'

const refresh = 5000

/** The queue triggers: what they read, whether they do, and how many messages wait. */
export function Queues() {
  const { t } = useTranslation('triggers')
  const narrow = useNarrow()
  const queues = useAll('listTriggers', { query: { type: 'queue' } }, { refetchInterval: refresh })
  if (queues.isPending) return <PageLoading />
  if (queues.isError) return <Failed error={queues.error} retry={() => void queues.refetch()} />
  if (queues.data.length === 0) {
    return (
      <Empty icon={<Radio size={22} />} title={t('queues.empty')}>
        {t('queues.emptyText')}
      </Empty>
    )
  }
  const figures = ['inHand', 'started', 'duplicates', 'setAside'] as const
  if (narrow) {
    return (
      <div className={styles.cards}>
        {queues.data.map((q) => (
          <Card key={`${q.flow}/${q.trigger}`} title={<FlowLink of={q} />} extra={<State of={q} />}>
            <Source of={q} />
            <div className={styles.cardLine}>
              <span>{t('queues.lag')}: <Lag of={q} /></span>
              {figures.map((key) => (
                <span key={key} className={styles.sub}>{t(`queues.${key}`)}: {q.queue?.[key] ?? '–'}</span>
              ))}
            </div>
          </Card>
        ))}
      </div>
    )
  }
  return (
    <>
      <Table
        rowKey={(q) => `${q.flow}/${q.trigger}`}
        dataSource={queues.data}
        pagination={false}
        columns={[
          { key: 'flow', title: t('queues.flow'), render: (_, q) => <FlowLink of={q} /> },
          { key: 'from', title: t('queues.from'), render: (_, q) => <Source of={q} /> },
          { key: 'state', title: t('queues.state'), width: 150, render: (_, q) => <State of={q} /> },
          { key: 'lag', title: t('queues.lag'), width: 110, align: 'right', render: (_, q) => <Lag of={q} /> },
          ...figures.map((key) => ({ key, title: t(`queues.${key}`), width: 110, align: 'right' as const, render: (_: unknown, q: PublishedTrigger) => q.queue?.[key] ?? '–' })),
        ]}
      />
      <p className={styles.sub}>{t('queues.since')}</p>
    </>
  )
}

function Source({ of }: { of: PublishedTrigger }) {
  const { t } = useTranslation('triggers')
  const { connection, topic, group } = of.config
  // Left out, the group is named after the flow and the trigger.
  const reader = typeof group === 'string' && group !== '' ? group : `${of.flow}-${of.trigger}`
  return (
    <div>
      <code>{String(topic)}</code>
      <div className={styles.sub}>
        <Link to="/connections">{String(connection)}</Link> · {t('queues.group', { group: reader })}
      </div>
    </div>
  )
}

function State({ of }: { of: PublishedTrigger }) {
  const { t } = useTranslation('triggers')
  const state = of.queue === null ? 'idle' : of.queue.connected ? 'connected' : 'away'
  return (
    <span className={styles.state}>
      <span className={`${styles.dot} ${styles[{ idle: 'quiet', connected: 'ok', away: 'bad' }[state]] ?? ''}`} aria-hidden />
      {t(`queues.${state}`)}
    </span>
  )
}

function Lag({ of }: { of: PublishedTrigger }) {
  const { t } = useTranslation('triggers')
  const lag = of.queue?.lag ?? null
  return lag === null ? <span title={t('queues.lagUnknown')}>–</span> : <strong>{lag}</strong>
}
