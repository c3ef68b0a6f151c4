import { useNavigate, useSearch } from '@tanstack/react-router'
import { App, Button, Form, Input, Modal } from 'antd'
import { Plus, Table2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAll, useCall, useChange } from '../../api/hooks'
import { isObject } from '../../api/json'
import { Page } from '../../app/Page'
import { Empty, Failed, PageLoading } from '../../app/states'
import { TableEditor } from './TableEditor'
import styles from './tables.module.css'

/** The shared tables: all of them at the left, one as a grid. */
export function TablesPage() {
  const { t } = useTranslation('tables')
  const tables = useAll('listTables', {})
  const navigate = useNavigate()
  const [making, setMaking] = useState(false)
  const chosen = useSearch({ strict: false })['id'] ?? tables.data?.[0]?.id
  const open = (id: string | undefined) => void navigate({ to: '/tables', search: { id } })
  return (
    <Page
      title={t('title')}
      note={t('note')}
      actions={
        <Button type="primary" icon={<Plus size={16} />} onClick={() => setMaking(true)}>
          {t('new')}
        </Button>
      }
    >
      {tables.isPending && <PageLoading />}
      {tables.isError && <Failed error={tables.error} retry={() => void tables.refetch()} />}
      {tables.data?.length === 0 && (
        <Empty icon={<Table2 size={22} />} title={t('empty')}>
          {t('emptyText')}
        </Empty>
      )}
      {tables.data && tables.data.length > 0 && (
        <div className={styles.split}>
          <nav className={styles.list} aria-label={t('list')}>
            {tables.data.map((x) => (
              <button key={x.id} type="button" className={`${styles.item} ${x.id === chosen ? styles.here : ''}`} aria-current={x.id === chosen} onClick={() => open(x.id)}>
                <span className={styles.name}>{x.id}</span>
                <span className={styles.count}>{t('rows', { count: x.rows })}</span>
              </button>
            ))}
          </nav>
          {chosen && <OneTable key={chosen} id={chosen} onDeleted={() => open(undefined)} />}
        </div>
      )}
      {making && <NewTable taken={new Set(tables.data?.map((x) => x.id))} onClose={() => setMaking(false)} onMade={open} />}
    </Page>
  )
}

function OneTable({ id, onDeleted }: { id: string; onDeleted: () => void }) {
  const table = useCall('getTable', { path: { id } }, { staleTime: 0 })
  if (table.isPending) return <PageLoading />
  if (table.isError) return <Failed error={table.error} retry={() => void table.refetch()} />
  // A table that is being edited stays as it is, whatever is read again meanwhile.
  return <TableEditor id={id} saved={isObject(table.data) ? table.data : {}} onDeleted={onDeleted} />
}

const idShape = /^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/

function NewTable({ taken, onClose, onMade }: { taken: ReadonlySet<string>; onClose: () => void; onMade: (id: string) => void }) {
  const { t } = useTranslation('tables')
  const { t: common } = useTranslation()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ id: string }>()
  const save = useChange('putTable', ['listTables'])
  const submit = ({ id }: { id: string }) =>
    save.mutate(
      { path: { id }, body: {} },
      {
        onSuccess: () => {
          onClose()
          onMade(id)
        },
        onError: (e) => void message.error(e.message),
      },
    )
  const free = (_: unknown, id: string) => (taken.has(id) ? Promise.reject(new Error(t('idTaken'))) : Promise.resolve())
  return (
    <Modal open title={t('new')} okText={t('create')} cancelText={common('states.cancel')} onOk={form.submit} onCancel={onClose} confirmLoading={save.isPending}>
      <Form form={form} layout="vertical" onFinish={submit} requiredMark={false}>
        <Form.Item name="id" label={t('id')} extra={t('idHint')} rules={[{ required: true, pattern: idShape, message: t('idWrong') }, { validator: free }]}>
          <Input autoFocus spellCheck={false} maxLength={64} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
