import { describe, expect, it } from 'vitest'
import { JsonNumber, parseJson, writeJson } from '../api/json'
import { align, distribute } from './arrange'
import { copy, paste, readClip } from './clipboard'
import { type PortsOf, refusalOf } from './connect'
import { moveTo, wrap } from './containers'
import { difference, overlay } from './diff'
import { insertOnEdge, place, removeNodes } from './edit'
import { indexOf } from './graphs'
import { targetOf } from './pointer'
import { readDocument } from './read'
import { renameInExpression, renameInTemplate } from './references'
import { expressionsOfSchema, renameNode } from './rename'
import { createDocumentStore, redo, undo } from './store'
import type { FlowDocument } from './types'

const ports: PortsOf = (node) => (node.type === 'branch' ? ['true', 'false'] : ['out'])

function flow(): FlowDocument {
  const doc = readDocument(parseJson(`{
    "sluice": 1, "id": "f",
    "nodes": [
      {"id": "fetch", "type": "http.request", "config": {"url": "x", "id": 6921738245618144296}},
      {"id": "ok", "type": "branch", "config": {"when": "nodes.fetch.status == 200 && 'nodes.fetch' != ''"}},
      {"id": "each", "type": "foreach", "config": {"items": "nodes[\\"fetch\\"].body"}, "body": {
        "nodes": [{"id": "one", "type": "map", "config": {"to": "{{ nodes.fetch?.body }} nodes.fetch"}}], "edges": [],
        "output": "{{ nodes.one }}"}},
      {"id": "last", "type": "map"}
    ],
    "edges": [{"from": "fetch", "to": "ok"}, {"from": "ok", "port": "true", "to": "each"}, {"from": "each", "to": "last"}],
    "layout": {"fetch": [0, 0], "ok": [280, 0], "each": [560, 0], "one": [40, 40], "last": [900, 0]}
  }`))
  if (!doc) throw new Error('the sample is not a document')
  return doc
}

const expressions = (type: string) =>
  expressionsOfSchema({ properties: { [type === 'foreach' ? 'items' : 'when']: { 'x-expression': true } } })

describe('references', () => {
  const ids = new Map([['a', 'b'], ['get-it', 'c'], ['x', 'new-name']])
  it.each([
    ['nodes.a.body', 'nodes.b.body'],
    ['nodes?.a', 'nodes?.b'],
    ['nodes["get-it"].x + nodes[\'a\']', 'nodes["c"].x + nodes[\'b\']'],
    ['nodes.x.y', 'nodes["new-name"].y'],
    ['nodes?.x', 'nodes?.["new-name"]'],
    ['"nodes.a" + input.nodes.a', '"nodes.a" + input.nodes.a'],
    ['nodes.ab + mynodes.a', 'nodes.ab + mynodes.a'],
    ['nodes[a]', 'nodes[a]'],
  ])('%s', (from, to) => expect(renameInExpression(from, ids)).toBe(to))

  it('changes templates only between their braces', () => {
    expect(renameInTemplate('nodes.a {{ nodes.a }} {{ {"k": nodes.a} }} {{ "}}" + nodes.a }}', ids)).toBe(
      'nodes.a {{ nodes.b }} {{ {"k": nodes.b} }} {{ "}}" + nodes.b }}',
    )
  })

  it('follow a renamed node', () => {
    const renamed = renameNode(flow(), 'fetch', 'get-order', expressions)
    const text = writeJson(renamed as never)
    expect(text).toContain('nodes[\\"get-order\\"].status == 200 && \'nodes.fetch\' != \'\'')
    expect(text).toContain('"items":"nodes[\\"get-order\\"].body"')
    expect(text).toContain('"to":"{{ nodes?.[\\"get-order\\"]?.body }} nodes.fetch"'.replace('nodes?.[', 'nodes['))
    expect(text).toContain('{"from":"get-order","to":"ok"}')
    expect(renamed?.layout?.['get-order']).toEqual([0, 0])
    expect(renameNode(flow(), 'fetch', 'ok', expressions)).toBeNull()
    expect(renameNode(flow(), 'fetch', 'Bad Id', expressions)).toBeNull()
  })

  it('follow it in the input of a node where several edges meet, and in no other', () => {
    const doc = readDocument(parseJson(`{"sluice": 1, "id": "f",
      "nodes": [{"id": "a", "type": "map"}, {"id": "b", "type": "map"},
        {"id": "both", "type": "map", "config": {"when": "input.a.x + input[\\"b\\"].x + trigger.input.a", "to": "{{ input.a }} input.a"}},
        {"id": "one", "type": "map", "config": {"when": "input.a"}}],
      "edges": [{"from": "a", "to": "both"}, {"from": "b", "to": "both"}, {"from": "a", "to": "one"}]}`))
    const renamed = renameNode(doc as FlowDocument, 'a', 'get-it', expressions)
    const config = (id: string) => indexOf(renamed as FlowDocument).places.get(id)?.node.config
    expect(config('both')).toEqual({ when: 'input["get-it"].x + input["b"].x + trigger.input.a', to: '{{ input["get-it"] }} input.a' })
    expect(config('one')).toEqual({ when: 'input.a' })
  })
})

describe('connecting', () => {
  it.each([
    [{ from: 'fetch', port: 'out', to: 'fetch' }, 'self'],
    [{ from: 'fetch', port: 'out', to: 'one' }, 'boundary'],
    [{ from: 'last', port: 'out', to: 'fetch' }, 'cycle'],
    [{ from: 'ok', port: 'out', to: 'last' }, 'port'],
    [{ from: 'fetch', port: 'out', to: 'ok' }, 'duplicate'],
    [{ from: 'fetch', port: 'out', to: 'nobody' }, 'missing'],
    [{ from: 'ok', port: 'false', to: 'last' }, null],
    [{ from: 'fetch', port: 'error', to: 'last' }, null],
  ])('%o is %s', (wire, why) => expect(refusalOf(flow(), wire, ports)).toBe(why))
})

describe('editing', () => {
  it('keeps an integer of 19 digits through every step', () => {
    const moved = place(renameNode(flow(), 'fetch', 'got', expressions) ?? flow(), new Map([['got', { x: 5.4, y: 6 }]]))
    expect(indexOf(moved).places.get('got')?.node.config?.id).toBeInstanceOf(JsonNumber)
    expect(writeJson(moved as never)).toContain('6921738245618144296')
    expect(moved.layout?.got).toEqual([5, 6])
  })

  it('heals what led through a removed node', () => {
    expect(removeNodes(flow(), ['each'], true).edges).toEqual([{ from: 'fetch', to: 'ok' }, { from: 'ok', port: 'true', to: 'last' }])
    expect(removeNodes(flow(), ['each']).edges).toEqual([{ from: 'fetch', to: 'ok' }])
    expect(removeNodes(flow(), ['each']).layout).not.toHaveProperty('one')
  })

  it('inserts on an edge', () => {
    const doc = { ...flow(), nodes: [...flow().nodes, { id: 'new', type: 'map' }] }
    expect(insertOnEdge(doc, 'ok:true:each', 'new', ports).edges).toEqual([
      { from: 'fetch', to: 'ok' }, { from: 'each', to: 'last' }, { from: 'ok', port: 'true', to: 'new' }, { from: 'new', to: 'each' },
    ])
  })

  it('moves into a container and out, and cuts what would cross its border', () => {
    const into = moveTo(flow(), ['last'], 'each', new Map([['last', { x: 300, y: 40 }]]))
    expect(indexOf(into).places.get('last')?.owner).toBe('each')
    expect(into.edges).toEqual([{ from: 'fetch', to: 'ok' }, { from: 'ok', port: 'true', to: 'each' }])
    expect(indexOf(moveTo(into, ['last'], null, new Map())).places.get('last')?.owner).toBeNull()
    expect(moveTo(flow(), ['each'], 'each', new Map())).toEqual(flow())
  })

  it('wraps nodes into a group', () => {
    const wrapped = wrap(flow(), ['ok', 'each'], 'group', { x: 200, y: 0 }, new Map([['ok', { x: 40, y: 50 }]]))
    expect(wrapped?.doc.edges).toEqual([{ from: 'fetch', to: 'group' }, { from: 'group', to: 'last' }])
    expect(indexOf(wrapped?.doc ?? flow()).places.get('group')?.node.body?.edges).toEqual([{ from: 'ok', port: 'true', to: 'each' }])
    expect(wrap(flow(), ['ok', 'one'], 'group', { x: 0, y: 0 }, new Map())).toBeNull()
  })
})

describe('the clipboard', () => {
  it('renews ids that are taken and follows them in expressions', () => {
    const text = writeJson(copy(flow(), ['fetch', 'ok', 'each', 'one']) as never)
    const clip = readClip(parseJson(text))
    if (!clip) throw new Error('not a clip')
    const pasted = paste(flow(), clip, null, { x: 100, y: 500 }, expressions)
    expect(pasted.ids).toEqual(['fetch-2', 'ok-2', 'each-2'])
    const added = indexOf(pasted.doc).places
    expect(added.get('ok-2')?.node.config?.when).toBe('nodes["fetch-2"].status == 200 && \'nodes.fetch\' != \'\'')
    expect(added.get('one-2')?.owner).toBe('each-2')
    expect(added.get('each-2')?.node.body?.output).toBe('{{ nodes["one-2"] }}')
    expect(pasted.doc.edges?.slice(3)).toEqual([{ from: 'fetch-2', to: 'ok-2' }, { from: 'ok-2', port: 'true', to: 'each-2' }])
    expect(pasted.doc.layout?.['ok-2']).toEqual([380, 500])
    expect(pasted.doc.layout?.['one-2']).toEqual([40, 40])
  })

  it('keeps ids that are free elsewhere', () => {
    const clip = copy(flow(), ['fetch'])
    if (!clip) throw new Error('nothing was copied')
    expect(paste({ sluice: 1, id: 'other', nodes: [] }, clip, null, { x: 0, y: 0 }, expressions).ids).toEqual(['fetch'])
  })

  it.each(['[]', '"text"', '{"sluice": 1, "nodes": [{"id": 1}]}', '{"nodes": []}'])('refuses %s', (text) => {
    expect(readClip(parseJson(text))).toBeNull()
  })
})

describe('differences', () => {
  it('go by node id: a move is no change, a rename of a title no rewiring', () => {
    const after = place({ ...flow(), nodes: flow().nodes.map((n) => (n.id === 'ok' ? { ...n, title: 'Fine?' } : n)) }, new Map([['fetch', { x: 1, y: 1 }]]))
    const found = difference(flow(), after)
    expect([...found.nodes.values()]).toEqual([{ id: 'ok', kind: 'changed', fields: [{ pointer: '/title', before: undefined, after: 'Fine?' }] }])
    expect(found.moved).toEqual(['fetch'])
    expect(found.edges.size).toBe(0)
  })

  it('draw what was removed where it was', () => {
    const after = removeNodes(flow(), ['one', 'last'])
    const both = overlay(flow(), after)
    expect([...indexOf(both).places.keys()].toSorted()).toEqual(['each', 'fetch', 'last', 'ok', 'one'])
    expect(indexOf(both).places.get('one')?.owner).toBe('each')
    expect([...difference(flow(), after).nodes.values()].map((c) => `${c.kind} ${c.id}`)).toEqual(['removed one', 'removed last'])
  })
})

describe('the history', () => {
  it('joins keystrokes in one field, and never across an undo', () => {
    let now = 0
    const store = createDocumentStore(() => now)
    store.getState().load(flow())
    const type = (title: string) => store.getState().commit('title', (d) => ({ ...d, title }), 'title')
    type('a')
    now = 500
    type('ab')
    now = 2000
    type('abc')
    undo(store)
    expect(store.getState().doc.title).toBe('ab')
    type('abd')
    undo(store)
    expect(store.getState().doc.title).toBe('ab')
    undo(store)
    expect(store.getState().doc.title).toBeUndefined()
    redo(store)
    expect(store.getState().doc.title).toBe('ab')
  })
})

describe('arranging', () => {
  const boxes = new Map([
    ['a', { x: 0, y: 0, width: 10, height: 10 }],
    ['b', { x: 13, y: 30, width: 20, height: 10 }],
    ['c', { x: 90, y: 50, width: 10, height: 30 }],
  ])
  it('lines up', () => {
    expect([...align(boxes, 'right').values()].map((p) => p.x)).toEqual([90, 80, 90])
    expect([...align(boxes, 'middle').values()].map((p) => p.y)).toEqual([35, 35, 25])
  })
  it('spreads with equal gaps', () => expect([...distribute(boxes, 'x').values()].map((p) => p.x)).toEqual([0, 40, 90]))
})

describe('pointers', () => {
  it.each([
    ['/nodes/2/body/nodes/0/config/to', { id: 'one', rest: '/config/to' }],
    ['/nodes/1', { id: 'ok', rest: '' }],
    ['/edges/1/port', { id: 'ok', rest: '/edges/1/port' }],
    ['/settings/timeout', { id: null, rest: '/settings/timeout' }],
  ])('%s', (pointer, target) => expect(targetOf(flow(), pointer)).toEqual(target))
})
