import { Button, Popconfirm, Slider, Tooltip } from 'antd'
import { ArrowDownToLine, ArrowUpFromLine, ChevronLeft, ChevronRight, CirclePause, History, LocateFixed, Pause, Play, Redo2, RotateCcw, Square } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../app/format'
import { StatusText } from '../app/StatusText'
import type { FlowDocument } from '../document/types'
import { useNodeTitle } from '../runs/nodeTitle'
import type { RunPlace } from '../runs/RunPage'
import type { State } from './api'
import { debugApi } from './api'
import styles from './DebugBar.module.css'
import { keyNames } from './keys'
import { editCount, eventAt } from './model'
import type { Debugger } from './useDebugger'

interface Props {
  debug: Debugger
  document: FlowDocument | null
  /** The run as it was, while the past is looked at. */
  past: State | undefined
  /** The node that is looked at. */
  node: string | undefined
  go: (by: RunPlace) => void
}

/** Where the run stands, what makes it go on, and the way through its past. */
export function DebugBar({ debug, document, past, node, go }: Props) {
  return (
    <div className={styles.bar}>
      <div className={styles.row} role="toolbar">
        <Where debug={debug} document={document} go={go} />
        <Moves debug={debug} node={node} />
      </div>
      {debug.events > 1 && <Rewind debug={debug} past={past} />}
    </div>
  )
}

function Said({ text }: { text: string }) {
  return (
    <strong className={styles.where} role="status">
      {text}
    </strong>
  )
}

function Where({ debug, document, go }: Pick<Props, 'debug' | 'document' | 'go'>) {
  const { t } = useTranslation('debug')
  const title = useNodeTitle(document)
  const { paused, run } = debug
  if (debug.at !== undefined) return <Said text={t('bar.past')} />
  if (!paused) return <StatusText status={run.status} />
  if (paused.path === '') return <Said text={t('bar.pausedHere')} />
  return (
    <button type="button" className={styles.stopped} onClick={() => go({ step: undefined })}>
      <CirclePause size={16} aria-hidden />
      <Said text={t(`bar.${paused.on}`, { node: title(paused.node) })} />
    </button>
  )
}

function Move({ name, label, icon, onClick, busy, text, disabled }: { name?: keyof typeof keyNames; label: string; icon: ReactNode; onClick: () => void; busy?: boolean; text?: boolean; disabled?: boolean }) {
  const key = name ? keyNames[name] : undefined
  return (
    <Tooltip title={key ? `${label} (${key})` : label}>
      <Button type="text" size="small" icon={icon} aria-label={label} aria-keyshortcuts={key?.replace('Ctrl', 'Control')} loading={busy ?? false} disabled={disabled ?? false} onClick={onClick}>
        {text && label}
        {text && key && <kbd className={styles.key}>{key}</kbd>}
      </Button>
    </Tooltip>
  )
}

function Moves({ debug, node }: { debug: Debugger; node: string | undefined }) {
  const { t } = useTranslation('debug')
  const { abilities, busy, resume, run } = debug
  const edits = editCount(debug.edits)
  if (debug.at !== undefined) {
    return (
      <Button size="small" icon={<History size={14} />} onClick={() => debug.setPast(undefined)}>
        {t('bar.now')}
      </Button>
    )
  }
  return (
    <>
      {abilities.resume && (
        <>
          <Move name="continue" text label={edits > 0 ? t('bar.continueEdited', { count: edits }) : t('bar.continue')} icon={<Play size={15} />} busy={busy === 'continue'} onClick={() => void resume('continue')} />
          <Move name="over" text label={t('bar.over')} icon={<Redo2 size={15} />} busy={busy === 'over'} onClick={() => void resume('over')} />
          <Move name="into" label={t('bar.into')} icon={<ArrowDownToLine size={15} />} busy={busy === 'into'} onClick={() => void resume('into')} />
          <Move name="out" label={t('bar.out')} icon={<ArrowUpFromLine size={15} />} busy={busy === 'out'} onClick={() => void resume('out')} />
          <Move
            name="toHere"
            label={t('bar.toHere')}
            icon={<LocateFixed size={15} />}
            busy={busy === 'to'}
            disabled={!node || node === debug.paused?.node}
            onClick={() => node && void resume('to', { to: node })}
          />
        </>
      )}
      {abilities.pause && <Move name="pause" text label={t('bar.halt')} icon={<Pause size={15} />} busy={busy === 'pause'} onClick={() => void debug.pause()} />}
      {run.status === 'failed' && (
        <Move text label={t('bar.retry')} icon={<RotateCcw size={15} />} busy={busy === 'retry'} onClick={() => void debug.act('retry', () => debugApi.retry(run.id, { stop: true }))} />
      )}
      {(abilities.resume || abilities.pause || abilities.judge) && (
        <Popconfirm title={t('bar.stopSure')} okText={t('bar.stop')} okButtonProps={{ danger: true }} onConfirm={() => debug.stop()}>
          <Button type="text" size="small" danger icon={<Square size={14} />} loading={busy === 'stop'}>
            {t('bar.stop')}
          </Button>
        </Popconfirm>
      )}
    </>
  )
}

/** Goes to any moment of the run: nothing is done again, it is folded up to there. */
function Rewind({ debug, past }: { debug: Debugger; past: State | undefined }) {
  const { t } = useTranslation('debug')
  const format = useFormat()
  const { events, setPast } = debug
  const at = debug.at ?? events
  const step = (by: number) => setPast(eventAt(at, by, events))
  return (
    <div className={styles.rewind}>
      <Tooltip title={`${t('rewind.back')} (${keyNames.back})`}>
        <Button type="text" size="small" icon={<ChevronLeft size={15} />} aria-label={t('rewind.back')} disabled={at <= 1} onClick={() => step(-1)} />
      </Tooltip>
      <Slider
        className={styles.slider}
        min={1}
        max={events}
        value={at}
        onChange={setPast}
        tooltip={{ formatter: (n) => t('rewind.event', { at: n, of: events }) }}
        ariaLabelForHandle={t('rewind.label')}
      />
      <Tooltip title={`${t('rewind.forth')} (${keyNames.forth})`}>
        <Button type="text" size="small" icon={<ChevronRight size={15} />} aria-label={t('rewind.forth')} disabled={at >= events} onClick={() => step(1)} />
      </Tooltip>
      <span className={styles.event}>
        {at}/{events}
        {debug.at !== undefined && past && (
          <>
            {' '}
            <code>{past.kind}</code> {format.time(past.at).slice(11)}
          </>
        )}
      </span>
    </div>
  )
}
