import { Table } from 'antd'
import { useTranslation } from 'react-i18next'
import type { FlowSummary } from '../../api/schema'
import { Card } from '../../app/Page'
import { useNarrow } from '../../app/theme'
import { FlowMenu } from './FlowMenu'
import { FlowChanged, FlowDay, FlowFailures, FlowName, FlowSlow, FlowStatus } from './FlowRow'
import styles from './home.module.css'

const pageSize = 20

/** All flows: a table, on a phone cards. */
export function FlowList({ flows }: { flows: FlowSummary[] }) {
  return useNarrow() ? <FlowCards flows={flows} /> : <FlowTable flows={flows} />
}

function FlowTable({ flows }: { flows: FlowSummary[] }) {
  const { t } = useTranslation('flows')
  return (
    <Table
      rowKey="id"
      dataSource={flows}
      pagination={flows.length > pageSize ? { pageSize, showSizeChanger: false } : false}
      columns={[
        { key: 'name', title: t('columns.name'), render: (_, flow) => <FlowName flow={flow} /> },
        { key: 'status', title: t('columns.status'), width: 170, render: (_, flow) => <FlowStatus flow={flow} /> },
        { key: 'day', title: t('columns.day'), width: 260, render: (_, flow) => <FlowDay flow={flow} /> },
        { key: 'failed', title: t('columns.failed'), width: 90, align: 'right', render: (_, flow) => <FlowFailures flow={flow} /> },
        { key: 'slow', title: t('columns.slow'), width: 120, align: 'right', render: (_, flow) => <FlowSlow flow={flow} /> },
        { key: 'changed', title: t('columns.changed'), width: 160, render: (_, flow) => <FlowChanged flow={flow} /> },
        { key: 'menu', title: '', width: 56, align: 'right', render: (_, flow) => <FlowMenu flow={flow} /> },
      ]}
    />
  )
}

function FlowCards({ flows }: { flows: FlowSummary[] }) {
  return (
    <div className={styles.cards}>
      {flows.map((flow) => (
        <Card key={flow.id} title={<FlowName flow={flow} />} extra={<FlowMenu flow={flow} />}>
          <div className={styles.cardLine}>
            <FlowStatus flow={flow} />
            <FlowFailures flow={flow} />
          </div>
          <FlowDay flow={flow} />
        </Card>
      ))}
    </div>
  )
}
