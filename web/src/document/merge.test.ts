import { describe, expect, it } from 'vitest'
import { connect, place, removeNodes, setNodeKey } from './edit'
import { merge } from './merge'
import type { FlowDocument } from './types'

const base: FlowDocument = {
  sluice: 1,
  id: 'f',
  nodes: [
    { id: 'a', type: 'map', config: { fields: [] } },
    { id: 'b', type: 'map', config: { x: 1, y: 1 } },
    { id: 'c', type: 'group', body: { nodes: [{ id: 'd', type: 'map' }], edges: [] } },
  ],
  edges: [{ from: 'a', to: 'b' }],
  layout: { a: [0, 0], b: [280, 0], c: [560, 0] },
}
const ports = () => ['out']
const moved = (id: string) => place(base, new Map([[id, { x: 7, y: 7 }]]))

describe('two people on one draft', () => {
  it('keep both changes where they touched different things', () => {
    const mine = connect(setNodeKey(moved('a'), 'a', 'title', 'Mine'), { from: 'b', port: 'out', to: 'c' }, ports)
    const theirs = setNodeKey(setNodeKey(moved('b'), 'd', 'title', 'Theirs'), 'b', 'disabled', true)
    const joined = merge(base, mine, theirs)
    expect(joined).toEqual({
      doc: {
        ...base,
        nodes: [
          { id: 'a', type: 'map', config: { fields: [] }, title: 'Mine' },
          { id: 'b', type: 'map', config: { x: 1, y: 1 }, disabled: true },
          { id: 'c', type: 'group', body: { nodes: [{ id: 'd', type: 'map', title: 'Theirs' }], edges: [] } },
        ],
        edges: [{ from: 'a', to: 'b' }, { from: 'b', to: 'c' }],
        layout: { a: [7, 7], b: [7, 7], c: [560, 0] },
      },
    })
  })

  it('change different keys of one config', () => {
    const joined = merge(base, setNodeKey(base, 'b', 'config', { x: 2, y: 1 }), setNodeKey(base, 'b', 'config', { x: 1, y: 3 }))
    expect('doc' in joined && joined.doc.nodes[1]?.config).toEqual({ x: 2, y: 3 })
  })

  it('are asked where both changed the same', () => {
    expect(merge(base, setNodeKey(base, 'a', 'title', 'One'), setNodeKey(base, 'a', 'title', 'Two'))).toEqual({ conflicts: ['/nodes/a/title'] })
    expect(merge(base, moved('a'), place(base, new Map([['a', { x: 1, y: 1 }]])))).toEqual({ conflicts: ['/layout/a'] })
  })

  it('are asked where one changed what the other removed, or drew an edge to it', () => {
    expect(merge(base, removeNodes(base, ['b']), setNodeKey(base, 'b', 'title', 'B'))).toEqual({ conflicts: ['/nodes/b'] })
    expect(merge(base, removeNodes(base, ['c']), connect(base, { from: 'b', port: 'out', to: 'c' }, ports))).toEqual({ conflicts: [''] })
  })
})
