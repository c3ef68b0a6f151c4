import type { RunSummary } from './types'

/** The end of a run's id, which tells runs of one time apart; the beginning is the time. */
export function shortId(id: string): string {
  return id.length > 10 ? id.slice(-8) : id
}

/** The triggers that have a name in the catalogue. */
export const triggerTypes = ['webhook', 'cron', 'queue', 'event', 'call'] as const
export type TriggerType = (typeof triggerTypes)[number]

export function triggerOf(run: Pick<RunSummary, 'trigger' | 'parent'>): TriggerType | 'subflow' | undefined {
  if (run.parent) return 'subflow'
  return triggerTypes.find((t) => t === run.trigger.type)
}
