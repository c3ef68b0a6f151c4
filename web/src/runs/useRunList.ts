import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { keyOf, useCall, usePages } from '../api/hooks'
import type { StreamEvent } from '../api/stream'
import type { RunFilters } from './model/filters'
import { selects, toQuery } from './model/filters'
import type { Changes } from './model/live'
import { mergeRuns, withChanges } from './model/live'
import type { RunSummary } from './model/types'
import { useStream } from './useStream'

const pageSize = 200
/** How often the figures are read again while runs come and go. */
const summaryEveryMs = 5_000
export const buckets = 48

const none: Changes = new Map()

/** The query of filters as JSON. What "the last hour" means is settled when it is chosen. */
function settled(filters: string): ReturnType<typeof toQuery> {
  return toQuery(JSON.parse(filters) as RunFilters, Date.now())
}

function merged(read: readonly RunSummary[], changes: Changes, upTo: string | undefined, all: boolean, filters: RunFilters) {
  const now = Date.now()
  return mergeRuns(read, changes, { upTo, all, selects: (run) => selects(filters, run, now) })
}

/** The runs that the filters show, kept current; `scrolled` holds back what is new. */
export function useRunList(filters: RunFilters, scrolled: boolean) {
  const client = useQueryClient()
  const { status, ...rest } = filters
  const key = JSON.stringify(rest)
  const query = useMemo(() => settled(key), [key])
  const pages = usePages('listRuns', { query: { ...query, status, limit: pageSize } }, { staleTime: Infinity })
  const [changes, setChanges] = useState(none)
  const [shownKey, setShownKey] = useState(key)
  if (shownKey !== key) {
    setShownKey(key)
    setChanges(none)
  }
  const { refetch } = pages
  const reload = useCallback(() => {
    setChanges(none)
    void refetch()
  }, [refetch])
  const summary = useCall('summariseRuns', { query: { ...query, buckets } }, { refetchInterval: 30_000 })
  const due = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(due.current), [])
  const onEvents = (events: readonly StreamEvent[]) => {
    const runs = events.filter((e) => e.type === 'run').map((e) => e.data as unknown as RunSummary)
    if (events.some((e) => e.type === 'reset')) reload()
    else if (!scrolled && withChanges(changes, runs).overflow) reload()
    else setChanges((before) => withChanges(before, runs).changes)
    due.current ??= setTimeout(() => {
      due.current = undefined
      void client.invalidateQueries({ queryKey: keyOf('summariseRuns') })
    }, summaryEveryMs)
  }
  const live = useStream('/api/v1/events', true, onEvents)
  useEffect(() => {
    // What changed between the reading of the list and the stream's beginning is in neither.
    if (live) void refetch()
  }, [live, refetch])

  const read = useMemo(() => (pages.data?.pages ?? []).flatMap((p) => p.items), [pages.data])
  const upTo = useHeldBack(scrolled, read, changes)
  const shown = useMemo(() => merged(read, changes, upTo, !pages.hasNextPage, filters), [read, changes, upTo, pages.hasNextPage, filters])
  return { ...shown, pages, summary, live, reload }
}

/** The newest run that was there when the list was scrolled away from its top. */
function useHeldBack(scrolled: boolean, read: readonly RunSummary[], changes: Changes): string | undefined {
  const [upTo, setUpTo] = useState<string>()
  if (scrolled && upTo === undefined) setUpTo([read[0]?.id ?? '', ...changes.keys()].toSorted().at(-1))
  if (!scrolled && upTo !== undefined) setUpTo(undefined)
  return upTo
}
