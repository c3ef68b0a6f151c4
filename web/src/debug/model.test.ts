import { describe, expect, it } from 'vitest'
import { parseJson } from '../api/json'
import type { PausedAt, Scope } from './api'
import { abilitiesOf, askOf, breakpointOf, editCount, eventAt, marked, namesOf, noEdits, patchOf, pathInSight, toggled, withBreakpoint, withEdit } from './model'
import { pausedOf } from './paused'

const before: PausedAt = { path: 'each[3].save', node: 'save', on: 'before', at: '2026-03-01T09:00:00Z', attempt: 1, error: null, more: 0 }

describe('breakpoints', () => {
  it('are put in and taken out by a click', () => {
    const one = toggled([], 'save')
    expect(one).toEqual([{ node: 'save', on: 'before' }])
    expect(toggled(one, 'save')).toEqual([])
  })
  it('of sub-flows stay when one of the same name goes', () => {
    const child = { node: 'save', flow: 'other' }
    expect(toggled([child, { node: 'save' }], 'save')).toEqual([child])
    expect(breakpointOf([child], 'save')).toBeUndefined()
  })
  it('are replaced in their place, an empty condition left out', () => {
    const list = [{ node: 'a' }, { node: 'b' }, { node: 'c' }]
    expect(withBreakpoint(list, 'b', { node: 'b', on: 'error', when: ' ' })).toEqual([{ node: 'a' }, { node: 'b', on: 'error' }, { node: 'c' }])
    expect(withBreakpoint(list, 'd', { node: 'd', when: ' index > 2 ' }).at(-1)).toEqual({ node: 'd', on: 'before', when: 'index > 2' })
    expect(withBreakpoint(list, 'b', undefined)).toHaveLength(2)
  })
  it('are drawn beside where the run stands and what is pinned', () => {
    const nodes = marked(new Map([['save', { status: 'running', count: 2 }]]), {
      breakpoints: [{ node: 'save', when: 'true' }, { node: 'x', flow: 'other' }], paused: { ...before, on: 'error' }, pins: new Set(['fetch']),
      differences: [{ path: 'tell', node: 'tell', kind: 'output', before: 1, after: 2 }],
    })
    expect(nodes.get('save')).toEqual({ status: 'paused', count: 2, breakpoint: 'conditional', paused: 'error' })
    expect(nodes.get('fetch')).toEqual({ pinned: true })
    expect(nodes.get('tell')).toEqual({ change: 'changed' })
    expect(nodes.has('x')).toBe(false)
  })
})

describe('what can be done', () => {
  it('depends on how a run stands', () => {
    expect(abilitiesOf('paused', before, false)).toEqual({ resume: true, pause: false, skip: true, again: false, judge: false, edit: true })
    expect(abilitiesOf('paused', { ...before, on: 'error' }, false)).toMatchObject({ skip: true, again: true })
    expect(abilitiesOf('paused', { ...before, on: 'after' }, false)).toMatchObject({ resume: true, skip: false })
    expect(abilitiesOf('paused', { ...before, on: 'unknown' }, false)).toMatchObject({ resume: false, judge: true, edit: false })
    expect(abilitiesOf('running', null, false)).toMatchObject({ resume: false, pause: true })
    expect(abilitiesOf('failed', null, false)).toEqual({ resume: false, pause: false, skip: false, again: false, judge: false, edit: false })
  })
  it('is nothing in the past', () => {
    expect(Object.values(abilitiesOf('paused', before, true)).some(Boolean)).toBe(false)
  })
  it('is known from what the server says of a run', () => {
    expect(pausedOf({ status: 'running', stop: null })).toBeNull()
    expect(pausedOf({ status: 'paused', stop: before })).toBe(before)
  })
})

describe('edits', () => {
  it('become the patch of a resume, big integers as they are', () => {
    const id = parseJson('{"order_id": 6917223378889540123}')
    const edits = withEdit(withEdit(noEdits, 'vars', 'last', 'A1'), 'outputs', 'each[3].fetch', id)
    expect(editCount(edits)).toBe(2)
    expect(patchOf(edits)).toEqual({ vars: { last: 'A1' }, outputs: { 'each[3].fetch': id } })
    expect(patchOf(withEdit(edits, 'vars', 'last', undefined))).toEqual({ outputs: { 'each[3].fetch': id } })
    expect(patchOf(noEdits)).toBeUndefined()
  })
})

const asked = (type: string, args: string, connection: { config: { baseUrl: string } } | null = null) =>
  askOf({ type, write: true, args: parseJson(args), connection: connection && { id: 'shop', type: 'http', ...connection }, problem: null })

describe('what a node is about to do', () => {
  it('is a request with its whole address', () => {
    expect(asked('http.request@1', '{"method": "POST", "path": "orders", "headers": {"X-Id": 6917223378889540123}, "body": {"a": 1}}', { config: { baseUrl: 'http://x/' } })).toEqual({
      kind: 'request', method: 'POST', url: 'http://x/orders', query: [], headers: [['X-Id', '6917223378889540123']], body: { a: 1 },
    })
    expect(asked('http.request@1', '{"url": "http://y/z", "query": {"q": "a"}}')).toMatchObject({ method: 'GET', url: 'http://y/z', query: [['q', 'a']], body: undefined })
  })
  it('is statements or something else', () => {
    expect(asked('db.query@1', '{"sql": "SELECT 1", "args": {"id": 1}}')).toEqual({ kind: 'statement', statements: [{ sql: 'SELECT 1', args: { id: 1 } }] })
    expect(asked('db.exec@1', '{"statements": [{"sql": "A"}, {"sql": "B", "args": [1]}]}')).toEqual({
      kind: 'statement', statements: [{ sql: 'A', args: undefined }, { sql: 'B', args: [1] }],
    })
    expect(asked('push@1', '{"text": "hello"}')).toEqual({ kind: 'other', value: { text: 'hello' } })
    expect(askOf(null)).toBeNull()
  })
})

it('names what expressions can see', () => {
  const scope: Scope = {
    seq: 4, path: 'a', node: 'a', type: 'map', phase: 'paused', attempt: 1, trigger: { type: 'call' }, input: null, nodes: {}, vars: { x: 1 }, item: null, index: null,
    error: null, output: null, ask: null, run: {}, flow: {},
  }
  expect(Object.keys(namesOf(scope))).toEqual(['trigger', 'input', 'nodes', 'vars', 'run', 'flow'])
  expect(namesOf({ ...scope, index: 2, item: 'A' })).toMatchObject({ index: 2, item: 'A' })
  expect(namesOf(undefined)).toEqual({})
})

it('stays within the events of a run', () => {
  expect([eventAt(3, -5, 9), eventAt(3, 1, 9), eventAt(9, 1, 9), eventAt(1, 0, 0)]).toEqual([1, 4, 9, 1])
})

it('knows which activation of a node is in sight', () => {
  const owners: Record<string, string | null> = { fetch: null, each: null, a: 'each', inner: 'each', b: 'inner' }
  const at = (place: string, node: string) => pathInSight((id) => owners[id], place, node)
  expect([at('each[3].inner[0].x', 'b'), at('each[3].inner[0].x', 'a'), at('each[3].inner[0].x', 'fetch'), at('done', 'fetch')]).toEqual([
    'each[3].inner[0].b', 'each[3].a', 'fetch', 'fetch',
  ])
})
