import { Button, Input, Popover, Table } from 'antd'
import { Plus, X } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Json, JsonObject } from '../../api/json'
import { isObject, writeJson } from '../../api/json'
import { isComposing } from '../../app/commands'
import { matches } from '../../app/match'
import { cellText, columnsOf, readCell, withCell, withKey } from './cells'
import styles from './tables.module.css'

interface Props {
  table: JsonObject
  query: string
  onChange: (table: JsonObject) => void
}

const pageSize = 50

/** A table as a grid: a row a key, a column a member; where rows are plain values, one column. */
export function TableGrid({ table, query, onChange }: Props) {
  const { t } = useTranslation('tables')
  const [extra, setExtra] = useState<string[]>([])
  const columns = useMemo(() => {
    const known = columnsOf(table)
    if (!known && !(extra.length > 0 && Object.keys(table).length === 0)) return undefined
    return [...new Set([...(known ?? []), ...extra])]
  }, [table, extra])
  const rows = useMemo(() => Object.entries(table).filter(([key, v]) => query === '' || matches(`${key} ${writeJson(v)}`, query)), [table, query])
  const cells = columns ?? [undefined]
  const addRow = () => {
    let n = Object.keys(table).length + 1
    while (Object.hasOwn(table, String(n))) n++
    onChange({ ...table, [String(n)]: columns ? {} : '' })
  }
  return (
    <>
      <Table
        size="small"
        className={styles.grid}
        rowKey={([key]) => key}
        dataSource={rows}
        pagination={rows.length > pageSize ? { pageSize, showSizeChanger: false, size: 'small' } : false}
        scroll={{ x: 'max-content' }}
        columns={[
          {
            key: '#key',
            title: t('key'),
            fixed: 'left',
            render: (_, [key]) => <KeyCell name={key} taken={(k) => Object.hasOwn(table, k)} onChange={(to) => onChange(withKey(table, key, to))} />,
          },
          ...cells.map((column) => ({
            key: column ?? '#value',
            title: column ?? t('value'),
            render: (_: unknown, [key, row]: [string, Json]) => (
              <Cell
                label={t('cell', { column: column ?? t('value'), key })}
                value={column === undefined ? row : isObject(row) ? row[column] : undefined}
                onChange={(v) => onChange(withCell(table, key, column, v))}
              />
            ),
          })),
          {
            key: '#remove',
            title: '',
            width: 48,
            render: (_, [key]) => (
              <Button
                type="text"
                size="small"
                icon={<X size={15} />}
                aria-label={t('deleteRow', { key })}
                onClick={() => {
                  const { [key]: __, ...rest } = table
                  onChange(rest)
                }}
              />
            ),
          },
        ]}
      />
      <div className={styles.foot}>
        <Button icon={<Plus size={15} />} onClick={addRow}>
          {t('addRow')}
        </Button>
        {(columns || Object.keys(table).length === 0) && <AddColumn onAdd={(name) => setExtra([...extra, name])} />}
        <span className={styles.hint}>{t('hint')}</span>
      </div>
    </>
  )
}

/** A cell that becomes part of the table when it is left, or with Enter; Escape takes the change back. */
function Cell({ label, value, onChange }: { label: string; value: Json | undefined; onChange: (v: Json | undefined) => void }) {
  const shown = cellText(value)
  const [text, setText] = useState<string>()
  const commit = () => {
    if (text !== undefined && text !== shown) onChange(readCell(text))
    setText(undefined)
  }
  return (
    <Input
      variant="borderless"
      className={typeof value === 'string' ? styles.cell : styles.cellJson}
      aria-label={label}
      value={text ?? shown}
      onChange={(e) => setText(e.target.value)}
      onBlur={commit}
      onKeyDown={(e) => {
        if (isComposing(e)) return
        if (e.key === 'Enter') commit()
        if (e.key === 'Escape') setText(undefined)
      }}
    />
  )
}

function KeyCell({ name, taken, onChange }: { name: string; taken: (key: string) => boolean; onChange: (key: string) => void }) {
  const { t } = useTranslation('tables')
  const [text, setText] = useState<string>()
  const wrong = text !== undefined && text !== name && (text === '' || taken(text))
  const commit = () => {
    if (text !== undefined && text !== name && !wrong) onChange(text)
    setText(undefined)
  }
  return (
    <Input
      variant="borderless"
      className={styles.key}
      status={wrong ? 'error' : undefined}
      title={wrong ? t('duplicate') : undefined}
      aria-label={`${t('key')} ${name}`}
      value={text ?? name}
      onChange={(e) => setText(e.target.value)}
      onBlur={commit}
      onKeyDown={(e) => {
        if (isComposing(e)) return
        if (e.key === 'Enter') commit()
        if (e.key === 'Escape') setText(undefined)
      }}
    />
  )
}

function AddColumn({ onAdd }: { onAdd: (name: string) => void }) {
  const { t } = useTranslation('tables')
  const [open, setOpen] = useState(false)
  return (
    <Popover
      trigger="click"
      open={open}
      onOpenChange={setOpen}
      destroyOnHidden
      content={
        <Input
          autoFocus
          aria-label={t('columnName')}
          placeholder={t('columnName')}
          onKeyDown={(e) => {
            const name = e.currentTarget.value.trim()
            if (e.key !== 'Enter' || isComposing(e) || name === '') return
            onAdd(name)
            setOpen(false)
          }}
        />
      }
    >
      <Button icon={<Plus size={15} />}>{t('addColumn')}</Button>
    </Popover>
  )
}
