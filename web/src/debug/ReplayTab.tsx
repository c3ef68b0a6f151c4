import { App, Button, Select } from 'antd'
import { CircleCheck, GitCompare } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCall } from '../api/hooks'
import type { Json } from '../api/json'
import { StatusText } from '../app/StatusText'
import { previewOf } from '../data/format'
import { JsonTree } from '../data/JsonTree'
import type { RunPlace } from '../runs/RunPage'
import type { Difference, Replay, Run } from './api'
import { debugApi } from './api'
import styles from './ReplayTab.module.css'

interface Props {
  run: Run
  replay: Replay | undefined
  setReplay: (replay: Replay | undefined) => void
  go: (by: RunPlace) => void
}

/** What this run's events would have led to with another version of the flow. Nothing is done for it. */
export function ReplayTab({ run, replay, setReplay, go }: Props) {
  const { t } = useTranslation('debug')
  const { message } = App.useApp()
  const versions = useCall('listVersions', { path: { id: run.flow }, query: { limit: 100 } })
  const [against, setAgainst] = useState('draft')
  const [busy, setBusy] = useState(false)
  const [chosen, setChosen] = useState(0)
  const options = [
    { value: 'draft', label: t('replay.draft') },
    ...(versions.data?.items ?? []).filter((v) => v.version > 0).map((v) => ({ value: String(v.version), label: `v${v.version}${v.version === run.version ? ` · ${t('replay.own')}` : ''}` })),
  ]
  const compare = () => {
    setBusy(true)
    setChosen(0)
    debugApi
      .replay(run.id, against === 'draft' ? { draft: true } : { version: Number(against) })
      .then(setReplay, (e: Error) => message.error(e.message, 6))
      .finally(() => setBusy(false))
  }
  const difference = replay?.differences[chosen]
  return (
    <div className={styles.replay}>
      <div className={styles.bar}>
        <span>{t('replay.against')}</span>
        <Select size="small" className={styles.select} aria-label={t('replay.against')} value={against} options={options} onChange={setAgainst} />
        <Button size="small" type="primary" icon={<GitCompare size={14} />} loading={busy} onClick={compare}>
          {t('replay.compare')}
        </Button>
        {replay && (
          <>
            <Outcome replay={replay} />
            <Button size="small" type="text" onClick={() => setReplay(undefined)}>
              {t('replay.clear')}
            </Button>
          </>
        )}
      </div>
      {!replay && <p className={styles.note}>{t('replay.note')}</p>}
      {replay && replay.missing.length > 0 && <p className={styles.note}>{t('replay.missing', { paths: replay.missing.slice(0, 5).join(', ') })}</p>}
      {replay && !replay.same && (
        <div className={styles.split}>
          <ul className={styles.list}>
            {replay.differences.map((d, i) => (
              <li key={`${d.kind} ${d.path} ${i}`}>
                <button
                  type="button"
                  className={`${styles.item} ${i === chosen ? styles.chosen : ''}`}
                  onClick={() => {
                    setChosen(i)
                    if (d.path !== '') go({ step: d.path })
                  }}
                >
                  <span className={styles.kind}>{t(`replay.${d.kind}`)}</span>
                  <code>{d.path || t('replay.wholeRun')}</code>
                  <span className={styles.change}>
                    {previewOf(d.before, 40)} → {previewOf(d.after, 40)}
                  </span>
                </button>
              </li>
            ))}
          </ul>
          {difference && <Sides difference={difference} />}
        </div>
      )}
    </div>
  )
}

function Outcome({ replay }: { replay: Replay }) {
  const { t } = useTranslation('debug')
  if (replay.same) {
    return (
      <span className={styles.same} role="status">
        <CircleCheck size={15} aria-hidden /> {t('replay.same')}
      </span>
    )
  }
  return (
    <span className={styles.outcome} role="status">
      {t('replay.differs', { count: replay.count })}
      {replay.before && replay.after && (
        <>
          <StatusText status={replay.before.status} /> → <StatusText status={replay.after.status} />
        </>
      )}
    </span>
  )
}

function Sides({ difference }: { difference: Difference }) {
  const { t } = useTranslation('debug')
  const side = (name: 'before' | 'after', value: Json) => (
    <section className={styles.side}>
      <h3>{t(`replay.${name}`)}</h3>
      <JsonTree key={`${difference.path} ${difference.kind}`} value={value} label={t(`replay.${name}`)} height="100%" bare />
    </section>
  )
  return (
    <div className={styles.sides}>
      {side('before', difference.before)}
      {side('after', difference.after)}
    </div>
  )
}
