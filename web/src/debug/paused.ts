import type { Run } from '../api/schema'
import type { PausedAt } from './api'

/** Where a run stands stopped; null where it does not. */
export function pausedOf(run: Pick<Run, 'status'> & { pausedAt: unknown }): PausedAt | null {
  if (run.status !== 'paused') return null
  const at = run.pausedAt
  if (typeof at === 'string') return { path: at, node: at.slice(at.lastIndexOf('.') + 1), on: 'before', at: '' }
  return typeof at === 'object' && at !== null ? (at as PausedAt) : null
}
