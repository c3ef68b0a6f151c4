import { AutoComplete } from 'antd'
import { useTranslation } from 'react-i18next'
import { useAll } from '../../api/hooks'
import { matches } from '../../app/match'
import { useTitle } from '../../app/title'
import { usePanel } from '../context'
import styles from './fields.module.css'
import type { ControlProps } from './types'

/** The id of a flow: chosen by id or title, or typed, since it may not be published yet. */
export function FlowControl({ value, onChange, id, describedBy, invalid }: ControlProps) {
  const { t } = useTranslation('panel')
  const { readOnly } = usePanel()
  const title = useTitle()
  const flows = useAll('listFlows', {})
  const text = typeof value === 'string' ? value : ''
  const known = flows.data?.some((f) => f.id === text) ?? false
  const options = (flows.data ?? [])
    .map((f) => ({ value: f.id, title: title(f.title, '') }))
    .filter((o) => known || matches(`${o.value} ${o.title}`, text))
    .map((o) => ({
      value: o.value,
      label: (
        <div className={styles.option}>
          <span className={styles.mono}>{o.value}</span>
          <span className={styles.optionHelp}>{o.title}</span>
        </div>
      ),
    }))
  return (
    <AutoComplete
      id={id}
      className={styles.wide}
      value={text}
      disabled={readOnly}
      status={invalid ? 'error' : undefined}
      aria-describedby={describedBy}
      placeholder={t('flow.choose')}
      options={options}
      onChange={(next: string) => onChange(next === '' ? undefined : next)}
    />
  )
}
