import { Button, Input } from 'antd'
import { Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Json, JsonObject } from '../../api/json'
import { isObject } from '../../api/json'
import { say } from '../../app/say'
import { sqlArguments } from '../../code/tokens'
import { usePanel } from '../context'
import { withKey, withValue } from '../edit'
import styles from './fields.module.css'
import { Nested } from './Nested'
import type { ControlProps } from './types'

/** Names and values. Of a statement's arguments the names that it asks for are offered. */
export function KeyValueControl({ field, value, path, onChange }: ControlProps) {
  const { t } = useTranslation('panel')
  const { readOnly, config } = usePanel()
  const object: JsonObject = isObject(value) ? value : {}
  const [added, setAdded] = useState(false)
  const { items } = field
  if (!items) return null
  const asked = field.key === 'args' && typeof config['sql'] === 'string' ? sqlArguments(config['sql']).filter((n) => object[n] === undefined) : []
  const set = (next: Json | undefined) => onChange(isObject(next) && Object.keys(next).length > 0 ? next : field.required ? {} : undefined)
  const add = (name: string) => {
    setAdded(false)
    if (name !== '' && object[name] === undefined) set({ ...object, [name]: '' })
  }
  return (
    <div className={styles.list}>
      {Object.entries(object).map(([name, v]) => (
        <div key={name} className={styles.pair}>
          <NameInput name={name} readOnly={readOnly} taken={(n) => object[n] !== undefined} onName={(to) => set(withKey(object, name, to))} />
          <Nested field={items.title === '' ? { ...items, title: name } : items} value={v} path={[...path, name]} onChange={(next) => set({ ...object, [name]: next ?? '' })} small />
          {!readOnly && <Button type="text" size="small" icon={<Trash2 size={13} />} aria-label={t('list.remove', { item: name })} onClick={() => set(withValue(object, [name], undefined))} />}
        </div>
      ))}
      {added && (
        <div className={styles.pair}>
          <NameInput name="" readOnly={false} taken={(n) => object[n] !== undefined} onName={add} fresh />
        </div>
      )}
      {!readOnly && (
        <div className={styles.adders}>
          <Button size="small" icon={<Plus size={13} />} onClick={() => setAdded(true)} className={styles.add}>
            {t('list.addPair')}
          </Button>
          {asked.map((name) => (
            <Button key={name} size="small" type="dashed" onClick={() => add(name)} className={styles.mono}>
              {`:${name}`}
            </Button>
          ))}
        </div>
      )}
    </div>
  )
}

interface NameProps {
  name: string
  readOnly: boolean
  taken: (name: string) => boolean
  onName: (name: string) => void
  /** A pair that is being made: the input takes the focus. */
  fresh?: boolean
}

/** A member's name, taken over when typing is done: halfway it might be another member's. */
function NameInput({ name, readOnly, taken, onName, fresh = false }: NameProps) {
  const { t } = useTranslation('panel')
  const [draft, setDraft] = useState<string>()
  const clash = draft !== undefined && draft !== name && taken(draft)
  const done = () => {
    if (clash) say('warning', t('list.nameTaken', { name: draft }))
    if (draft !== undefined && draft !== name && draft !== '' && !clash) onName(draft)
    else if (fresh) onName('')
    setDraft(undefined)
  }
  return (
    <Input
      className={styles.mono}
      value={draft ?? name}
      autoFocus={fresh}
      disabled={readOnly}
      placeholder={t('list.name')}
      aria-label={t('list.name')}
      status={clash ? 'error' : undefined}
      onChange={(e) => setDraft(e.target.value)}
      onBlur={done}
      onKeyDown={(e) => e.key === 'Enter' && !e.nativeEvent.isComposing && e.currentTarget.blur()}
    />
  )
}
