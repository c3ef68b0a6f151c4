import { Button, Divider, Select } from 'antd'
import { CircleCheck, CircleX, PlugZap, Plus } from 'lucide-react'
import type { ReactElement } from 'react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAll, useChange } from '../../api/hooks'
import type { ConnectionType } from '../../api/schema'
import { usePanel } from '../context'
import styles from './fields.module.css'
import type { ControlProps } from './types'

const ConnectionEditor = lazy(() => import('../../pages/connections/ConnectionEditor').then((m) => ({ default: m.ConnectionEditor })))

/** Picks a connection of the types that fit, tests it, or makes a new one in place. */
export function ConnectionControl({ field, value, onChange, id, describedBy, invalid }: ControlProps) {
  const { t } = useTranslation('panel')
  const { readOnly, language } = usePanel()
  const [making, setMaking] = useState<ConnectionType>()
  const types = useAll('listConnectionTypes', {}, { staleTime: Infinity })
  const all = useAll('listConnections', {})
  const test = useChange('testConnection')
  const chosen = typeof value === 'string' && value !== '' ? value : undefined
  const fits = (all.data ?? []).filter((c) => field.connections.length === 0 || field.connections.includes(c.type))
  const missing = chosen !== undefined && all.data !== undefined && !fits.some((c) => c.id === chosen)
  const options = fits.map((c) => ({ value: c.id, label: c.id, type: c.type }))
  const tested = test.data && test.variables?.path.id === chosen ? test.data : undefined
  const makeable = (types.data ?? []).filter((x) => field.connections.length === 0 || field.connections.includes(x.type))
  const withNew = (menu: ReactElement) => (
    <>
      {menu}
      <Divider className={styles.divider} />
      <div className={styles.makers}>
        {makeable.map((type) => (
          <Button key={type.type} type="text" size="small" icon={<Plus size={13} />} onClick={() => setMaking(type)}>
            {t('connection.new', { type: type.title[language] })}
          </Button>
        ))}
      </div>
    </>
  )
  return (
    <div>
      <div className={styles.row}>
        <Select
          id={id}
          className={styles.wide}
          showSearch
          allowClear={!field.required}
          value={chosen}
          loading={all.isPending}
          disabled={readOnly}
          status={invalid || missing ? 'error' : undefined}
          aria-describedby={describedBy}
          placeholder={t('connection.choose')}
          options={missing ? [{ value: chosen, label: chosen, type: t('connection.missing') }, ...options] : options}
          onChange={(next) => onChange(next)}
          notFoundContent={t('connection.none', { types: field.connections.join(', ') })}
          optionRender={optionLine}
          popupRender={withNew}
        />
        {chosen !== undefined && !missing && (
          <Button icon={<PlugZap size={14} />} loading={test.isPending} onClick={() => test.mutate({ path: { id: chosen } })}>
            {t('connection.test')}
          </Button>
        )}
      </div>
      <div role="status">
        {tested && (
          <div className={tested.ok ? styles.good : styles.bad}>
            {tested.ok ? <CircleCheck size={13} aria-hidden /> : <CircleX size={13} aria-hidden />}
            <span>{tested.ok ? t('connection.ok', { ms: tested.durationMs }) : (tested.error?.message ?? t('connection.failed'))}</span>
          </div>
        )}
        {test.error && <div className={styles.bad}><CircleX size={13} aria-hidden /><span>{test.error.message}</span></div>}
      </div>
      {making && (
        <Suspense>
          <ConnectionEditor type={making} connection={undefined} taken={new Set(all.data?.map((c) => c.id))} onClose={() => setMaking(undefined)} onSaved={onChange} />
        </Suspense>
      )}
    </div>
  )
}

function optionLine(option: { data: { value: string; type: string } }) {
  return (
    <div className={styles.option}>
      <span className={styles.mono}>{option.data.value}</span>
      <span className={styles.optionHelp}>{option.data.type}</span>
    </div>
  )
}
