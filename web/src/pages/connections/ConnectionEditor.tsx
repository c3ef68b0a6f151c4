import { App, Button, Collapse, Drawer, Form, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../../api/hooks'
import { isApiError } from '../../api/errors'
import type { JsonObject } from '../../api/json'
import type { Connection, ConnectionType } from '../../api/schema'
import { useSettings } from '../../app/settings'
import styles from './connections.module.css'
import type { Problems } from './FieldInput'
import { Fields } from './FieldInput'
import { partsOf, secretsFor } from './fields'
import type { Secret } from './SecretInput'
import { SecretInput } from './SecretInput'
import { useTest } from './useTest'

interface Props {
  type: ConnectionType
  /** The one that is edited; without it a new one is made. */
  connection: Connection | undefined
  taken: ReadonlySet<string>
  onClose: () => void
  /** Told the id of what was saved. */
  onSaved?: (id: string) => void
}

const idShape = /^[a-z][a-z0-9_-]{0,63}$/

/** Where the server found what, by pointer; what has no field of its own is told above the form. */
function problemsOf(e: Error): Problems {
  if (!isApiError(e)) return { '': e.message }
  const all: Record<string, string> = {}
  for (const f of e.findings) all[f.path] = all[f.path] ? `${all[f.path]} ${f.message}` : f.message
  return Object.keys(all).length > 0 ? all : { '': e.message }
}

/** A connection's form, made of what its type declares. */
export function ConnectionEditor({ type, connection, taken, onClose, onSaved }: Props) {
  const { t } = useTranslation('connections')
  const { message } = App.useApp()
  const language = useSettings((s) => s.language)
  const [id, setId] = useState(connection?.id ?? '')
  const [config, setConfig] = useState<JsonObject>(connection?.config ?? {})
  const [limits, setLimits] = useState<JsonObject>(connection?.limits ?? {})
  const [secrets, setSecrets] = useState<Record<string, Secret>>(connection?.secrets ?? {})
  const [problems, setProblems] = useState<Problems>({})
  const parts = partsOf(type)
  const set = Object.keys(connection?.secrets ?? {})
  const test = useTest()
  const save = useChange('putConnection', ['listConnections'])
  const wrongId = connection ? undefined : idShape.test(id) ? (taken.has(id) ? t('idTaken') : undefined) : t('idWrong')
  const submit = async (andTest: boolean) => {
    if (wrongId) {
      setProblems({ '/id': wrongId })
      return
    }
    const shown = new Set(secretsFor(parts, config, set).map((s) => s.key))
    const own = Object.fromEntries(Object.entries(secrets).filter(([k]) => shown.has(k)))
    const body = { type: type.type, config, secrets: own, ...(Object.keys(limits).length > 0 && { limits }) }
    try {
      await save.mutateAsync({ path: { id }, body })
    } catch (e) {
      setProblems(problemsOf(e instanceof Error ? e : new Error(String(e))))
      return
    }
    void message.success(t('saved', { id }))
    onSaved?.(id)
    onClose()
    if (andTest) test.run(id)
  }
  const setSecret = (key: string, v: Secret | undefined) => {
    const { [key]: _, ...rest } = secrets
    setSecrets(v === undefined ? rest : { ...rest, [key]: v })
  }
  const unplaced = Object.entries(problems).filter(([at]) => at === '' || at === '/config' || at === '/secrets')
  return (
    <Drawer
      open
      size={560}
      onClose={onClose}
      title={connection ? t('edit', { id: connection.id }) : `${t('new')}: ${type.title[language] ?? type.type}`}
      footer={
        <div className={styles.footer}>
          <Button onClick={() => void submit(false)} loading={save.isPending}>
            {t('save')}
          </Button>
          <Button type="primary" onClick={() => void submit(true)} loading={save.isPending}>
            {t('saveAndTest')}
          </Button>
        </div>
      }
    >
      <Form layout="vertical" onFinish={() => void submit(true)}>
        <p className={styles.doc}>{type.doc[language]}</p>
        {unplaced.map(([at, text]) => (
          <p key={at} className={styles.bad} role="alert">
            {text}
          </p>
        ))}
        {!connection && (
          <Form.Item label={t('id')} htmlFor="connection-id" required extra={t('idHint')} validateStatus={problems['/id'] ? 'error' : undefined} help={problems['/id']}>
            <Input id="connection-id" autoFocus spellCheck={false} value={id} onChange={(e) => setId(e.target.value)} />
          </Form.Item>
        )}
        <Fields fields={parts.config} value={config} onChange={setConfig} problems={problems} at="/config" />
        {secretsFor(parts, config, set).map((f) => (
          <SecretInput key={f.key} field={f} isSet={set.includes(f.key)} value={secrets[f.key]} onChange={(v) => setSecret(f.key, v)} problem={problems[`/secrets/${f.key}`]} />
        ))}
        <Collapse
          ghost
          defaultActiveKey={Object.keys(limits).length > 0 ? ['limits'] : []}
          items={[{ key: 'limits', label: t('limits'), children: <Fields fields={parts.limits} value={limits} onChange={setLimits} problems={problems} at="/limits" /> }]}
        />
      </Form>
    </Drawer>
  )
}
