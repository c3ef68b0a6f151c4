import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { treeOf } from '../runs/model/steps'
import type { RunPlace } from '../runs/RunPage'
import { StepPanel } from '../runs/StepPanel'
import type { useRun } from '../runs/useRun'
import { useNow } from '../runs/useRun'
import type { Step } from './api'
import { BreakpointsTab } from './BreakpointsTab'
import styles from './DebugPanel.module.css'
import { PinButton } from './PinButton'
import { ScopeTab } from './ScopeTab'
import { StopPanel } from './StopPanel'
import type { Debugger } from './useDebugger'
import { useScope } from './useDebugger'
import { WatchTab } from './WatchTab'

interface Props {
  debug: Debugger
  data: ReturnType<typeof useRun>
  steps: readonly Step[] | undefined
  /** What is looked at. */
  path: string | undefined
  go: (by: RunPlace) => void
}

const tabs = ['here', 'scope', 'watch', 'breakpoints'] as const

/** The place that is looked at: what is about to happen or has happened there, what is in sight, what is watched. */
export function DebugPanel({ debug, data, steps, path, go }: Props) {
  const { t } = useTranslation('debug')
  const [tab, setTab] = useState<(typeof tabs)[number]>('here')
  const now = useNow(data.live)
  const tree = useMemo(() => treeOf(steps ?? [], now), [steps, now])
  const { run, paused, at, events } = debug
  // What the run has not come to has no scope; the run as a whole has.
  const known = path !== undefined && tree.byPath.has(path)
  const scope = useScope(run.id, { path: known ? path : undefined, at, events }, true)
  const here = paused !== null && at === undefined && (path === paused.path || path === undefined)
  return (
    <div className={styles.panel}>
      <div className={styles.tabs} role="tablist" aria-label={t('panel.label')}>
        {tabs.map((name) => (
          <button key={name} type="button" role="tab" aria-selected={name === tab} className={styles.tab} onClick={() => setTab(name)}>
            {t(`panel.${name}`)}
            {name === 'breakpoints' && debug.breakpoints.length > 0 && <span className={styles.count}>{debug.breakpoints.length}</span>}
          </button>
        ))}
      </div>
      <div className={styles.content} role="tabpanel">
        {tab === 'here' &&
          (here ? (
            <StopPanel debug={debug} document={data.document} scope={scope.data} error={scope.error} />
          ) : path === undefined ? (
            <p className={styles.note}>{t(run.endedAt === null ? 'panel.running' : 'panel.choose')}</p>
          ) : (
            <StepPanel run={run} tree={tree} document={data.document} path={path} go={go} loading={steps === undefined}>
              <PinButton flow={run.flow} run={run.id} step={tree.byPath.get(path)} />
            </StepPanel>
          ))}
        {tab === 'scope' && <ScopeTab debug={debug} document={data.document} scope={scope.data} error={scope.error} />}
        {tab === 'watch' && <WatchTab flow={run.flow} scope={scope.data} timezone={data.document?.timezone} />}
        {tab === 'breakpoints' && <BreakpointsTab debug={debug} document={data.document} scope={scope.data} go={go} />}
      </div>
    </div>
  )
}
