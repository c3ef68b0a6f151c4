import { CircleAlert, CirclePause, Hourglass } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useCall } from '../api/hooks'
import { useFormat } from '../app/format'
import { pausedOf } from '../debug/paused'
import { nodeOf } from '../document/graphs'
import type { FlowDocument } from '../document/types'
import { useNodeTitle } from './nodeTitle'
import type { Run, Wait } from './model/types'
import type { RunPlace } from './RunPage'
import styles from './RunNotice.module.css'
import { useNow } from './useRun'

interface Props {
  run: Run
  document: FlowDocument | null
  go: (place: RunPlace) => void
}

/** Why a run failed, where it stands, or what it waits for. */
export function RunNotice({ run, document, go }: Props) {
  if (run.status === 'failed' || run.status === 'cancelled') return <FailureNotice run={run} document={document} go={go} />
  if (run.status === 'paused') return <PauseNotice run={run} document={document} go={go} />
  if (run.status === 'waiting' || run.status === 'queued') return <WaitNotice run={run} document={document} go={go} />
  return null
}

function Notice({ tone, icon, children }: { tone: string | undefined; icon: ReactNode; children: ReactNode }) {
  return (
    <div className={`${styles.notice} ${tone ?? ''}`} role="status">
      {icon}
      <div className={styles.text}>{children}</div>
    </div>
  )
}

function FailureNotice({ run, document, go }: Props) {
  const title = useNodeTitle(document)
  const { error } = run
  if (!error) return null
  const place = error.path ?? error.node
  return (
    <Notice tone={run.status === 'failed' ? styles.bad : styles.quiet} icon={<CircleAlert size={16} aria-hidden />}>
      <code>{error.code}</code> {error.message}
      {error.node && place && <Place label={title(error.node)} onClick={() => go({ step: place })} />}
    </Notice>
  )
}

function PauseNotice({ run, document, go }: Props) {
  const { t } = useTranslation('runs')
  const title = useNodeTitle(document)
  const at = pausedOf(run)
  if (!at) return null
  return (
    <Notice tone={styles.warn} icon={<CirclePause size={16} aria-hidden />}>
      {t(`paused.${at.on}`)}
      {at.path !== '' && <Place label={title(at.node)} onClick={() => go({ step: at.path })} />}
      {at.error && (
        <>
          {' '}
          <code>{at.error.code}</code> {at.error.message}
        </>
      )}
    </Notice>
  )
}

function WaitNotice({ run, document, go }: Props) {
  const { t } = useTranslation('runs')
  const waits = useCall('listWaits', { path: { id: run.id } })
  const items = waits.data?.items ?? []
  if (items.length === 0) return null
  const places = byNode(items)
  const shown = places.slice(0, 3)
  return (
    <Notice tone={styles.warn} icon={<Hourglass size={16} aria-hidden />}>
      {t('waits.for')}{' '}
      {shown.map((place, i) => (
        <WaitText key={`${place[0]?.node} ${i}`} waits={place} document={document} go={go} last={i === shown.length - 1} />
      ))}
      {places.length > shown.length && ` ${t('waits.more', { count: places.length - shown.length })}`}
    </Notice>
  )
}

/** What one node waits for at once: whichever comes first. */
function byNode(waits: readonly Wait[]): Wait[][] {
  const places = new Map<string, Wait[]>()
  for (const w of waits) {
    const place = w.path ?? w.node
    const list = places.get(place)
    if (list) list.push(w)
    else places.set(place, [w])
  }
  return [...places.values()]
}

function WaitText({ waits, document, go, last }: { waits: readonly Wait[]; document: FlowDocument | null; go: Props['go']; last: boolean }) {
  const { t } = useTranslation('runs')
  const title = useNodeTitle(document)
  const said = useWaitText()
  const first = waits[0]
  if (!first) return null
  const known = first.node !== '' && (document === null || nodeOf(document, first.node) !== undefined)
  return (
    <span>
      {waits.map(said).join(t('waits.or'))}
      {known && <Place label={title(first.node)} onClick={() => go({ step: first.path ?? first.node })} />}
      {last ? '' : t('waits.and')}
    </span>
  )
}

function useWaitText(): (wait: Wait) => string {
  const { t } = useTranslation('runs')
  const format = useFormat()
  const now = useNow(true)
  return (wait) =>
    ({
      task: () => t('waits.task', { attempt: wait.attempt ?? 1 }),
      person: () => t('waits.person'),
      timer: () => t('waits.timer', { time: format.time(wait.until ?? 0), ago: format.ago(wait.until ?? 0, now) }),
      signal: () => t('waits.signal', { event: wait.event ?? '', key: wait.key ?? '' }),
      run: () => t('waits.run', { flow: wait.flow ?? '' }),
      lock: () => t('waits.lock', { key: wait.key ?? '' }),
      turn: () => t('waits.turn'),
    })[wait.kind]()
}

function Place({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button type="button" className={styles.place} onClick={onClick}>
      {label}
    </button>
  )
}
