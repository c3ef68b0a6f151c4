import { describe, expect, it } from 'vitest'
import type { NodeType } from '../api/schema'
import type { FlowDocument } from '../document/types'
import { mentioned } from './preview'
import { afterError, before, exampleOf, exampleScope, inItems, upstream } from './upstream'

const doc: FlowDocument = {
  sluice: 1, id: 'f', vars: { n: 1 },
  input: { type: 'object', properties: { order_id: { type: 'integer' }, items: { type: 'array', items: { type: 'object', properties: { sku: { type: 'string', examples: ['A-1'] } } } } } },
  nodes: [
    { id: 'a', type: 'set' },
    { id: 'side', type: 'set' },
    { id: 'each', type: 'foreach', body: { nodes: [{ id: 'x', type: 'set' }, { id: 'y', type: 'set' }], edges: [{ from: 'x', to: 'y' }] } },
    { id: 'z', type: 'set' },
    { id: 'rescue', type: 'set' },
  ],
  edges: [{ from: 'a', to: 'each' }, { from: 'a', to: 'side' }, { from: 'each', to: 'z' }, { from: 'each', port: 'error', to: 'rescue' }],
}
const typeOf = (type: string) =>
  ({ schema: type === 'foreach' ? { 'x-items': true } : {}, examples: [{ want: { output: { of: type } } }] }) as unknown as NodeType

describe('what a node can name', () => {
  it('is what ran before it, also around its container', () => {
    expect(upstream(doc, 'y')).toEqual(['x', 'a'])
    expect(upstream(doc, 'z')).toEqual(['each', 'a'])
    expect(upstream(doc, 'a')).toEqual([])
    expect(before(doc, 'z')).toEqual(['each'])
  })
  it('has items within a loop and an error behind an error port', () => {
    expect(inItems(doc, 'y', typeOf)).toBe(true)
    expect(inItems(doc, 'each', typeOf)).toBe(false)
    expect(afterError(doc, 'rescue')).toBe(true)
    expect(afterError(doc, 'z')).toBe(false)
  })
  it('has shapes where there is no run', () => {
    expect(exampleScope(doc, 'y', typeOf)).toMatchObject({ input: { of: 'set' }, nodes: { x: { of: 'set' }, a: { of: 'set' } }, vars: { n: 1 }, item: null })
    expect(exampleScope(doc, 'a', typeOf)).toMatchObject({ input: { order_id: 0, items: [{ sku: 'A-1' }] }, trigger: { type: 'call' } })
    expect(exampleOf({ type: ['string', 'null'] })).toBe('')
  })
  it('is found in texts', () => {
    expect(mentioned('a {{ nodes.save.x }} nodes.no {{ nodes["get-detail"].y + vars.nodes }}')).toEqual(['save', 'get-detail'])
    expect(mentioned('nodes.x + 1')).toEqual(['x'])
  })
})
