import type { Run, RunSummary, RunsSummary, Step, Wait } from '../../api/schema'

export type { Run, RunSummary, RunsSummary, Step, Wait }

export const runStatuses = ['queued', 'running', 'waiting', 'paused', 'succeeded', 'failed', 'cancelled'] as const
export type RunStatus = (typeof runStatuses)[number]
export type StepStatus = Step['status']

/** Whether a run with this status goes on by itself or by somebody's word. */
export function isLive(status: RunStatus): boolean {
  return status !== 'succeeded' && status !== 'failed' && status !== 'cancelled'
}
