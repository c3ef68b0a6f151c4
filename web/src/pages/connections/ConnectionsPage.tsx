import { App, Button, Dropdown, Modal } from 'antd'
import { Ellipsis, Plug, Plus, Zap } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAll, useChange } from '../../api/hooks'
import type { Connection, ConnectionType } from '../../api/schema'
import { Page } from '../../app/Page'
import { Empty, Failed, PageLoading } from '../../app/states'
import { useTitle } from '../../app/title'
import { ConnectionEditor } from './ConnectionEditor'
import styles from './connections.module.css'
import { Health } from './Health'
import { TypeIcon } from './icons'
import { useTest } from './useTest'

/** What is being edited: a connection, or a new one of a type. */
interface Edited {
  type: ConnectionType
  connection?: Connection
}

export function ConnectionsPage() {
  const { t } = useTranslation('connections')
  const connections = useAll('listConnections', {}, { refetchInterval: 10_000 })
  const types = useAll('listConnectionTypes', {}, { staleTime: Infinity })
  const [choosing, setChoosing] = useState(false)
  const [edited, setEdited] = useState<Edited>()
  const error = connections.error ?? types.error
  const begin = (
    <Button type="primary" icon={<Plus size={16} />} onClick={() => setChoosing(true)}>
      {t('new')}
    </Button>
  )
  const edit = (connection: Connection) => {
    const type = types.data?.find((x) => x.type === connection.type)
    if (type) setEdited({ type, connection })
  }
  return (
    <Page title={t('title')} note={t('note')} actions={begin}>
      {error && <Failed error={error} retry={() => void Promise.all([connections.refetch(), types.refetch()])} />}
      {!error && (connections.isPending || types.isPending) && <PageLoading />}
      {connections.data?.length === 0 && (
        <Empty icon={<Plug size={22} />} title={t('empty')}>
          {t('emptyText')}
        </Empty>
      )}
      <div className={styles.cards}>
        {connections.data?.map((c) => (
          <ConnectionCard key={c.id} connection={c} type={types.data?.find((x) => x.type === c.type)} onEdit={() => edit(c)} />
        ))}
      </div>
      <Modal open={choosing} onCancel={() => setChoosing(false)} footer={null} title={t('choose')} width={640} destroyOnHidden>
        <TypeChoice
          types={types.data ?? []}
          onChoose={(type) => {
            setChoosing(false)
            setEdited({ type })
          }}
        />
      </Modal>
      {edited && (
        <ConnectionEditor {...edited} connection={edited.connection} taken={new Set(connections.data?.map((c) => c.id))} onClose={() => setEdited(undefined)} />
      )}
    </Page>
  )
}

function TypeChoice({ types, onChoose }: { types: readonly ConnectionType[]; onChoose: (type: ConnectionType) => void }) {
  const title = useTitle()
  return (
    <div className={styles.types}>
      {types.map((type) => (
        <Button key={type.type} className={styles.type} onClick={() => onChoose(type)} icon={<TypeIcon type={type.type} />}>
          {title(type.title, type.type)}
        </Button>
      ))}
    </div>
  )
}

function ConnectionCard({ connection, type, onEdit }: { connection: Connection; type: ConnectionType | undefined; onEdit: () => void }) {
  const { t } = useTranslation('connections')
  const { t: common } = useTranslation()
  const { message, modal } = App.useApp()
  const title = useTitle()
  const test = useTest()
  const { id } = connection
  const remove = useChange('deleteConnection', ['listConnections'], {
    onSuccess: () => void message.success(t('deleted', { id })),
    onError: (e) => void message.error(e.message),
  })
  const ask = () =>
    void modal.confirm({
      title: t('deleteTitle', { id }),
      content: t('deleteText'),
      okText: common('states.delete'),
      okButtonProps: { danger: true },
      onOk: () => remove.mutateAsync({ path: { id } }).catch(() => undefined),
    })
  const address = connection.config['baseUrl'] ?? connection.config['url'] ?? connection.config['host'] ?? connection.config['path']
  return (
    <article className={styles.card}>
      <header className={styles.head}>
        <span className={styles.sign}>
          <TypeIcon type={connection.type} size={20} />
        </span>
        <button type="button" className={styles.names} onClick={onEdit}>
          <span className={styles.id}>{id}</span>
          <span className={styles.sub}>{title(type?.title, connection.type)}</span>
        </button>
        <Dropdown trigger={['click']} menu={{ items: [{ key: 'delete', label: t('delete'), danger: true, onClick: ask }] }}>
          <Button type="text" icon={<Ellipsis size={18} />} aria-label={t('actions', { id })} />
        </Dropdown>
      </header>
      {typeof address === 'string' && <code className={styles.address}>{address}</code>}
      <div className={styles.foot}>
        <Health health={connection.health} />
        <Button size="small" icon={<Zap size={14} />} loading={test.testing === id} onClick={() => test.run(id)} aria-label={`${t('test')}: ${id}`}>
          {t('test')}
        </Button>
      </div>
    </article>
  )
}
