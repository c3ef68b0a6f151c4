import { describe, expect, it } from 'vitest'
import { keptChanges, mergeRuns, withChanges } from './live'
import type { RunSummary } from './types'

const run = (id: string, status: RunSummary['status'] = 'succeeded'): RunSummary => ({
  id, flow: 'orders', version: 1, status, error: null, startedAt: '2026-03-01T09:00:00Z', endedAt: null, durationMs: null, keys: {}, parent: null,
  trigger: { type: 'call' },
})
const any = { all: false, selects: () => true }
const shown = (runs: RunSummary[]) => runs.map((r) => `${r.id} ${r.status}`)

describe('a live list', () => {
  it('shows what is new at its top and what changed in its place', () => {
    const { changes } = withChanges(new Map(), [run('5', 'running'), run('3', 'failed'), run('5')])
    expect(shown(mergeRuns([run('4'), run('3', 'running')], changes, any).rows)).toEqual(['5 succeeded', '4 succeeded', '3 failed'])
  })
  it('only counts what is newer than the reader has seen', () => {
    const { changes } = withChanges(new Map(), [run('5'), run('6'), run('3', 'failed')])
    const { rows, fresh } = mergeRuns([run('4'), run('3')], changes, { ...any, upTo: '4' })
    expect(shown(rows)).toEqual(['4 succeeded', '3 failed'])
    expect(fresh).toBe(2)
  })
  it('drops what is not selected any more', () => {
    const { changes } = withChanges(new Map(), [run('4', 'succeeded')])
    expect(mergeRuns([run('4', 'running'), run('3', 'running')], changes, { all: true, selects: (r) => r.status === 'running' }).rows).toHaveLength(1)
  })
  it('leaves older runs to the next page, if there is one', () => {
    const { changes } = withChanges(new Map(), [run('1', 'failed')])
    expect(mergeRuns([run('3')], changes, any).rows).toHaveLength(1)
    expect(mergeRuns([run('3')], changes, { ...any, all: true }).rows).toHaveLength(2)
  })
  it('keeps the newest changes and says when it lost some', () => {
    const many = Array.from({ length: keptChanges + 10 }, (_, i) => run(String(10_000 + i)))
    const { changes, overflow } = withChanges(new Map(), many)
    expect(overflow).toBe(true)
    expect(changes.size).toBe(keptChanges)
    expect(changes.has('10009')).toBe(false)
  })
})
