/** A list of runs kept current by events. Pure. */
import type { RunSummary } from './types'

/** At most so many changes are kept; whoever missed more reads the list again. */
export const keptChanges = 2_000

/** What events said since the list was read, by id. */
export type Changes = ReadonlyMap<string, RunSummary>

/** The changes with more of them. `overflow` says that there were too many and the list has to be read again. */
export function withChanges(before: Changes, runs: readonly RunSummary[]): { changes: Changes; overflow: boolean } {
  const changes = new Map(before)
  for (const run of runs) changes.set(run.id, run)
  if (changes.size <= keptChanges) return { changes, overflow: false }
  const newest = [...changes.keys()].toSorted().slice(-keptChanges)
  return { changes: new Map(newest.map((id) => [id, changes.get(id) as RunSummary])), overflow: true }
}

export interface Shown {
  rows: RunSummary[]
  /** How many newer runs wait to be shown. */
  fresh: number
}

/**
 * The rows of a list, newest first: what was read, as it is now, and what is new. Ids sort by time. Runs newer than
 * `upTo` are only counted; runs older than what was read are left to the next page unless there is none.
 */
export function mergeRuns(
  read: readonly RunSummary[],
  changes: Changes,
  options: { upTo?: string | undefined; all: boolean; selects: (run: RunSummary) => boolean },
): Shown {
  const rows: RunSummary[] = []
  const known = new Set<string>()
  let fresh = 0
  for (const run of read) {
    known.add(run.id)
    const now = changes.get(run.id) ?? run
    if (options.selects(now)) rows.push(now)
  }
  const oldest = read.at(-1)?.id ?? ''
  for (const run of changes.values()) {
    if (known.has(run.id) || !options.selects(run) || (!options.all && run.id < oldest)) continue
    if (options.upTo !== undefined && run.id > options.upTo) fresh++
    else rows.push(run)
  }
  return { rows: rows.toSorted((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0)), fresh }
}
