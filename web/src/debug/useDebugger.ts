import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { App } from 'antd'
import { useCallback, useEffect, useState } from 'react'
import { call } from '../api/client'
import { useAll } from '../api/hooks'
import type { Breakpoint, Mode, Resume, Run, Step } from './api'
import { debugApi } from './api'
import type { Abilities, Edits } from './model'
import { abilitiesOf, noEdits, patchOf } from './model'
import { pausedOf } from './paused'

/** A run under the debugger: where it stands, what is changed before it goes on, and where in its past one looks. */
export function useDebugger(run: Run, changed: () => void) {
  const { message } = App.useApp()
  const { id } = run
  const paused = pausedOf(run)
  const [edits, setEdits] = useState<Edits>(noEdits)
  const [busy, setBusy] = useState<string>()
  const [at, setAt] = useState<number>()
  const { events } = run
  // The last event is now: whoever goes there sees the run go on.
  const setPast = useCallback((n: number | undefined) => setAt(n !== undefined && n < events ? n : undefined), [events])
  const abilities: Abilities = abilitiesOf(run.status, paused, at !== undefined)
  const breakpoints = useBreakpoints(run)

  const failed = (e: unknown) => {
    void message.error(e instanceof Error ? e.message : String(e), 6)
    return false
  }
  const act = (name: string, what: () => Promise<unknown>): Promise<boolean> => {
    setBusy(name)
    return what()
      .then(() => true, failed)
      .finally(() => {
        setBusy(undefined)
        changed()
      })
  }
  const resume = async (mode: Mode, more: Omit<Resume, 'mode'> = {}) => {
    const patch = patchOf(edits)
    if (await act(mode, () => debugApi.resume(id, { mode, ...(patch ? { patch } : {}), ...more }))) setEdits(noEdits)
  }
  const pause = () => act('pause', () => debugApi.pause(id))
  const stop = () => act('stop', () => call('cancelRun', { path: { id } }))
  return { run, paused, events, at, setPast, edits, setEdits, abilities, busy, act, resume, pause, stop, ...breakpoints }
}

export type Debugger = ReturnType<typeof useDebugger>

const noBreakpoints: readonly Breakpoint[] = []

/** The breakpoints in force: of the run while it can still stop, of its flow after that. */
function useBreakpoints(run: Run) {
  const { message } = App.useApp()
  const ended = run.endedAt !== null
  const ofFlow = useAll('getBreakpoints', { path: { id: run.flow } }, { staleTime: 30_000 })
  const kept = ended ? ofFlow.data : run.breakpoints
  // What was set here shows at once, before the server has told of it.
  const [own, setOwn] = useState<{ of: unknown; list: readonly Breakpoint[] }>()
  const list = own && own.of === kept ? own.list : (kept ?? own?.list ?? noBreakpoints)
  const setBreakpoints = useCallback(
    (next: Breakpoint[]) => {
      setOwn({ of: kept, list: next })
      const saved = ended ? call('putBreakpoints', { path: { id: run.flow }, body: next }) : call('putRunBreakpoints', { path: { id: run.id }, body: next })
      saved.catch((e: Error) => {
        setOwn(undefined)
        void message.error(e.message, 6)
      })
    },
    [kept, ended, run.flow, run.id, message],
  )
  const keepForFlow = useCallback(() => call('putBreakpoints', { path: { id: run.flow }, body: [...list] }), [run.flow, list])
  return { breakpoints: list, setBreakpoints, keepForFlow }
}

/** What is in sight where a run stands, at one of its steps, or as it was after one of its events. */
export function useScope(run: string, place: { path?: string | undefined; at?: number | undefined; events: number }, enabled: boolean) {
  const { path, at, events } = place
  return useQuery({
    queryKey: ['scope', run, path, at, events],
    queryFn: ({ signal }) => call('getScope', { path: { id: run }, query: { path, at } }, signal),
    enabled,
    retry: false,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  })
}

/** The run as it was after an event: its state and its steps. Undefined while it is looked at as it is now. */
export function usePast(run: string, at: number | undefined) {
  const wanted = useDebounced(at, 120)
  const state = useQuery({
    queryKey: ['stateAt', run, wanted],
    queryFn: ({ signal }) => call('getState', { path: { id: run }, query: { at: wanted ?? 1 } }, signal),
    enabled: wanted !== undefined,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  })
  const steps = useQuery({
    queryKey: ['stepsAt', run, wanted],
    queryFn: ({ signal }) => stepsAt(run, wanted ?? 1, signal),
    enabled: wanted !== undefined,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  })
  return at === undefined ? { state: undefined, steps: undefined, error: null } : { state: state.data, steps: steps.data, error: state.error ?? steps.error }
}

async function stepsAt(run: string, at: number, signal: AbortSignal): Promise<Step[]> {
  const items: Step[] = []
  let cursor: string | undefined
  do {
    const page = await call('listSteps', { path: { id: run }, query: { at, brief: true, limit: 10_000, cursor } }, signal)
    items.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor)
  return items
}

function useDebounced<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}
