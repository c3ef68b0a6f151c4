import { Button, Form, Input, InputNumber, Select, Switch } from 'antd'
import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Json, JsonObject } from '../../api/json'
import { isObject, parseJson, writeJson } from '../../api/json'
import { useSettings } from '../../app/settings'
import styles from './connections.module.css'
import type { Field, Variant } from './fields'
import { withMember } from './fields'

/** Where something is wrong, by JSON Pointer into the connection. */
export type Problems = Readonly<Record<string, string>>

interface FieldsProps {
  fields: readonly Field[]
  value: JsonObject
  onChange: (value: JsonObject) => void
  problems: Problems
  /** The pointer of the object that the fields are of. */
  at: string
}

/** The fields of an object, one below the other. */
export function Fields({ fields, value, onChange, problems, at }: FieldsProps) {
  return fields.map((f) => (
    <OneField key={f.key} field={f} value={value[f.key]} onChange={(v) => onChange(withMember(value, f.key, v))} problems={problems} at={`${at}/${f.key}`} />
  ))
}

interface FieldProps {
  field: Field
  value: Json | undefined
  onChange: (value: Json | undefined) => void
  problems: Problems
  at: string
}

function OneField(props: FieldProps) {
  const { field, value, onChange, problems, at } = props
  const language = useSettings((s) => s.language)
  const { shape } = field
  const id = `field${at.replaceAll('/', '-')}`
  const problem = problems[at]
  if (shape.kind === 'group') {
    const own = isObject(value) ? value : {}
    return (
      <fieldset className={styles.group}>
        <legend>{field.title[language]}</legend>
        <Fields fields={shape.fields} value={own} onChange={(v) => onChange(Object.keys(v).length > 0 ? v : undefined)} problems={problems} at={at} />
      </fieldset>
    )
  }
  if (shape.kind === 'variants') return <VariantField {...props} id={id} variants={shape.variants} />
  return (
    <Form.Item label={field.title[language]} htmlFor={id} required={field.required} validateStatus={problem ? 'error' : undefined} help={problem}>
      <ValueInput id={id} shape={shape} value={value} onChange={onChange} />
    </Form.Item>
  )
}

function VariantField({ field, value, onChange, problems, at, id, variants }: FieldProps & { id: string; variants: Variant[] }) {
  const { t } = useTranslation('connections')
  const language = useSettings((s) => s.language)
  const own = isObject(value) ? value : {}
  const chosen = variants.find((v) => v.name === own['type'])
  return (
    <>
      <Form.Item label={field.title[language]} htmlFor={id} required={field.required} validateStatus={problems[at] ? 'error' : undefined} help={problems[at]}>
        <Select
          id={id}
          allowClear={!field.required}
          placeholder={t('notSet')}
          value={chosen?.name}
          options={variants.map((v) => ({ value: v.name, label: v.title[language] }))}
          onChange={(name?: string) => onChange(name === undefined ? undefined : { type: name })}
        />
      </Form.Item>
      {chosen && chosen.fields.length > 0 && (
        <div className={styles.variant}>
          <Fields fields={chosen.fields} value={own} onChange={onChange} problems={problems} at={at} />
        </div>
      )}
    </>
  )
}

interface ValueProps {
  id: string
  shape: Exclude<Field['shape'], { kind: 'group' | 'variants' }>
  value: Json | undefined
  onChange: (value: Json | undefined) => void
}

function ValueInput({ id, shape, value, onChange }: ValueProps) {
  const text = value === undefined || value === null ? '' : String(value)
  const setText = (v: string) => onChange(v === '' ? undefined : v)
  switch (shape.kind) {
    case 'flag':
      return <Switch id={id} checked={value === true} onChange={(on) => onChange(on || undefined)} />
    case 'integer':
      return <InputNumber id={id} className={styles.wide} precision={0} value={typeof value === 'number' ? value : undefined} onChange={(n) => onChange(n ?? undefined)} />
    case 'choice':
      return <Select id={id} allowClear value={text || undefined} options={shape.choices.map((c) => ({ value: c, label: c }))} onChange={(v?: string) => onChange(v)} />
    case 'longText':
      return <Input.TextArea id={id} className={styles.code} autoSize={{ minRows: 2, maxRows: 8 }} spellCheck={false} value={text} onChange={(e) => setText(e.target.value)} />
    case 'map':
      return <MapInput id={id} value={isObject(value) ? value : {}} onChange={(v) => onChange(Object.keys(v).length > 0 ? v : undefined)} />
    case 'list':
      return (
        <Select
          id={id}
          mode="tags"
          open={false}
          suffixIcon={null}
          tokenSeparators={[',', ' ']}
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={(v: string[]) => onChange(v.length > 0 ? v : undefined)}
        />
      )
    case 'json':
      return <JsonInput id={id} value={value} onChange={onChange} />
    case 'date':
      return <Input id={id} type="date" value={text} onChange={(e) => setText(e.target.value)} />
    default:
      return <Input id={id} inputMode={shape.kind === 'url' ? 'url' : undefined} spellCheck={false} value={text} onChange={(e) => setText(e.target.value)} />
  }
}

/** Text by name, such as headers. The rows are kept apart from the value while a name is empty or stands twice. */
function MapInput({ id, value, onChange }: { id: string; value: JsonObject; onChange: (v: JsonObject) => void }) {
  const { t } = useTranslation('connections')
  const [rows, setRows] = useState(() => Object.entries(value).map(([k, v]) => [k, String(v)] as const))
  const change = (next: (readonly [string, string])[]) => {
    setRows(next)
    onChange(Object.fromEntries(next.filter(([k]) => k !== '')))
  }
  return (
    <div id={id} className={styles.rows}>
      {rows.map(([k, v], i) => (
        <div key={i} className={styles.row}>
          <Input aria-label={t('key')} placeholder={t('key')} value={k} onChange={(e) => change(rows.with(i, [e.target.value, v]))} />
          <Input aria-label={t('value')} placeholder={t('value')} value={v} onChange={(e) => change(rows.with(i, [k, e.target.value]))} />
          <Button type="text" icon={<X size={15} />} aria-label={`${t('remove')} ${k}`} onClick={() => change(rows.toSpliced(i, 1))} />
        </div>
      ))}
      <Button size="small" icon={<Plus size={14} />} onClick={() => setRows([...rows, ['', '']])}>
        {t('add')}
      </Button>
    </div>
  )
}

function JsonInput({ id, value, onChange }: { id: string; value: Json | undefined; onChange: (v: Json | undefined) => void }) {
  const { t } = useTranslation('connections')
  const [text, setText] = useState(value === undefined ? '' : writeJson(value, 2))
  const [wrong, setWrong] = useState(false)
  const change = (next: string) => {
    setText(next)
    try {
      onChange(next.trim() === '' ? undefined : parseJson(next))
      setWrong(false)
    } catch {
      setWrong(true)
    }
  }
  return (
    <>
      <Input.TextArea id={id} className={styles.code} status={wrong ? 'error' : undefined} autoSize={{ minRows: 2, maxRows: 12 }} value={text} onChange={(e) => change(e.target.value)} />
      {wrong && <span className={styles.bad}>{t('jsonWrong')}</span>}
    </>
  )
}
