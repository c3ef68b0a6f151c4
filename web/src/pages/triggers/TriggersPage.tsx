import { useNavigate, useSearch } from '@tanstack/react-router'
import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../../app/format'
import { Page } from '../../app/Page'
import { Schedules } from './Schedules'
import { Webhooks } from './Webhooks'

/** What starts runs by itself: schedules and webhooks of the published flows. */
export function TriggersPage() {
  const { t } = useTranslation('triggers')
  const { zone } = useFormat()
  const navigate = useNavigate()
  const tab = useSearch({ strict: false })['tab'] === 'webhooks' ? 'webhooks' : 'schedules'
  return (
    <Page title={t('title')} note={t('times', { zone })}>
      <Tabs
        activeKey={tab}
        onChange={(key) => void navigate({ to: '/triggers', search: { tab: key }, replace: true })}
        items={[
          { key: 'schedules', label: t('tabs.schedules'), children: <Schedules /> },
          { key: 'webhooks', label: t('tabs.webhooks'), children: <Webhooks /> },
        ]}
      />
    </Page>
  )
}
