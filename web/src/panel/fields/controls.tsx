import { Input, Select, Switch } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { exactNumber, JsonNumber } from '../../api/json'
import { useUnkept } from '../../app/typed'
import { soleExpression } from '../../code/tokens'
import { carriesExpression, takeExpression } from '../../data/drag'
import { usePanel } from '../context'
import { asTemplate } from '../edit'
import styles from './fields.module.css'
import type { ControlProps } from './types'

const decimal = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** Lets an expression be dropped on a plain control: its value becomes the expression. */
export function useDrop(props: Pick<ControlProps, 'field' | 'onChange'>) {
  const { readOnly } = usePanel()
  if (readOnly || props.field.literal) return {}
  return {
    onDragOver: (e: React.DragEvent) => {
      if (carriesExpression(e.dataTransfer)) e.preventDefault()
    },
    onDrop: (e: React.DragEvent) => {
      const expression = takeExpression(e.dataTransfer)
      if (expression === '') return
      e.preventDefault()
      props.onChange(asTemplate(expression))
    },
  }
}

/** How a default reads in an empty field. */
export function usePlaceholder(field: ControlProps['field']): string {
  const { t } = useTranslation('panel')
  if (field.fallback !== undefined) return t('fallback', { value: String(field.fallback) })
  const [example] = field.examples
  return typeof example === 'string' || typeof example === 'number' ? t('example', { value: String(example) }) : ''
}

/** A number, kept to the digit as it was typed, or a template that gives one. What is neither yet is shown and not taken over. */
export function NumberControl(props: ControlProps) {
  const { field, value, onChange, id, describedBy, invalid } = props
  const { readOnly } = usePanel()
  const { t } = useTranslation('panel')
  const given = typeof value === 'number' || value instanceof JsonNumber ? String(value) : typeof value === 'string' ? value : ''
  const [typed, setTyped] = useState<{ text: string; of: string }>()
  const draft = typed?.of === given ? typed.text : undefined
  const kept = useUnkept(draft === undefined ? undefined : t('notKept', { field: field.title }))
  const placeholder = usePlaceholder(field)
  const type = (text: string) => {
    const trimmed = text.trim()
    const fits = decimal.test(trimmed) && !(field.integer && /[.eE]/.test(trimmed))
    const computes = !field.literal && (soleExpression(trimmed) ?? '') !== ''
    const takes = trimmed === '' || fits || computes
    setTyped(takes ? undefined : { text, of: given })
    if (takes) kept()
    if (trimmed === '') onChange(undefined)
    else if (fits) onChange(exactNumber(trimmed))
    else if (computes) onChange(trimmed)
  }
  return (
    <span {...useDrop(props)}>
      <Input
        id={id}
        aria-describedby={describedBy}
        inputMode={field.integer ? 'numeric' : 'decimal'}
        value={draft ?? given}
        placeholder={placeholder}
        disabled={readOnly}
        status={invalid || draft !== undefined ? 'error' : undefined}
        onChange={(e) => type(e.target.value)}
      />
      {draft !== undefined && <span className={styles.note}>{field.integer ? t('notInteger') : t('notNumber')}</span>}
    </span>
  )
}

export function SwitchControl({ field, value, onChange, id, describedBy }: ControlProps) {
  const { readOnly } = usePanel()
  const on = value === undefined ? field.fallback === true : value === true
  return (
    <div className={styles.switch}>
      <Switch id={id} size="small" checked={on} disabled={readOnly} aria-describedby={describedBy} onChange={(next) => onChange(next === (field.fallback === true) ? undefined : next)} />
    </div>
  )
}

export function ChoiceControl(props: ControlProps) {
  const { field, value, onChange, id, describedBy, invalid } = props
  const { readOnly } = usePanel()
  const fallback = typeof field.fallback === 'string' ? field.fallback : undefined
  const chosen = typeof value === 'string' ? value : fallback
  const help = field.options.find((o) => o.value === chosen)?.help
  const take = (next: string | undefined) => onChange(next === undefined || next === fallback ? undefined : next)
  return (
    <div {...useDrop(props)}>
      <Select
        id={id}
        className={styles.wide}
        aria-describedby={describedBy}
        value={chosen}
        status={invalid ? 'error' : undefined}
        disabled={readOnly}
        allowClear={!field.required && fallback === undefined}
        onChange={take}
        options={field.options.map((o) => ({ value: o.value, label: o.value, help: o.help }))}
        optionRender={optionLine}
      />
      {help && <div className={styles.note}>{help}</div>}
    </div>
  )
}

/** A choice with what it means beneath. */
function optionLine(option: { data: { value: string; help: string | undefined } }) {
  const { value, help } = option.data
  return (
    <div className={styles.option}>
      <span>{value}</span>
      {help && <span className={styles.optionHelp}>{help}</span>}
    </div>
  )
}

/** A gjson path. A dropped expression is taken from where it leaves the source. */
export function PathControl({ field, value, onChange, id, describedBy, invalid }: ControlProps) {
  const { readOnly } = usePanel()
  const placeholder = usePlaceholder(field)
  const drop = (e: React.DragEvent) => {
    const expression = takeExpression(e.dataTransfer)
    if (expression === '') return
    e.preventDefault()
    onChange(gjsonPath(expression))
  }
  return (
    <Input
      id={id}
      className={styles.mono}
      value={typeof value === 'string' ? value : ''}
      placeholder={placeholder}
      disabled={readOnly}
      aria-describedby={describedBy}
      status={invalid ? 'error' : undefined}
      onChange={(e) => onChange(e.target.value === '' ? undefined : e.target.value)}
      onDragOver={(e) => carriesExpression(e.dataTransfer) && e.preventDefault()}
      onDrop={drop}
    />
  )
}

/** The path below the root of an expression, as gjson writes it: input.goods[0]["a.b"] is goods.0.a\.b. */
export function gjsonPath(expression: string): string {
  const steps = [...expression.matchAll(/\.([A-Za-z_]\w*)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/g)].map((m) => m[1] ?? m[2] ?? (m[3] ?? '').replaceAll(/\\(.)/g, '$1').replaceAll(/[.*?|#@\\]/g, '\\$&'))
  const root = /^[A-Za-z_]\w*/.exec(expression)?.[0]
  // The outputs of nodes and the body of a trigger stand a step deeper.
  return steps.slice(root === 'nodes' || root === 'trigger' ? 1 : 0).join('.')
}

