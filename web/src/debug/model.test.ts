import { describe, expect, it } from 'vitest'
import { parseJson } from '../api/json'
import type { PausedAt } from './api'
import { abilitiesOf, askOf, breakpointOf, editCount, eventAt, marked, namesOf, noEdits, patchOf, pathInSight, toggled, withBreakpoint, withEdit } from './model'
import { pausedOf } from './paused'

const before: PausedAt = { path: 'each[3].save', node: 'save', on: 'before', at: '2026-03-01T09:00:00Z' }

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
    expect(pausedOf({ status: 'running', pausedAt: null })).toBeNull()
    expect(pausedOf({ status: 'paused', pausedAt: before })).toBe(before)
    expect(pausedOf({ status: 'paused', pausedAt: 'each[3].save' })).toMatchObject({ path: 'each[3].save', node: 'save', on: 'before' })
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

describe('what a node is about to do', () => {
  it('is a request, a statement or something else', () => {
    expect(askOf(parseJson('{"method": "POST", "url": "http://x/y", "headers": {"X-Id": 6917223378889540123}, "body": {"a": 1}}'))).toEqual({
      kind: 'request', method: 'POST', url: 'http://x/y', headers: [['X-Id', '6917223378889540123']], body: { a: 1 },
    })
    expect(askOf({ sql: 'SELECT 1', args: null })).toEqual({ kind: 'statement', sql: 'SELECT 1', args: undefined })
    expect(askOf({ text: 'hello' })).toEqual({ kind: 'other', value: { text: 'hello' } })
    expect(askOf(null)).toBeNull()
  })
})

it('names what expressions can see', () => {
  expect(namesOf({ seq: 4, path: 'a', vars: { x: 1 }, item: null, nodes: {} })).toEqual({ vars: { x: 1 }, item: null, nodes: {} })
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
