import { createContext, use, useEffect, useState } from 'react'
import { useCall } from '../../api/hooks'
import type { RunsSummary } from '../../api/schema'

const day = 86_400_000
const refresh = 60_000

/** When the last 24 hours began, moved on once a minute for all rows together. */
export const DayStart = createContext('')

export function useDayStart(): string {
  const [from, setFrom] = useState(() => new Date(Date.now() - day).toISOString())
  useEffect(() => {
    const timer = setInterval(() => setFrom(new Date(Date.now() - day).toISOString()), refresh)
    return () => clearInterval(timer)
  }, [])
  return from
}

/** What a flow did in the last 24 hours; undefined until it is known. */
export function useDay(flow: string): RunsSummary | undefined {
  const from = use(DayStart)
  return useCall('summariseRuns', { query: { flow, from, buckets: 24 } }, { staleTime: refresh, keepsPrevious: true }).data
}

/** How many of them there were, and how many failed. */
export function totals(summary: RunsSummary): { started: number; failed: number; p95: number | null } {
  const own = summary.flows[0]
  return { started: own?.started ?? 0, failed: own?.failed ?? 0, p95: own?.p95Ms ?? null }
}
