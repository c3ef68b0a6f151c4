import { Tooltip } from 'antd'
import { CircleHelp } from 'lucide-react'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { pointerOf } from '../../data/path'
import { useFindings, usePanel } from '../context'
import { Control } from './Control'
import { Findings } from './Findings'
import styles from './fields.module.css'
import type { Mode } from './mode'
import { converted, modeOf, modesOf } from './mode'
import { ModeSwitch } from './ModeSwitch'
import type { FieldViewProps } from './types'

/** A field: title, help, the switch between its forms, the control, and what is wrong with it. */
export function FieldView({ field, value, path, onChange, label, small = false }: FieldViewProps) {
  const { t } = useTranslation('panel')
  const { readOnly } = usePanel()
  const id = useId()
  const [wished, setWished] = useState<Mode>()
  const [held, setHeld] = useState<Mode>()
  const modes = modesOf(field)
  const mode = [wished, held].find((m) => m !== undefined && modes.includes(m)) ?? modeOf(field, value, small)
  // What is typed may make it a value of another form: the editor that is typed in stays until the field is left.
  const hold = () => setHeld(mode)
  // Not of a plain input: to be drawn anew before it told of its change would undo the change.
  const holdText = (e: React.SyntheticEvent) => !(e.target instanceof HTMLInputElement) && hold()
  const leave = (e: React.FocusEvent) => !e.currentTarget.contains(e.relatedTarget) && setHeld(undefined)
  const nested = mode === 'fixed' && (field.kind === 'object' || field.kind === 'list' || field.kind === 'keyValue')
  const findings = useFindings(path, !nested)
  const pointer = pointerOf(path)
  const describedBy = [field.description && !small ? `${id}-help` : '', findings.length > 0 ? `${id}-findings` : ''].filter(Boolean).join(' ') || undefined
  const choose = (to: Mode) => {
    setWished(to)
    const next = converted(value, to)
    if (value !== undefined && next !== value) onChange(next)
  }
  const modeSwitch = modes.length > 1 && !readOnly && <ModeSwitch field={field.title} modes={modes} mode={mode} onMode={choose} small={small} />
  return (
    <div className={small ? styles.small : styles.field} data-field={pointer} onKeyDownCapture={hold} onInputCapture={holdText} onPasteCapture={hold} onDropCapture={() => setHeld(undefined)} onBlur={leave}>
      {!small && (
        <div className={styles.head}>
          {label ?? (
            <label className={styles.title} htmlFor={id}>
              {field.title}
              {field.required && <span className={styles.required} aria-label={t('required')} role="img">*</span>}
            </label>
          )}
          {field.description && (
            <Tooltip title={field.description} trigger={['hover', 'focus', 'click']}>
              <button type="button" className={styles.help} aria-label={t('help', { field: field.title })}>
                <CircleHelp size={13} />
              </button>
            </Tooltip>
          )}
          <span className={styles.spring} />
          {modeSwitch}
        </div>
      )}
      {!small && field.description && <span id={`${id}-help`} className="visually-hidden">{field.description}</span>}
      <div className={small ? styles.withSwitch : undefined}>
        <Control field={field} value={value} path={path} onChange={onChange} id={id} describedBy={describedBy} invalid={findings.some((f) => f.severity !== 'warning')} mode={mode} small={small} />
        {small && modeSwitch}
      </div>
      <Findings id={`${id}-findings`} findings={findings} />
    </div>
  )
}
