import { describe, expect, it } from 'vitest'
import type { FlowDocument } from '../../document/types'
import { decorationsOf, edgesTaken, inFocus, talliesOf } from './picture'
import { step } from './fixture'

const doc: FlowDocument = {
  sluice: 1, id: 'orders',
  nodes: [
    { id: 'arrived', type: 'branch' }, { id: 'save', type: 'db.exec' }, { id: 'tell', type: 'push' }, { id: 'alarm', type: 'push' },
    { id: 'each', type: 'foreach', body: { nodes: [{ id: 'a', type: 'map' }, { id: 'b', type: 'map' }], edges: [{ from: 'a', to: 'b' }] } },
  ],
  edges: [
    { from: 'arrived', port: 'true', to: 'save' }, { from: 'arrived', port: 'false', to: 'tell' }, { from: 'save', to: 'each' },
    { from: 'save', port: 'error', to: 'alarm' },
  ],
}

const steps = [
  step('arrived', { type: 'branch', port: 'true' }), step('tell', { status: 'skipped', port: null }), step('save', { durationMs: 30 }),
  step('each', { status: 'running', port: null }), step('each[0].a'), step('each[0].b'), step('each[1].a', { status: 'failed', port: null, error: { code: 'x', message: 'broken' } }),
]

describe('the picture of a run', () => {
  it('draws the way that was taken', () => {
    const edges = edgesTaken(doc, steps, new Map())
    expect(edges.get('arrived:true:save')).toEqual({ state: 'taken' })
    expect(edges.get('arrived:false:tell')).toEqual({ state: 'skipped' })
    expect(edges.get('save:out:each')).toEqual({ state: 'active' })
    expect(edges.get('save:error:alarm')).toEqual({ state: 'skipped' })
    expect(edges.get('a:out:b')).toEqual({ state: 'taken' })
  })
  it('takes the error edge of a node that failed', () => {
    const failed = [step('save', { status: 'failed', port: 'error' }), step('alarm')]
    const edges = edgesTaken(doc, failed, new Map())
    expect(edges.get('save:error:alarm')).toEqual({ state: 'taken' })
    expect(edges.get('save:out:each')).toEqual({ state: 'skipped' })
  })
  it('goes on behind a node that failed where the flow says so', () => {
    const edges = edgesTaken(doc, [step('save', { status: 'failed', port: null }), step('each', { status: 'running', port: null })], new Map())
    expect(edges.get('save:out:each')).toEqual({ state: 'active' })
    expect(edges.get('save:error:alarm')).toEqual({ state: 'skipped' })
  })
  it('sees every way of a node that leaves by several ports', () => {
    const all = [step('arrived', { port: 'true' }), step('save'), step('tell')]
    expect(edgesTaken(doc, all, new Map()).get('arrived:false:tell')).toEqual({ state: 'taken' })
  })
  it('counts activations of a body, the strongest status on top', () => {
    const tallies = talliesOf(steps, new Map())
    expect(tallies.get('a')).toMatchObject({ status: 'failed', count: 2, failed: 1, error: 'broken' })
    expect(tallies.get('tell')).toMatchObject({ status: 'skipped', count: 0 })
    expect(decorationsOf(tallies, 'callback').get('a')).toMatchObject({ badge: '1/2', durationMs: 10 })
    expect(decorationsOf(tallies, 'callback').get('@callback')).toEqual({ status: 'succeeded' })
  })
  it('looks at one item only where it is asked to', () => {
    const focus = new Map([['each', 0]])
    expect(talliesOf(steps, focus).get('a')).toMatchObject({ status: 'succeeded', count: 1 })
    expect(inFocus('each[0].inner[4].x', focus)).toBe(true)
    expect(inFocus('each[1].inner[4].x', focus)).toBe(false)
    expect(inFocus('save', focus)).toBe(true)
  })
})
