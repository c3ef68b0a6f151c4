import type { PausedAt, Run } from './api'

/** Where a run stands stopped; null where it does not. */
export function pausedOf(run: Pick<Run, 'status' | 'stop'>): PausedAt | null {
  return run.status === 'paused' ? run.stop : null
}
