import { Link } from '@tanstack/react-router'
import { ChevronLeft } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { CopyButton } from '../app/CopyButton'
import { useFormat } from '../app/format'
import { StatusText } from '../app/StatusText'
import { useTitle } from '../app/title'
import type { Json } from '../api/json'
import type { FlowDocument } from '../document/types'
import { LiveMark } from './LiveMark'
import { shortId } from './model/texts'
import type { Run } from './model/types'
import { RunActions } from './RunActions'
import styles from './RunHeader.module.css'
import { Keys, versionText } from './RunRow'
import { useNow } from './useRun'

interface Props {
  run: Run
  document: FlowDocument | null
  live: boolean
  connected: boolean
  /** Something was done to the run. */
  changed: () => void
  /** Leaves the debugger, where one is in it. */
  leave?: () => void
}

/** What a run is, in a line, and what can be done to it. */
export function RunHeader({ run, document, live, connected, changed, leave }: Props) {
  const { t } = useTranslation('runs')
  const title = useTitle()
  const format = useFormat()
  const now = useNow(live)
  const took = run.durationMs ?? Math.max(0, now - Date.parse(run.startedAt))
  return (
    <header className={styles.head}>
      <Link to="/runs" className={styles.back} aria-label={t('run.back')}>
        <ChevronLeft size={18} />
      </Link>
      <div className={styles.what}>
        <h1 className={styles.title}>
          <Link to="/flows/$flow" params={{ flow: run.flow }}>
            {title(document?.title as Json | undefined, run.flow)}
          </Link>
          <span className={styles.id} title={run.id}>
            {shortId(run.id)}
          </span>
          <CopyButton text={run.id} />
          <StatusText status={run.status} />
          {live && <LiveMark live={connected} />}
        </h1>
        <p className={styles.facts}>
          <Link to="/flows/$flow/versions" params={{ flow: run.flow }} search={run.version === 0 ? {} : { a: String(run.version) }}>
            {versionText(run.version, t('list.draft'))}
          </Link>
          <span title={`${format.time(run.startedAt)} ${format.zone}`}>{format.time(run.startedAt)}</span>
          <span>{format.duration(took)}</span>
          {run.parent && (
            <Link to="/runs/$run" params={{ run: run.parent }}>
              {t('run.parent', { id: shortId(run.parent) })}
            </Link>
          )}
          {run.forkedFrom && (
            <Link to="/runs/$run" params={{ run: run.forkedFrom.run }}>
              {t('run.forked', { id: shortId(run.forkedFrom.run) })}
            </Link>
          )}
          {run.retries > 0 && <span>{t('run.retries', { count: run.retries })}</span>}
          <span className={styles.keys}>
            <Keys keys={run.keys} />
          </span>
        </p>
      </div>
      <RunActions run={run} changed={changed} leave={leave} />
    </header>
  )
}
