import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { call } from '../api/client'
import { keyOf, useCall } from '../api/hooks'
import type { Json } from '../api/json'
import type { FlowDocument } from '../document/types'
import { readDocument } from '../document/read'
import type { Step } from './model/types'
import { isLive } from './model/types'
import { useStream } from './useStream'

const stepsPage = 10_000
/** While a run goes on, it is read again at most this often. */
const readEveryMs = 700

/** A run, the flow that it executes and its steps without payload, kept current while it goes on. */
export function useRun(id: string) {
  const run = useCall('getRun', { path: { id } })
  const live = run.data !== undefined && isLive(run.data.status)
  const steps = useSteps(id)
  const flow = useCall('getRunFlow', { path: { id } }, { staleTime: Infinity })
  const read = useReader(id)
  const connected = useStream(`/api/v1/runs/${encodeURIComponent(id)}/events`, live, read)
  const document = useExecuted(flow.data)
  const stopped = run.data?.stop?.path
  const list = useMemo(() => steps.data?.map((s) => (s.path === stopped ? { ...s, status: 'paused' as const } : s)), [steps.data, stopped])
  return { run, steps: list, stepsError: steps.error, document, flowError: flow.error, live, connected, read }
}

/** All steps of a run, in the order they began. */
export function useSteps(id: string) {
  return useQuery({
    queryKey: [...keyOf('listSteps', { path: { id } }), 'brief'],
    queryFn: async ({ signal }) => {
      const items: Step[] = []
      let cursor: string | undefined
      do {
        const page = await call('listSteps', { path: { id }, query: { brief: true, limit: stepsPage, cursor } }, signal)
        items.push(...page.items)
        cursor = page.next ?? undefined
      } while (cursor)
      return items
    },
  })
}

/** Reads what there is of a run again, at once and then not too often. */
function useReader(id: string): () => void {
  const client = useQueryClient()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const last = useRef(0)
  useEffect(() => () => clearTimeout(timer.current), [])
  return useCallback(() => {
    const read = () => {
      timer.current = undefined
      last.current = Date.now()
      for (const what of ['getRun', 'listSteps', 'listWaits', 'listJournal'] as const) {
        void client.invalidateQueries({ queryKey: [what], predicate: (q) => isOf(q.queryKey, id) })
      }
    }
    if (timer.current !== undefined) return
    timer.current = setTimeout(read, Math.max(0, last.current + readEveryMs - Date.now()))
  }, [client, id])
}

/** Whether a cached answer is of this run. */
function isOf(key: readonly unknown[], id: string): boolean {
  const asked = key[1] as { path?: { id?: string } } | undefined
  return asked?.path?.id === id
}

/** The executed document; where only its logic is kept, nodes stand where the flow of today has them. */
function useExecuted(flow: { id: string; document: unknown } | undefined): FlowDocument | null {
  const document = useMemo(() => (flow ? readDocument(flow.document) : null), [flow])
  const bare = document !== null && document.layout === undefined
  const today = useCall('getFlow', { path: { id: flow?.id ?? '' } }, { enabled: bare, staleTime: Infinity })
  return useMemo(() => {
    const other = bare && today.data ? readDocument(today.data.document as Json) : null
    return document && other?.layout ? { ...document, title: other.title, layout: other.layout } : document
  }, [document, bare, today.data])
}

/** One step with its input and output. */
export function useStep(id: string, path: string | undefined, settled: boolean) {
  const asked = useCall(
    'listSteps',
    { path: { id }, query: { path: path ?? '' } },
    { enabled: path !== undefined, ...(settled ? { staleTime: 60_000 } : {}) },
  )
  return { ...asked, step: asked.data?.items[0] }
}

/** The time, while something goes on. */
export function useNow(running: boolean): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!running) return
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [running])
  return now
}
