import { Button } from 'antd'
import { ArrowDown, ArrowUp, Plus, Trash2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Json } from '../../api/json'
import { isObject } from '../../api/json'
import { usePanel } from '../context'
import { moved, withValue } from '../edit'
import type { Field } from '../schema'
import styles from './fields.module.css'
import { ObjectFields } from './ObjectFields'
import { Nested } from './Nested'
import type { ControlProps } from './types'

/** A list, item by item: objects as cards, all else as lines. */
export function ListControl({ field, value, path, onChange }: ControlProps) {
  const { t } = useTranslation('panel')
  const { readOnly } = usePanel()
  const list = Array.isArray(value) ? value : []
  const { items } = field
  if (!items) return null
  const cards = items.kind === 'object'
  const set = (next: Json[]) => onChange(next.length === 0 && !field.required ? undefined : next)
  const change = (i: number, v: Json | undefined) => {
    const next = withValue(list, [i], v ?? (cards ? {} : ''))
    if (Array.isArray(next)) onChange(next)
  }
  return (
    <div className={styles.list}>
      {list.map((item, i) => (
        // Items have no names of their own; their places are what the document knows.
        <div key={i} className={cards ? styles.card : styles.line}>
          <ItemHead number={cards ? i + 1 : undefined} title={cards ? `${items.title} ${i + 1}` : ''} last={list.length - 1} at={i} onMove={(to) => set(moved(list, i, to))} onRemove={() => set(list.filter((_, n) => n !== i))} readOnly={readOnly} />
          {cards ? (
            <ObjectFields compact field={items} value={isObject(item) ? item : {}} path={[...path, i]} onChange={(v) => change(i, v)} />
          ) : (
            <Nested field={items} value={item} path={[...path, i]} onChange={(v) => change(i, v)} small />
          )}
        </div>
      ))}
      {!readOnly && (
        <Button size="small" icon={<Plus size={13} />} onClick={() => onChange([...list, fresh(items)])} className={styles.add}>
          {t('list.add', { item: items.title })}
        </Button>
      )}
    </div>
  )
}

/** A new item: what it must have, empty. */
function fresh(items: Field): Json {
  if (items.kind === 'object') return Object.fromEntries(items.fields.filter((f) => f.required && f.kind !== 'list').map((f) => [f.key, f.kind === 'object' || f.kind === 'keyValue' ? {} : '']))
  return items.fallback ?? ''
}

interface HeadProps {
  number: number | undefined
  title: string
  at: number
  last: number
  onMove: (to: number) => void
  onRemove: () => void
  readOnly: boolean
}

function ItemHead({ number, title, at, last, onMove, onRemove, readOnly }: HeadProps) {
  const { t } = useTranslation('panel')
  const name = number === undefined ? String(at + 1) : title
  return (
    <div className={styles.itemHead}>
      {number !== undefined && <span className={styles.itemTitle}>{title}</span>}
      <span className={styles.spring} />
      {!readOnly && (
        <>
          <Button type="text" size="small" disabled={at === 0} icon={<ArrowUp size={13} />} aria-label={t('list.up', { item: name })} onClick={() => onMove(at - 1)} />
          <Button type="text" size="small" disabled={at === last} icon={<ArrowDown size={13} />} aria-label={t('list.down', { item: name })} onClick={() => onMove(at + 1)} />
          <Button type="text" size="small" icon={<Trash2 size={13} />} aria-label={t('list.remove', { item: name })} onClick={onRemove} />
        </>
      )}
    </div>
  )
}
