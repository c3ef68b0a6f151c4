import { Button, Segmented } from 'antd'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { Json, JsonObject } from '../../api/json'
import { isObject } from '../../api/json'
import { pointerOf } from '../../data/path'
import { usePanel } from '../context'
import { withValue } from '../edit'
import type { Field } from '../schema'
import { chosen } from '../schema'
import styles from './fields.module.css'
import { Nested } from './Nested'
import type { ControlProps } from './types'

type Props = Pick<ControlProps, 'field' | 'value' | 'path' | 'onChange'> & {
  /** Keys that are edited elsewhere. */
  without?: readonly string[]
  /** One of many: what may be left out and is shows as a name to add. */
  compact?: boolean
}

/** The fields of an object with known members. Of members that exclude each other one is shown, with a switch. */
export function ObjectFields({ field, value, path, onChange, without = [], compact = false }: Props) {
  const { readOnly, findings } = usePanel()
  const [added, setAdded] = useState<readonly string[]>([])
  const object: JsonObject = isObject(value) ? value : {}
  const choiceOf = (key: string) => field.choices.find((c) => c.keys.includes(key))
  const change = (key: string, next: Json | undefined) => onChange(withValue(object, [key], next) ?? {})
  const hides = (f: Field) =>
    compact && !f.required && object[f.key] === undefined && !choiceOf(f.key) && !added.includes(f.key) && !findings.some((x) => x.path.startsWith(pointerOf([...path, f.key])))
  const hidden = field.fields.filter((f) => hides(f) && !without.includes(f.key))
  return (
    <div className={styles.fields}>
      {field.fields.map((f) => {
        if (without.includes(f.key) || hides(f)) return null
        const choice = choiceOf(f.key)
        if (!choice) return <Nested key={f.key} field={f} value={object[f.key]} path={[...path, f.key]} onChange={(v) => change(f.key, v)} />
        if (choice.keys[0] !== f.key) return null
        const options = field.fields.filter((x) => choice.keys.includes(x.key))
        return <Alternatives key={f.key} options={options} initial={chosen(choice, object)} object={object} path={path} onChange={onChange} />
      })}
      {hidden.length > 0 && !readOnly && (
        <div className={styles.adders}>
          {hidden.map((f) => (
            <Button key={f.key} size="small" type="text" icon={<Plus size={12} />} title={f.description} onClick={() => setAdded([...added, f.key])}>
              {f.title}
            </Button>
          ))}
        </div>
      )}
    </div>
  )
}

interface AlternativesProps {
  options: Field[]
  initial: string
  object: JsonObject
  path: ControlProps['path']
  onChange: (value: JsonObject) => void
}

function Alternatives({ options, initial, object, path, onChange }: AlternativesProps) {
  const { readOnly } = usePanel()
  const [wished, setWished] = useState<string>()
  const given = options.find((o) => object[o.key] !== undefined)?.key
  const key = given ?? wished ?? initial
  const field = options.find((o) => o.key === key) ?? options[0]
  if (!field) return null
  const keys = new Set(options.map((o) => o.key))
  const choose = (next: string) => {
    setWished(next)
    if (given !== undefined) onChange(Object.fromEntries(Object.entries(object).filter(([k]) => !keys.has(k))))
  }
  const label = (
    <Segmented<string>
      size="small"
      value={field.key}
      disabled={readOnly}
      onChange={choose}
      options={options.map((o) => ({ value: o.key, label: o.title }))}
    />
  )
  const change = (v: Json | undefined) => {
    // Emptied to be written anew, it is still the one that was chosen.
    setWished(field.key)
    const next = withValue(object, [field.key], v)
    onChange(isObject(next) ? next : {})
  }
  return (
    <div className={styles.alternatives}>
      <Nested key={field.key} field={field} value={object[field.key]} path={[...path, field.key]} onChange={change} label={label} />
    </div>
  )
}
