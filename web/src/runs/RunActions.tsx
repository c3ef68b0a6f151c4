import { useNavigate } from '@tanstack/react-router'
import { App, Button, Dropdown, Popconfirm } from 'antd'
import { Ban, Bug, ChevronDown, FlaskConical, GitFork, LogOut, Pause, RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../api/client'
import { writeJson } from '../api/json'
import { debugApi } from '../debug/api'
import { download } from './download'
import type { Run } from './model/types'
import { isLive } from './model/types'
import styles from './RunHeader.module.css'

/** What can be done to a run as it stands. */
export function RunActions({ run, changed, leave }: { run: Run; changed: () => void; leave?: (() => void) | undefined }) {
  const { t } = useTranslation('runs')
  const { message } = App.useApp()
  const navigate = useNavigate()
  const [busy, setBusy] = useState<string>()
  const act = (name: string, what: () => Promise<unknown>) => {
    setBusy(name)
    what()
      .then(changed, (e: Error) => message.error(e.message, 6))
      .finally(() => setBusy(undefined))
  }
  const debug = () => void navigate({ to: '/flows/$flow/debug/$run', params: { flow: run.flow, run: run.id } })
  const again = async () => {
    const made = await call('startRun', { path: { id: run.flow }, body: { input: run.trigger?.['body'] ?? null, draft: run.version === 0 } })
    await navigate({ to: '/runs/$run', params: { run: made.id } })
  }
  const saveTest = async () => {
    download(`${run.flow}-${run.id.slice(-6)}.json`, writeJson(await debugApi.saveTest(run.id, `${run.flow} ${run.id.slice(-6)}`), 2))
  }
  const live = isLive(run.status)
  const more = [
    { key: 'again', icon: <GitFork size={14} />, label: t('actions.again'), onClick: () => act('again', again) },
    { key: 'test', icon: <FlaskConical size={14} />, label: t('actions.saveTest'), onClick: () => act('test', saveTest) },
  ]
  return (
    <div className={styles.actions}>
      {live && !leave && run.status !== 'paused' && (
        <Button icon={<Pause size={15} />} loading={busy === 'pause'} onClick={() => act('pause', () => debugApi.pause(run.id))}>
          {t('actions.pause')}
        </Button>
      )}
      {live && !leave && (
        <Popconfirm title={t('actions.cancelSure')} okText={t('actions.cancelYes')} okButtonProps={{ danger: true }} onConfirm={() => act('cancel', () => call('cancelRun', { path: { id: run.id } }))}>
          <Button danger icon={<Ban size={15} />} loading={busy === 'cancel'}>
            {t('actions.cancel')}
          </Button>
        </Popconfirm>
      )}
      {run.status === 'failed' && (
        <RetryButton run={run} loading={busy === 'retry'} retry={(latest) => act('retry', () => debugApi.retry(run.id, { latest }))} />
      )}
      {leave ? (
        <Button icon={<LogOut size={15} />} onClick={leave}>
          {t('actions.leave')}
        </Button>
      ) : (
        <Button icon={<Bug size={15} />} onClick={debug}>
          {t('actions.debug')}
        </Button>
      )}
      <Dropdown trigger={['click']} menu={{ items: more }}>
        <Button icon={<ChevronDown size={15} />} aria-label={t('actions.more')} loading={busy === 'again' || busy === 'test'} />
      </Dropdown>
    </div>
  )
}

function RetryButton({ run, loading, retry }: { run: Run; loading: boolean; retry: (latest: boolean) => void }) {
  const { t } = useTranslation('runs')
  const items = [
    { key: 'own', label: t('actions.retryOwn', { version: run.version }), onClick: () => retry(false) },
    { key: 'latest', label: t('actions.retryLatest'), onClick: () => retry(true) },
  ]
  return (
    <Dropdown trigger={['click']} menu={{ items }}>
      <Button type="primary" icon={<RotateCcw size={15} />} loading={loading}>
        {t('actions.retry')} <ChevronDown size={14} aria-hidden />
      </Button>
    </Dropdown>
  )
}
