import { App, Button, Checkbox, Input, InputNumber, Modal, Progress } from 'antd'
import { RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../api/client'
import { useCall } from '../api/hooks'
import type { Retries } from '../api/schema'
import { useFormat } from '../app/format'
import type { RetryFilter } from '../debug/api'
import type { RunFilters } from './model/filters'
import { toQuery } from './model/filters'
import styles from './RetryAll.module.css'
import { useFlowTitles } from './RunsTable'

const usualRate = 20

/** Tries all failed runs of a selection again, at a rate that the other side can bear. */
export function RetryAll({ filters, done }: { filters: RunFilters; done: () => void }) {
  const { t } = useTranslation('runs')
  const [open, setOpen] = useState(false)
  // A retry of many goes by flow and time; what is searched for otherwise is chosen by hand.
  if (filters.status !== 'failed' || filters.text || filters.key) return null
  return (
    <>
      <Button size="small" icon={<RotateCcw size={14} />} onClick={() => setOpen(true)}>
        {t('retryAll.open')}
      </Button>
      {open && (
        <RetryDialog
          filters={filters}
          close={() => {
            setOpen(false)
            done()
          }}
        />
      )}
    </>
  )
}

function RetryDialog({ filters, close }: { filters: RunFilters; close: () => void }) {
  const { t } = useTranslation('runs')
  const { message } = App.useApp()
  const [code, setCode] = useState('')
  const [latest, setLatest] = useState(false)
  const [rate, setRate] = useState(usualRate)
  const [preview, setPreview] = useState<{ count: number; of: string }>()
  const [started, setStarted] = useState<Retries>()
  const [busy, setBusy] = useState(false)
  const filter = (): RetryFilter => {
    const { flow, from, to } = toQuery(filters, Date.now())
    return { ...(flow ? { flow } : {}), ...(from ? { from } : {}), ...(to ? { to } : {}), ...(code.trim() ? { code: code.trim() } : {}) }
  }
  const ask = (body: { preview: true } | { latest: boolean; rate: number }) => {
    setBusy(true)
    call('startRetries', { body: { filter: filter(), ...body } })
      .then(
        (answer) => ('count' in answer ? setPreview({ count: answer.count, of: code }) : setStarted(answer)),
        (e: Error) => message.error(e.message, 6),
      )
      .finally(() => setBusy(false))
  }
  const known = preview?.of === code ? preview.count : undefined
  return (
    <Modal
      open
      title={t('retryAll.title')}
      onCancel={close}
      footer={
        started ? (
          <Button onClick={close}>{t('retryAll.close')}</Button>
        ) : (
          <>
            <Button loading={busy && known === undefined} onClick={() => ask({ preview: true })}>
              {t('retryAll.count')}
            </Button>
            <Button type="primary" disabled={!known} loading={busy && known !== undefined} onClick={() => ask({ latest, rate })}>
              {t('retryAll.start', { count: known ?? 0 })}
            </Button>
          </>
        )
      }
    >
      {started ? (
        <RetryProgress id={started.id} first={started} />
      ) : (
        <div className={styles.form}>
          <Selection filters={filters} />
          <label>
            {t('retryAll.code')}
            <Input value={code} placeholder="http.timeout" onChange={(e) => setCode(e.target.value)} />
          </label>
          <label>
            {t('retryAll.rate')}
            <InputNumber min={1} max={1000} value={rate} onChange={(n) => setRate(n ?? usualRate)} />
          </label>
          <Checkbox checked={latest} onChange={(e) => setLatest(e.target.checked)}>
            {t('retryAll.latest')}
          </Checkbox>
          <p role="status">{known === undefined ? t('retryAll.first') : t('retryAll.found', { count: known })}</p>
        </div>
      )}
    </Modal>
  )
}

function Selection({ filters }: { filters: RunFilters }) {
  const { t } = useTranslation('runs')
  const format = useFormat()
  const titles = useFlowTitles()
  const time = filters.range ? t(`filters.range.${filters.range}`) : filters.from || filters.to ? `${filters.from ? format.time(filters.from) : '…'} – ${filters.to ? format.time(filters.to) : '…'}` : t('filters.any')
  return (
    <p>
      <strong>{filters.flow ? titles(filters.flow) : t('filters.flow')}</strong> · {time}
    </p>
  )
}

function RetryProgress({ id, first }: { id: string; first: Retries }) {
  const { t } = useTranslation('runs')
  const [over, setOver] = useState(false)
  const state = useCall('getRetries', { path: { id } }, { refetchInterval: over ? false : 700 })
  const now = state.data ?? first
  if (now.state !== 'running' && !over) setOver(true)
  return (
    <div className={styles.form} role="status">
      <Progress percent={now.total === 0 ? 100 : Math.round((now.done / now.total) * 100)} status={over ? 'normal' : 'active'} />
      <p>{t('retryAll.progress', { done: now.done, of: now.total, retried: now.retried })}</p>
      {now.refused.length > 0 && (
        <ul className={styles.refused} aria-label={t('retryAll.refused')}>
          {now.refused.slice(0, 50).map((r) => (
            <li key={r.run}>
              <code>{r.run.slice(-8)}</code> {r.message}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
