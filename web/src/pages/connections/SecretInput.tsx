import { Button, Form, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { useSettings } from '../../app/settings'
import styles from './connections.module.css'
import type { Field } from './fields'

/** A secret as the form holds it: *** is the one that is there, an object names a variable of the environment. */
export type Secret = string | { env: string }

interface Props {
  field: Field
  /** Whether one is set on the server. */
  isSet: boolean
  value: Secret | undefined
  onChange: (value: Secret | undefined) => void
  problem: string | undefined
}

const kept = '***'

/** Write-only: what is set is never shown, and stays unless something is typed. */
export function SecretInput({ field, isSet, value, onChange, problem }: Props) {
  const { t } = useTranslation('connections')
  const language = useSettings((s) => s.language)
  const id = `secret-${field.key}`
  const fromEnv = typeof value === 'object'
  return (
    <Form.Item label={field.title[language]} htmlFor={id} required={field.required} validateStatus={problem ? 'error' : undefined} help={problem}>
      <div className={styles.row}>
        {fromEnv ? (
          <Input id={id} placeholder={t('envName')} spellCheck={false} value={value.env} onChange={(e) => onChange({ env: e.target.value })} />
        ) : (
          <SecretText id={id} isSet={isSet} value={value} onChange={onChange} />
        )}
        <Button size="small" type="text" onClick={() => onChange(fromEnv ? (isSet ? kept : undefined) : { env: '' })}>
          {t(fromEnv ? 'asText' : 'fromEnv')}
        </Button>
      </div>
    </Form.Item>
  )
}

function SecretText({ id, isSet, value, onChange }: { id: string; isSet: boolean; value: string | undefined; onChange: (v: Secret | undefined) => void }) {
  const { t } = useTranslation('connections')
  return (
    <Input.TextArea
      id={id}
      className={styles.secret}
      autoSize={{ minRows: 1, maxRows: 4 }}
      autoComplete="off"
      spellCheck={false}
      placeholder={t(isSet ? 'secretKept' : 'secretNew')}
      value={value === undefined || value === kept ? '' : value}
      onChange={(e) => onChange(e.target.value === '' ? (isSet ? kept : undefined) : e.target.value)}
    />
  )
}
