import { Input, InputNumber, Select, Switch } from 'antd'
import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { useId, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCall } from '../api/hooks'
import type { Json, JsonObject } from '../api/json'
import { isObject } from '../api/json'
import type { NodeType } from '../api/schema'
import { isComposing } from '../app/commands'
import { useCatalog } from '../canvas/catalog'
import type { FlowNode } from '../document/types'
import { textIn, withText } from '../document/types'
import { useFindings, usePanel } from './context'
import { FieldView } from './fields/FieldView'
import { Findings } from './fields/Findings'
import fieldStyles from './fields/fields.module.css'
import { ObjectFields } from './fields/ObjectFields'
import styles from './panel.module.css'
import type { Field } from './schema'
import { formOf, formOfDefinition } from './schema'

interface Props {
  node: FlowNode
  type: NodeType | undefined
  /** How many edges lead to the node: joining concerns it from two on. */
  edgesIn: number
  set: (key: string, value: Json | undefined) => void
}

/** What every node can be told, whatever its type: titles, time, tries, and what to do when things go wrong. */
export function Options({ node, type, edgesIn, set }: Props) {
  const { t } = useTranslation('panel')
  const { language } = usePanel()
  const schema = useCall('flowSchema', { query: { lang: language } }, { staleTime: Infinity })
  const form = useMemo(() => (isObject(schema.data) ? formOfDefinition(schema.data, 'node') : undefined), [schema.data])
  const used = ['timeout', 'retry', 'onError', 'join', 'compensate', 'onUnknown', 'disabled'].filter((k) => node[k as keyof FlowNode] !== undefined)
  const findings = useFindings([], true).filter((f) => used.some((k) => f.path.startsWith(`/${k}`)))
  const [wished, setWished] = useState<boolean>()
  const open = wished ?? findings.length > 0
  if (!form) return null
  const field = (key: string, more?: Partial<Field>): Field | undefined => {
    const found = form.fields.find((f) => f.key === key)
    return found && { ...found, ...more }
  }
  const given = node as unknown as JsonObject
  const plain = (key: string, when: boolean, more?: Partial<Field>): ReactNode => {
    const f = field(key, more)
    if (!f || (!when && given[key] === undefined)) return null
    return <FieldView key={key} field={f} value={given[key]} path={[key]} onChange={(v) => set(key, v)} />
  }
  const works = type?.effect !== 'pure'
  const writes = type?.effect === 'write'
  return (
    <section className={styles.options}>
      <h3>
        <button type="button" className={styles.sectionHead} aria-expanded={open} onClick={() => setWished(!open)}>
          <ChevronRight size={14} className={open ? styles.open : undefined} aria-hidden />
          <span className={styles.sectionTitle}>{t('options.title')}</span>
          {!open && used.length > 0 && <span className={styles.quiet}>{used.map((k) => field(k)?.title).join(' · ')}</span>}
        </button>
      </h3>
      {open && (
        <div className={fieldStyles.fields}>
          {plain('timeout', works, { kind: 'duration', examples: ['30s'] })}
          <Retry field={field('retry')} value={given['retry']} shown={works} set={set} />
          {plain('onError', true)}
          <Join field={field('join')} value={given['join']} shown={edgesIn > 1} set={set} />
          {plain('cancelRest', edgesIn > 1 && given['join'] !== undefined && given['join'] !== 'all')}
          {plain('onUnknown', writes)}
          <Compensate field={field('compensate')} value={given['compensate']} shown={writes} set={set} />
          {plain('disabled', true)}
        </div>
      )}
    </section>
  )
}

interface PartProps {
  field: Field | undefined
  value: Json | undefined
  shown: boolean
  set: (key: string, value: Json | undefined) => void
}

/** An option with parts of its own, which is there or not. */
function Part({ field, on, toggle, children }: { field: Field; on: boolean; toggle: (on: boolean) => void; children: ReactNode }) {
  const { readOnly } = usePanel()
  const id = useId()
  return (
    <div className={fieldStyles.field}>
      <div className={fieldStyles.head}>
        <label className={fieldStyles.title} htmlFor={id} title={field.description}>{field.title}</label>
        <span className={fieldStyles.spring} />
        <Switch id={id} size="small" checked={on} disabled={readOnly} onChange={toggle} />
      </div>
      {on && <div className={fieldStyles.card}>{children}</div>}
    </div>
  )
}

const usualRetry: JsonObject = { max: 3, delay: '1s' }

function Retry({ field, value, shown, set }: PartProps) {
  if (!field || (!shown && value === undefined)) return null
  const durations = new Set(['delay', 'maxDelay'])
  const form: Field = { ...field, fields: field.fields.map((f) => (durations.has(f.key) ? { ...f, kind: 'duration' as const } : f)) }
  return (
    <Part field={field} on={value !== undefined} toggle={(on) => set('retry', on ? usualRetry : undefined)}>
      <ObjectFields field={form} value={value} path={['retry']} onChange={(v) => set('retry', v)} />
    </Part>
  )
}

function Join({ field, value, shown, set }: PartProps) {
  const { t } = useTranslation('panel')
  const { readOnly } = usePanel()
  const id = useId()
  const findings = useFindings(['join'], true)
  if (!field || (!shown && value === undefined)) return null
  const count = isObject(value) && typeof value['count'] === 'number' ? value['count'] : undefined
  const mode = count === undefined ? (value === 'any' ? 'any' : 'all') : 'count'
  const take = (next: string) => set('join', next === 'all' ? undefined : next === 'any' ? 'any' : { count: 2 })
  return (
    <div className={fieldStyles.field}>
      <div className={fieldStyles.head}>
        <label className={fieldStyles.title} htmlFor={id} title={field.description}>{field.title}</label>
      </div>
      <div className={fieldStyles.row}>
        <Select id={id} className={fieldStyles.wide} value={mode} disabled={readOnly} onChange={take} options={(['all', 'any', 'count'] as const).map((m) => ({ value: m, label: t(`join.${m}`) }))} />
        {count !== undefined && <InputNumber aria-label={t('join.number')} min={1} value={count} disabled={readOnly} onChange={(n) => n !== null && set('join', { count: n })} />}
      </div>
      <Findings findings={findings} />
    </div>
  )
}

function Compensate({ field, value, shown, set }: PartProps) {
  const { t } = useTranslation('panel')
  const { language, readOnly } = usePanel()
  const catalog = useCatalog()
  const id = useId()
  const findings = useFindings(['compensate', 'type'], false)
  if (!field || (!shown && value === undefined)) return null
  const given: JsonObject = isObject(value) ? value : {}
  const tasks = catalog.types.filter((x) => x.effect === 'read' || x.effect === 'write')
  const type = catalog.find(String(given['type'] ?? ''))
  const form = type && formOf(type.schema, language, type.texts.zh)
  return (
    <Part field={field} on={value !== undefined} toggle={(on) => set('compensate', on ? { type: 'http.request', config: {} } : undefined)}>
      <label className="visually-hidden" htmlFor={id}>{t('options.task')}</label>
      <Select
        id={id}
        className={fieldStyles.wide}
        value={String(given['type'] ?? '')}
        disabled={readOnly}
        onChange={(next) => set('compensate', { type: next, config: {} })}
        options={tasks.map((x) => ({ value: x.type, label: `${(language === 'zh' ? x.title.zh : x.title.en) ?? x.type} · ${x.type}` }))}
      />
      <Findings findings={findings} />
      {form && (
        <div className={styles.inner}>
          <ObjectFields field={form} value={given['config']} path={['compensate', 'config']} onChange={(v) => set('compensate', { ...given, config: v ?? {} })} />
        </div>
      )}
    </Part>
  )
}

/** The title and the description, in the reader's language; the other language's stay as they are. */
export function Naming({ node, set }: Pick<Props, 'node' | 'set'>) {
  const { t } = useTranslation('panel')
  const { language, readOnly } = usePanel()
  const id = useId()
  const write = (key: 'title' | 'description', text: string) => set(key, withText(node[key], language, text) as Json | undefined)
  return (
    <div className={fieldStyles.fields}>
      <div data-field="/title">
        <div className={fieldStyles.head}><label className={fieldStyles.title} htmlFor={`${id}t`}>{t('title')}</label></div>
        <NameInput id={`${id}t`} value={textIn(node.title, language)} disabled={readOnly} placeholder={node.id} onName={(name) => write('title', name)} />
      </div>
      <div data-field="/description">
        <div className={fieldStyles.head}><label className={fieldStyles.title} htmlFor={`${id}d`}>{t('description')}</label></div>
        <Input.TextArea id={`${id}d`} autoSize={{ minRows: 1, maxRows: 6 }} value={textIn(node.description, language)} disabled={readOnly} onChange={(e) => write('description', e.target.value)} />
      </div>
    </div>
  )
}

interface NameInputProps {
  id: string
  value: string
  disabled: boolean
  placeholder: string
  onName: (name: string) => void
}

/** A name: Enter leaves it, Escape gives back what it was before. An input method's own Enter and Escape are not meant. */
function NameInput({ onName, ...rest }: NameInputProps) {
  const before = useRef(rest.value)
  return (
    <Input
      {...rest}
      onFocus={() => {
        before.current = rest.value
      }}
      onChange={(e) => onName(e.target.value)}
      onKeyDown={(e) => {
        if (isComposing(e)) return
        if (e.key === 'Enter') e.currentTarget.blur()
        if (e.key !== 'Escape' || before.current === rest.value) return
        e.preventDefault()
        onName(before.current)
      }}
    />
  )
}
