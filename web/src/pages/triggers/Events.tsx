import { Link } from '@tanstack/react-router'
import { Table } from 'antd'
import { Zap } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useAll } from '../../api/hooks'
import type { Json } from '../../api/json'
import type { PublishedTrigger } from '../../api/schema'
import { useFlowTitle } from '../../app/flowTitles'
import { Empty, Failed, PageLoading } from '../../app/states'
import { FlowLink } from './FlowLink'
import styles from './triggers.module.css'

const kinds = ['run.failed', 'run.succeeded', 'connection.failing', 'connection.expiring'] as const

/** The event triggers: what they react to, and whose. */
export function Events() {
  const { t } = useTranslation('triggers')
  const events = useAll('listTriggers', { query: { type: 'event' } })
  if (events.isPending) return <PageLoading />
  if (events.isError) return <Failed error={events.error} retry={() => void events.refetch()} />
  if (events.data.length === 0) {
    return (
      <Empty icon={<Zap size={22} />} title={t('events.empty')}>
        {t('events.emptyText')}
      </Empty>
    )
  }
  return (
    <Table
      rowKey={(e) => `${e.flow}/${e.trigger}`}
      dataSource={events.data}
      pagination={false}
      columns={[
        { key: 'flow', title: t('events.flow'), render: (_, e) => <FlowLink of={e} /> },
        { key: 'on', title: t('events.on'), render: (_, e) => <Kinds of={e} /> },
        { key: 'of', title: t('events.of'), render: (_, e) => <Sources of={e} /> },
      ]}
    />
  )
}

const texts = (v: Json | undefined) => (Array.isArray(v) ? v.filter((x) => typeof x === 'string') : [])

function Kinds({ of }: { of: PublishedTrigger }) {
  const { t } = useTranslation('triggers')
  return texts(of.config['events']).map((name) => {
    const kind = kinds.find((k) => k === name)
    return (
      <div key={name}>
        {kind ? t(`events.kinds.${kind}`) : name} <code className={styles.sub}>{name}</code>
      </div>
    )
  })
}

function Sources({ of }: { of: PublishedTrigger }) {
  const { t } = useTranslation('triggers')
  const title = useFlowTitle()
  const connections = texts(of.config['connections'])
  const all = connections.length === 0 && texts(of.config['events']).some((e) => e.startsWith('connection.'))
  return (
    <>
      {texts(of.config['flows']).map((flow) => (
        <div key={flow}>
          <Link to="/flows/$flow" params={{ flow }}>{title(flow)}</Link>
        </div>
      ))}
      {connections.map((id) => (
        <div key={id}>
          <Link to="/connections">{id}</Link>
        </div>
      ))}
      {all && <div>{t('events.all')}</div>}
    </>
  )
}
