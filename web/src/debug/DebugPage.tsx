import { useNavigate, useParams } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Failed, PageLoading } from '../app/states'
import { useNarrow } from '../app/theme'
import { useTranslation } from 'react-i18next'
import type { NodeDecoration } from '../canvas/types'
import { stepOf, focusOf } from '../runs/model/picture'
import type { Run } from '../runs/model/types'
import { RunHeader } from '../runs/RunHeader'
import { RunNotice } from '../runs/RunNotice'
import type { RunPlace } from '../runs/RunPage'
import { usePlace } from '../runs/RunPage'
import pageStyles from '../runs/RunPage.module.css'
import { RunPhone } from '../runs/RunPhone'
import type { Overlay } from '../runs/RunView'
import { RunView } from '../runs/RunView'
import { useRun } from '../runs/useRun'
import type { Difference, Replay, Step } from './api'
import { DebugBar } from './DebugBar'
import { DebugPanel } from './DebugPanel'
import { useDebugKeys } from './keys'
import { marked, toggled } from './model'
import { NodeMenu } from './NodeMenu'
import { useFlowPins } from './pins'
import { ReplayTab } from './ReplayTab'
import { useDebugger, usePast } from './useDebugger'

const noDifferences: readonly Difference[] = []

/** A run under the debugger, on the canvas of the flow that it executes. */
export function DebugPage() {
  const { run: id = '' } = useParams({ strict: false })
  const data = useRun(id)
  const run = data.run.data
  if (!run) return data.run.isError ? <Failed error={data.run.error} retry={() => void data.run.refetch()} /> : <PageLoading />
  return <Session key={run.id} run={run} data={data} />
}

function Session({ run, data }: { run: Run; data: ReturnType<typeof useRun> }) {
  const { t } = useTranslation('debug')
  const narrow = useNarrow()
  const navigate = useNavigate()
  const [place, go] = usePlace()
  const debug = useDebugger(run, data.read)
  const past = usePast(run.id, debug.at)
  const pins = useFlowPins(run.flow)
  const [replay, setReplay] = useState<Replay>()
  const [menu, setMenu] = useState<{ node: string; x: number; y: number }>()
  const stop = debug.at === undefined ? debug.paused : (past.state?.stop ?? null)
  const steps = useStepsThen(debug.at === undefined ? data.steps : (past.steps ?? data.steps), stop?.path)
  const stopped = stop?.path
  useFollowed(place, stopped, go)
  const looked = place.step ?? (stopped === '' ? undefined : stopped)
  const node = looked === undefined ? undefined : looked.split('.').at(-1)?.replace(/\[\d+\]$/, '')
  const { breakpoints, setBreakpoints } = debug
  const toggle = useCallback((id: string) => setBreakpoints(toggled(breakpoints, id)), [breakpoints, setBreakpoints])
  const differences = replay?.differences ?? noDifferences
  const decorate = useCallback(
    (nodes: Map<string, NodeDecoration>) =>
      marked(nodes, { breakpoints, paused: stop, pins: new Set(Object.keys(pins)), differences }),
    [breakpoints, stop, pins, differences],
  )
  useKeys(debug, node, toggle)
  const leave = () => void navigate({ to: '/runs/$run', params: { run: run.id }, search: {} })
  const tabs = useMemo(
    () => [{ key: 'replay', label: t('replay.tab'), content: <ReplayTab run={run} replay={replay} setReplay={setReplay} go={go} /> }],
    [t, run, replay, go],
  )
  const head = (
    <>
      <RunHeader run={run} document={data.document} live={data.live} connected={data.connected} changed={data.read} leave={leave} />
      {!debug.paused && <RunNotice run={run} document={data.document} go={go} />}
    </>
  )
  const bar = <DebugBar debug={debug} document={data.document} past={past.state} node={node} go={go} />
  if (narrow) {
    return (
      <div className={pageStyles.page}>
        {head}
        {bar}
        <RunPhone run={run} data={data} place={place} go={go} />
      </div>
    )
  }
  const overlay: Overlay = {
    bar,
    tabs,
    decorate,
    panel: { open: true, content: <DebugPanel debug={debug} data={data} steps={steps} path={looked} go={go} /> },
    onBreakpointToggle: toggle,
    onNodeMenu: (id, screen) => setMenu({ node: id, ...screen }),
    ...(steps ? { steps: steps } : {}),
  }
  return (
    <div className={pageStyles.page}>
      {head}
      <RunView run={run} data={data} place={{ ...place, ...(looked ? { step: looked } : {}) }} go={go} overlay={overlay} />
      {menu && (
        <NodeMenu
          debug={debug}
          at={menu}
          path={stepOf(steps ?? [], menu.node, focusOf(looked))?.path}
          close={() => setMenu(undefined)}
          go={go}
        />
      )}
    </div>
  )
}

/** The steps with the one that the run stands at marked so. */
function useStepsThen(steps: readonly Step[] | undefined, stopped: string | undefined) {
  return useMemo(() => steps?.map((s) => (s.path === stopped ? { ...s, status: 'paused' as const } : s)), [steps, stopped])
}

/** When the run comes to stand somewhere else, that is looked at, whatever was chosen before. */
function useFollowed(place: RunPlace, stopped: string | undefined, go: (by: RunPlace) => void) {
  const before = useRef(stopped)
  useEffect(() => {
    if (before.current !== stopped && stopped !== undefined && place.step !== undefined) go({ step: undefined })
    before.current = stopped
  }, [stopped, place.step, go])
}

function useKeys(debug: ReturnType<typeof useDebugger>, node: string | undefined, toggle: (node: string) => void) {
  const { abilities, resume, pause, events, at, setPast } = debug
  const move = (by: number) => () => setPast(Math.min(Math.max((at ?? events) + by, 1), events))
  useDebugKeys({
    ...(abilities.resume
      ? {
          continue: () => void resume('continue'),
          over: () => void resume('over'),
          into: () => void resume('into'),
          out: () => void resume('out'),
          ...(node ? { toHere: () => void resume('to', { to: node }) } : {}),
        }
      : {}),
    ...(abilities.pause ? { pause: () => void pause() } : {}),
    ...(node ? { breakpoint: () => toggle(node) } : {}),
    ...(events > 0 ? { back: move(-1), forth: move(1) } : {}),
  })
}
