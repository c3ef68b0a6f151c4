import { Link, useNavigate } from '@tanstack/react-router'
import { App, Button, Table } from 'antd'
import { RotateCw } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useAll, useChange } from '../../api/hooks'
import type { Delivery, Webhook } from '../../api/schema'
import { useFormat } from '../../app/format'
import { ErrorText } from '../../app/states'
import styles from './triggers.module.css'

const refresh = 5_000
const pageSize = 10

/** What arrived at a webhook, newest first, and once more. */
export function Deliveries({ hook }: { hook: Webhook }) {
  const { t } = useTranslation('triggers')
  const { time, ago, duration, count } = useFormat()
  const path = { flow: hook.flow, trigger: hook.trigger }
  const deliveries = useAll('listDeliveries', { path }, { refetchInterval: refresh })
  if (deliveries.isError) return <ErrorText error={deliveries.error} />
  return (
    <section className={styles.deliveries}>
      <h3 className={styles.detailTitle}>{t('webhooks.deliveries')}</h3>
      <Table
        size="small"
        rowKey={(d) => d.at}
        loading={deliveries.isPending}
        dataSource={deliveries.data ?? []}
        pagination={(deliveries.data?.length ?? 0) > pageSize ? { pageSize, showSizeChanger: false, size: 'small' } : false}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: t('webhooks.noDeliveries') }}
        columns={[
          { key: 'at', title: t('webhooks.at'), width: 170, render: (_, d: Delivery) => <span title={time(d.at)}>{ago(d.at)}</span> },
          { key: 'status', title: t('webhooks.status'), render: (_, d: Delivery) => <Answer delivery={d} /> },
          { key: 'size', title: t('webhooks.size'), width: 90, align: 'right', render: (_, d: Delivery) => `${count(d.size)} B` },
          { key: 'took', title: t('webhooks.took'), width: 90, align: 'right', render: (_, d: Delivery) => duration(d.durationMs) },
          { key: 'run', title: t('webhooks.run'), width: 240, render: (_, d: Delivery) => <RunLink run={d.run} /> },
          { key: 'again', title: '', width: 120, align: 'right', render: (_, d: Delivery) => d.run && <AgainButton path={path} run={d.run} at={time(d.at)} /> },
        ]}
      />
    </section>
  )
}

function Answer({ delivery }: { delivery: Delivery }) {
  const bad = delivery.status >= 400
  return (
    <span className={bad ? styles.refused : undefined}>
      {delivery.status} {delivery.code && <code>{delivery.code}</code>}
    </span>
  )
}

function RunLink({ run }: { run: string | null }) {
  if (!run) return <>–</>
  return (
    <Link to="/runs/$run" params={{ run }}>
      <code>{run}</code>
    </Link>
  )
}

function AgainButton({ path, run, at }: { path: { flow: string; trigger: string }; run: string; at: string }) {
  const { t } = useTranslation('triggers')
  const { message, modal } = App.useApp()
  const navigate = useNavigate()
  const again = useChange('deliverAgain', ['listDeliveries'], {
    onSuccess: (made) => {
      void message.success(t('webhooks.sent'))
      void navigate({ to: '/runs/$run', params: { run: made.id } })
    },
    onError: (e) => void message.error(e.message),
  })
  const ask = () =>
    void modal.confirm({
      title: t('webhooks.againTitle'),
      content: t('webhooks.againText'),
      okText: t('webhooks.again'),
      onOk: () => again.mutateAsync({ path, body: { run } }).catch(() => undefined),
    })
  return (
    <Button size="small" icon={<RotateCw size={13} />} onClick={ask} aria-label={`${t('webhooks.again')}: ${at}`}>
      {t('webhooks.again')}
    </Button>
  )
}
