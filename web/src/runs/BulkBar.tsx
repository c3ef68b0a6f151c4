import { App, Button, Popconfirm } from 'antd'
import { Ban, Download, RotateCcw, X } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../api/client'
import type { Json } from '../api/json'
import { writeJson } from '../api/json'
import { debugApi } from '../debug/api'
import { eachRun } from './bulk'
import { download } from './download'
import type { RunSummary } from './model/types'
import { isLive } from './model/types'
import styles from './BulkBar.module.css'

interface Props {
  rows: readonly RunSummary[]
  chosen: ReadonlySet<string>
  clear: () => void
  /** Something was done to some of them. */
  done: () => void
}

/** What can be done to the runs that were chosen. */
export function BulkBar({ rows, chosen, clear, done }: Props) {
  const { t } = useTranslation('runs')
  const { message } = App.useApp()
  const [progress, setProgress] = useState<number>()
  const picked = rows.filter((r) => chosen.has(r.id))
  const live = picked.filter((r) => isLive(r.status)).map((r) => r.id)
  const failed = picked.filter((r) => r.status === 'failed').map((r) => r.id)
  const act = async (ids: string[], what: (id: string) => Promise<unknown>) => {
    setProgress(0)
    const result = await eachRun(ids, what, setProgress)
    setProgress(undefined)
    if (result.done > 0) void message.success(t('bulk.done', { count: result.done }))
    for (const r of result.refused) void message.error(t('bulk.refused', { count: r.count, reason: r.reason }), 8)
    clear()
    done()
  }
  const busy = progress !== undefined
  return (
    <div className={styles.bar} role="region" aria-label={t('bulk.label')}>
      <strong role="status">{busy ? t('bulk.progress', { done: progress, of: chosen.size }) : t('bulk.chosen', { count: chosen.size })}</strong>
      <Popconfirm title={t('bulk.cancelSure', { count: live.length })} okText={t('bulk.cancelYes')} okButtonProps={{ danger: true }} onConfirm={() => act(live, (id) => call('cancelRun', { path: { id } }))}>
        <Button size="small" danger icon={<Ban size={14} />} disabled={busy || live.length === 0}>
          {t('bulk.cancel', { count: live.length })}
        </Button>
      </Popconfirm>
      <Button size="small" icon={<RotateCcw size={14} />} disabled={busy || failed.length === 0} onClick={() => act(failed, (id) => debugApi.retry(id))}>
        {t('bulk.retry', { count: failed.length })}
      </Button>
      <Button size="small" icon={<Download size={14} />} onClick={() => download('runs.json', writeJson(picked as unknown as Json, 2))}>
        {t('bulk.export')}
      </Button>
      <Button size="small" type="text" icon={<X size={14} />} aria-label={t('bulk.clear')} onClick={clear} />
    </div>
  )
}
