import { useBlocker } from '@tanstack/react-router'
import { App, Button, Dropdown, Input, Segmented } from 'antd'
import { Ellipsis, Search } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../../api/hooks'
import type { JsonObject } from '../../api/json'
import { isObject, parseJson, sameJson, writeJson } from '../../api/json'
import { Card } from '../../app/Page'
import { download, lineOf } from '../home/documents'
import { TableGrid } from './TableGrid'
import styles from './tables.module.css'

/** One table, as a grid or as JSON; nothing is saved before it is asked for. */
export function TableEditor({ id, saved, onDeleted }: { id: string; saved: JsonObject; onDeleted: () => void }) {
  const { t } = useTranslation('tables')
  const { message } = App.useApp()
  const [base, setBase] = useState(saved)
  const [table, setTable] = useState(saved)
  const [view, setView] = useState<'grid' | 'json'>('grid')
  const [query, setQuery] = useState('')
  const changed = !sameJson(base, table) || Object.keys(base).join('\n') !== Object.keys(table).join('\n')
  useBlocker({ shouldBlockFn: () => changed && !window.confirm(t('leave')), enableBeforeUnload: changed })
  const save = useChange('putTable', ['listTables', 'getTable', 'listFlows'], {
    onSuccess: ({ flows }) => {
      setBase(table)
      void message.success(flows.length > 0 ? t('savedFlows', { id, flows: flows.join(', ') }) : t('saved', { id }))
    },
    onError: (e) => void message.error(e.message),
  })
  return (
    <div className={styles.table}>
      <Card
        title={id}
        extra={
          <div className={styles.tools}>
            {changed && <span className={styles.changed}>{t('changed')}</span>}
            {changed && <Button onClick={() => setTable(base)}>{t('discard')}</Button>}
            <Button type="primary" disabled={!changed} loading={save.isPending} onClick={() => save.mutate({ path: { id }, body: table })}>
              {t('save')}
            </Button>
            <Menu id={id} table={table} onDeleted={onDeleted} />
          </div>
        }
      >
        <div className={styles.bar}>
          <Segmented
            value={view}
            onChange={setView}
            options={[
              { value: 'grid', label: t('asGrid') },
              { value: 'json', label: t('asJson') },
            ]}
          />
          {view === 'grid' && (
            <Input className={styles.search} allowClear prefix={<Search size={15} aria-hidden />} placeholder={t('search')} aria-label={t('search')} onChange={(e) => setQuery(e.target.value)} />
          )}
        </div>
        {view === 'grid' ? <TableGrid table={table} query={query} onChange={setTable} /> : <JsonView table={table} onChange={setTable} />}
      </Card>
    </div>
  )
}

function Menu({ id, table, onDeleted }: { id: string; table: JsonObject; onDeleted: () => void }) {
  const { t } = useTranslation('tables')
  const { t: common } = useTranslation()
  const { message, modal } = App.useApp()
  const remove = useChange('deleteTable', ['listTables'], {
    onSuccess: () => {
      void message.success(t('deleted', { id }))
      onDeleted()
    },
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
  const items = [
    { key: 'download', label: t('download'), onClick: () => download(`${id}.json`, table) },
    { key: 'delete', label: t('deleteTable'), danger: true, onClick: ask },
  ]
  return (
    <Dropdown trigger={['click']} menu={{ items }}>
      <Button type="text" icon={<Ellipsis size={18} />} aria-label={common('states.moreMenu')} />
    </Dropdown>
  )
}

function JsonView({ table, onChange }: { table: JsonObject; onChange: (table: JsonObject) => void }) {
  const { t } = useTranslation('tables')
  const [text, setText] = useState(() => writeJson(table, 2))
  const [problem, setProblem] = useState<string>()
  const change = (next: string) => {
    setText(next)
    try {
      const read = parseJson(next)
      if (isObject(read)) onChange(read)
      setProblem(isObject(read) ? undefined : t('jsonShape'))
    } catch (e) {
      setProblem(t('jsonWrong', { line: lineOf(next, e), problem: e instanceof Error ? e.message : '' }))
    }
  }
  return (
    <>
      <Input.TextArea
        className={styles.code}
        aria-label={t('jsonLabel')}
        status={problem ? 'error' : undefined}
        autoSize={{ minRows: 10, maxRows: 30 }}
        spellCheck={false}
        value={text}
        onChange={(e) => change(e.target.value)}
      />
      {problem && (
        <p className={styles.bad} role="alert">
          {problem}
        </p>
      )}
    </>
  )
}
