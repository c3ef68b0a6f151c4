import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Json } from '../../api/json'
import { isObject, JsonSyntaxError, parseJson, writeJson } from '../../api/json'
import { useUnkept } from '../../app/typed'
import { Code } from '../../code/Code'
import type { Mark } from '../../code/CodeEditor'
import { soleExpression, sqlArguments, unitsOf } from '../../code/tokens'
import type { Finding } from '../../api/schema'
import { useFindings, usePanel, useScope } from '../context'
import { asTemplate, withDropped } from '../edit'
import type { Preview } from '../preview'
import { usePreview } from '../preview'
import { usePlaceholder } from './controls'
import styles from './fields.module.css'
import type { ControlProps } from './types'
import { PreviewLine } from './PreviewLine'

/** What a preview or the findings say is wrong, where in the text. `shift` is what stands before it in the document's text. */
function useMarks(text: string, preview: Preview, findings: readonly Finding[], shift: number): Mark[] {
  return useMemo(() => {
    if (preview.state === 'problem') {
      const { span, message } = preview.problem
      return span ? [{ from: unitsOf(text, span[0]), to: unitsOf(text, span[1]), message }] : []
    }
    return findings.flatMap((f) =>
      f.span ? [{ from: Math.max(0, unitsOf(text, f.span[0] - shift)), to: unitsOf(text, f.span[1] - shift), message: f.message, severity: f.severity }] : [],
    )
  }, [text, preview, findings, shift])
}

interface ExpressionBoxProps extends Omit<ControlProps, 'value' | 'onChange'> {
  text: string
  onText: (text: string) => void
  /** Characters before the expression in the document's text. */
  shift: number
}

function ExpressionBox({ field, path, text, onText, id, describedBy, invalid, shift }: ExpressionBoxProps) {
  const { t } = useTranslation('panel')
  const { language, readOnly, sample } = usePanel()
  const { names, ground } = useScope(field)
  const preview = usePreview(text, ground)
  const findings = useFindings(path, false)
  const marks = useMarks(text, preview, findings, shift)
  const [example] = field.examples
  return (
    <div className={styles.code} id={id}>
      <Code
        mode="expression"
        value={text}
        onChange={onText}
        label={field.title}
        describedBy={describedBy}
        readOnly={readOnly}
        language={language}
        names={names}
        marks={marks}
        invalid={invalid || (preview.state === 'problem' && preview.problem.span !== undefined)}
        placeholder={typeof example === 'string' ? t('example', { value: soleExpression(example) ?? example }) : t('writeExpression')}
      />
      <PreviewLine preview={preview} real={sample.run !== undefined} findings={findings} />
    </div>
  )
}

/** A field that holds a bare expression. */
export function ExpressionControl(props: ControlProps) {
  const { value, onChange } = props
  const text = typeof value === 'string' ? value : value === undefined ? '' : writeJson(value)
  return <ExpressionBox {...props} text={text} onText={(next) => onChange(next.trim() === '' ? undefined : next)} shift={0} />
}

/** A value that is exactly one template: only what stands in the braces is edited. */
export function SoleExpressionControl(props: ControlProps) {
  const { value, onChange } = props
  const given = typeof value === 'string' ? (soleExpression(value) ?? value) : ''
  const [typed, setTyped] = useState(given)
  // What is typed keeps its blanks; the document's text has none at the ends.
  const text = typed.trim() === given || value === asTemplate(typed) ? typed : given
  const change = (next: string) => {
    setTyped(next)
    onChange(next.trim() === '' ? undefined : asTemplate(next))
  }
  const shift = typeof value === 'string' ? value.indexOf(given) : 0
  return <ExpressionBox {...props} text={text} onText={change} shift={shift} />
}

/** A text with templates in it. */
export function TemplateControl(props: ControlProps & { small?: boolean }) {
  const { field, path, value, onChange, id, describedBy, invalid, small } = props
  const { language, readOnly, sample } = usePanel()
  const { names, ground } = useScope(field)
  const text = typeof value === 'string' ? value : value === undefined ? '' : writeJson(value)
  const preview = usePreview(!field.literal && text.includes('{{') ? text : '', ground)
  const findings = useFindings(path, false)
  const marks = useMarks(text, preview, findings, 0)
  const placeholder = usePlaceholder(field)
  return (
    <div className={styles.code} id={id}>
      <Code
        mode={field.literal ? 'plain' : 'template'}
        value={text}
        onChange={(next) => onChange(next === '' ? undefined : next)}
        label={field.title}
        describedBy={describedBy}
        readOnly={readOnly}
        language={language}
        names={names}
        marks={marks}
        invalid={invalid}
        placeholder={small ? '' : placeholder}
        lines={field.kind === 'longText' ? 3 : 1}
        onDrop={(expression, at) => (field.literal ? text : withDropped(text, at, expression))}
      />
      {text.includes('{{') && !field.literal && <PreviewLine preview={preview} real={sample.run !== undefined} findings={findings} />}
    </div>
  )
}

export function SqlControl({ field, path, value, onChange, describedBy, invalid, id }: ControlProps) {
  const { language, readOnly, config } = usePanel()
  const text = typeof value === 'string' ? value : ''
  const findings = useFindings(path, false)
  const marks = useMarks(text, { state: 'none' }, findings, 0)
  const args = isObject(config['args']) ? Object.keys(config['args']) : []
  const placeholder = usePlaceholder(field)
  return (
    <div className={styles.code} id={id}>
      <Code
        mode="sql"
        value={text}
        onChange={(next) => onChange(next === '' ? undefined : next)}
        label={field.title}
        describedBy={describedBy}
        readOnly={readOnly}
        language={language}
        args={args}
        marks={marks}
        invalid={invalid}
        lines={3}
        placeholder={placeholder}
        onDrop={(expression) => `${text}:${argumentName(expression, sqlArguments(text))}`}
      />
    </div>
  )
}

/** A name for the argument that an expression is dropped as. Values never go into SQL themselves. */
function argumentName(expression: string, taken: readonly string[]): string {
  const last = /([A-Za-z_]\w*)\W*$/.exec(expression)?.[1] ?? 'value'
  let name = last
  for (let n = 2; taken.includes(name); n++) name = `${last}${n}`
  return name
}

/** Any JSON, or a template alone. What reads as neither yet stays here; the document keeps the last that did. */
export function JsonControl({ field, value, onChange, describedBy, invalid, id, small = false }: ControlProps & { small?: boolean }) {
  const { t } = useTranslation('panel')
  const { language, readOnly } = usePanel()
  const { names } = useScope(field)
  const written = value === undefined ? '' : writeJson(value, 2)
  const [draft, setDraft] = useState<{ text: string; of: string }>()
  const text = draft && draft.of === written ? draft.text : written
  const templates = !field.literal
  const problem = useMemo(() => jsonProblem(text, templates), [text, templates])
  useUnkept(problem.length > 0 ? t('notKept', { field: field.title }) : undefined)
  const change = (next: string) => {
    const read = readJson(next, templates)
    const now = read === undefined ? written : read === empty ? '' : writeJson(read, 2)
    setDraft({ text: next, of: now })
    if (read === empty) onChange(undefined)
    else if (read !== undefined && now !== written) onChange(read)
  }
  const [example] = field.examples
  return (
    <div className={styles.code} id={id}>
      <Code
        mode="json"
        value={text}
        onChange={change}
        label={field.title}
        describedBy={describedBy}
        readOnly={readOnly}
        language={language}
        names={names}
        marks={problem}
        invalid={invalid || problem.length > 0}
        lines={small ? 1 : 3}
        placeholder={example === undefined ? '' : writeJson(example)}
        onDrop={(expression, at) => droppedInJson(text, at, expression)}
      />
      {problem.length > 0 && <div className={styles.problem} role="status">{t('notJson', { problem: problem[0]?.message })}</div>}
    </div>
  )
}

const empty = Symbol('empty')

function readJson(text: string, templates: boolean): Json | typeof empty | undefined {
  if (text.trim() === '') return empty
  try {
    return parseJson(text)
  } catch {
    return templates && isTemplate(text) ? text.trim() : undefined
  }
}

/** Whether the text is one template: people write it where JSON is asked for without the quotes around it. */
function isTemplate(text: string): boolean {
  return (soleExpression(text) ?? '') !== ''
}

function jsonProblem(text: string, templates: boolean): Mark[] {
  if (text.trim() === '' || (templates && isTemplate(text))) return []
  try {
    parseJson(text)
    return []
  } catch (e) {
    if (!(e instanceof JsonSyntaxError)) throw e
    const at = Math.min(e.at, Math.max(0, text.length - 1))
    return [{ from: at, to: at + 1, message: e.message }]
  }
}

/** Within a literal text a template; elsewhere a text that is one. */
function droppedInJson(text: string, at: number, expression: string): string {
  if (text.trim() === '') return JSON.stringify(asTemplate(expression))
  const inText = (text.slice(0, at).replaceAll(/\\./g, '').split('"').length - 1) % 2 === 1
  const template = JSON.stringify(asTemplate(expression))
  return text.slice(0, at) + (inText ? template.slice(1, -1) : template) + text.slice(at)
}
