import { describe, expect, it } from 'vitest'
import { fromSearchField, readFilters, selects, toQuery, withFilters } from './filters'
import type { RunSummary } from './types'

const run: RunSummary = {
  id: '01jd', flow: 'orders', version: 3, status: 'failed', error: { code: 'http.timeout', message: 'No answer' },
  startedAt: '2026-03-01T09:00:00Z', endedAt: null, durationMs: null, keys: { order_id: '6917223378889540123' }, parent: null,
  trigger: { type: 'webhook' },
}
const is = (f: Parameters<typeof selects>[0]) => selects(f, run, now)
const now = Date.parse('2026-03-01T09:30:00Z')

describe('filters', () => {
  it('are read from an address, nonsense left out', () => {
    expect(readFilters({ flow: ' orders ', status: 'failed', key: 'order_id:1', range: '24h', from: 'x', colour: 'red' })).toEqual({
      flow: 'orders', status: 'failed', key: 'order_id:1', range: '24h',
    })
    expect(readFilters({ status: 'done', key: 'order_id', range: '2h', from: '2026-03-01', text: 8841 })).toEqual({ from: '2026-03-01', text: '8841' })
    // A number of 19 digits is not what was in the address any more.
    expect(readFilters({ text: Number('6917223378889540123') })).toEqual({})
  })
  it('let a range and a span take each other’s place', () => {
    expect(withFilters({ range: '1h', flow: 'a' }, { from: '2026-03-01' })).toEqual({ flow: 'a', from: '2026-03-01' })
    expect(withFilters({ from: '2026-03-01', to: '2026-03-02' }, { range: '7d' })).toEqual({ range: '7d' })
    expect(withFilters({ flow: 'a' }, { flow: undefined })).toEqual({})
  })
  it('ask the server for a range by where it begins', () => {
    expect(toQuery({ range: '1h', status: 'failed' }, now + 5_000)).toEqual({ status: 'failed', from: '2026-03-01T08:30:00.000Z' })
  })
  it('tell a key from a text', () => {
    expect(fromSearchField('order_id: SO-1')).toEqual({ key: 'order_id:SO-1' })
    expect(fromSearchField('order_id=SO-1')).toEqual({ key: 'order_id:SO-1' })
    expect(fromSearchField(' SO-1 ')).toEqual({ text: 'SO-1' })
    expect(fromSearchField(' ')).toEqual({})
  })
  it('select as the server does', () => {
    expect(is({})).toBe(true)
    expect(is({ flow: 'orders', status: 'failed', key: 'order_id:6917223378889540123', range: '1h', text: 'ANSWER' })).toBe(true)
    expect([is({ flow: 'order' }), is({ status: 'running' }), is({ key: 'order_id:6917' }), is({ text: 'refund' })]).toEqual([false, false, false, false])
    expect(is({ to: '2026-03-01T09:00:00Z' })).toBe(false)
    expect(is({ from: '2026-03-01T09:00:00Z' })).toBe(true)
  })
})
