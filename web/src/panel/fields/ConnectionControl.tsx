import { Button, Divider, Select } from 'antd'
import { CircleCheck, CircleX, PlugZap, Plus } from 'lucide-react'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { useAll, useChange } from '../../api/hooks'
import { addressOf } from '../../api/prefix'
import { usePanel } from '../context'
import styles from './fields.module.css'
import type { ControlProps } from './types'

/** Picks a connection of the types that fit, tests it, and leads to a new one. */
export function ConnectionControl({ field, value, onChange, id, describedBy, invalid }: ControlProps) {
  const { t } = useTranslation('panel')
  const { readOnly } = usePanel()
  const all = useAll('listConnections', {})
  const test = useChange('testConnection')
  const chosen = typeof value === 'string' && value !== '' ? value : undefined
  const fits = (all.data ?? []).filter((c) => field.connections.length === 0 || field.connections.includes(c.type))
  const missing = chosen !== undefined && all.data !== undefined && !fits.some((c) => c.id === chosen)
  const options = fits.map((c) => ({ value: c.id, label: c.id, type: c.type }))
  const tested = test.data && test.variables?.path.id === chosen ? test.data : undefined
  const withNew = (menu: ReactElement) => (
    <>
      {menu}
      <Divider className={styles.divider} />
      <Button type="link" size="small" icon={<Plus size={13} />} href={addressOf(`/connections?new=${field.connections[0] ?? ''}`)} target="_blank" rel="noopener">
        {t('connection.new')}
      </Button>
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
          onOpenChange={(open) => {
            // What was made in another tab is there when the list is opened again.
            if (open) void all.refetch()
          }}
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
