import { useNavigate, useSearch } from '@tanstack/react-router'
import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../../app/format'
import { Page } from '../../app/Page'
import { Events } from './Events'
import { Queues } from './Queues'
import { Schedules } from './Schedules'
import { Webhooks } from './Webhooks'

const tabs = ['schedules', 'webhooks', 'queues', 'events'] as const

/** What starts runs by itself: the triggers of the published flows. */
export function TriggersPage() {
  const { t } = useTranslation('triggers')
  const { zone } = useFormat()
  const navigate = useNavigate()
  const wished = useSearch({ strict: false })['tab']
  const tab = tabs.find((key) => key === wished) ?? 'schedules'
  return (
    <Page title={t('title')} note={t('times', { zone })}>
      <Tabs
        activeKey={tab}
        onChange={(key) => void navigate({ to: '/triggers', search: { tab: key }, replace: true })}
        items={[
          { key: 'schedules', label: t('tabs.schedules'), children: <Schedules /> },
          { key: 'webhooks', label: t('tabs.webhooks'), children: <Webhooks /> },
          { key: 'queues', label: t('tabs.queues'), children: <Queues /> },
          { key: 'events', label: t('tabs.events'), children: <Events /> },
        ]}
      />
    </Page>
  )
}
