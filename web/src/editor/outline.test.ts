import { describe, expect, it } from 'vitest'
import type { FlowDocument } from '../document/types'
import { outline, treeStep } from './outline'

const doc: FlowDocument = {
  sluice: 1, id: 'f',
  triggers: [{ id: 'hook', type: 'webhook' }],
  nodes: [
    { id: 'a', type: 'map' },
    { id: 'loop', type: 'foreach', body: { nodes: [{ id: 'in', type: 'map' }, { id: 'deep', type: 'group', body: { nodes: [{ id: 'last', type: 'map' }] } }] } },
    { id: 'empty', type: 'group', body: { nodes: [] } },
  ],
}

describe('the list of nodes', () => {
  it('nests as the document does', () => {
    expect(outline(doc, new Set()).map((r) => `${r.level}.${r.position}/${r.count} ${r.id} ${r.open ?? ''}`.trim())).toEqual([
      '1.1/4 @hook', '1.2/4 a', '1.3/4 loop true', '2.1/2 in', '2.2/2 deep true', '3.1/1 last', '1.4/4 empty',
    ])
    expect(outline(doc, new Set(['loop'])).map((r) => r.id)).toEqual(['@hook', 'a', 'loop', 'empty'])
  })

  const rows = outline(doc, new Set(['deep']))
  const at = (id: string) => rows.findIndex((r) => r.id === id)
  it.each([
    ['a', 'ArrowDown', { go: 'loop' }],
    ['@hook', 'ArrowUp', undefined],
    ['loop', 'ArrowRight', { go: 'in' }],
    ['deep', 'ArrowRight', { unfold: 'deep' }],
    ['loop', 'ArrowLeft', { fold: 'loop' }],
    ['deep', 'ArrowLeft', { go: 'loop' }],
    ['empty', 'ArrowRight', undefined],
    ['in', 'Home', { go: '@hook' }],
    ['in', 'End', { go: 'empty' }],
    ['in', 'x', undefined],
  ])('%s %s', (id, key, step) => expect(treeStep(rows, at(id), key)).toEqual(step))
})
