import { json } from '@codemirror/lang-json'
import { EditorState } from '@codemirror/state'
import { describe, expect, it } from 'vitest'
import { type JsonObject, parseJson } from '../api/json'
import type { NodeType } from '../api/schema'
import { catalogOf } from '../canvas/catalog'
import { search } from '../document/search'
import type { FlowDocument } from '../document/types'
import { flat } from './entries'
import { exampleOf } from './example'
import { change, pointerAt, rangeOf } from './jsonText'
import { fits, strokeOf } from './keys'
import { problemsOf } from './problems'
import { parts } from './schemaParts'

const key = (e: Partial<KeyboardEvent>) => ({ key: '', code: '', ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...e })

describe('shortcuts', () => {
  it.each([
    ['Ctrl+Shift+Z', key({ key: 'Z', ctrlKey: true, shiftKey: true }), true],
    ['Ctrl+Shift+Z', key({ key: 'z', metaKey: true, shiftKey: true }), true],
    ['Ctrl+Z', key({ key: 'Z', ctrlKey: true, shiftKey: true }), false],
    ['Shift+1', key({ key: '!', code: 'Digit1', shiftKey: true }), true],
    ['Shift+Alt+T', key({ key: 'ˇ', code: 'KeyT', shiftKey: true, altKey: true }), true],
    ['?', key({ key: '?', shiftKey: true }), true],
    ['/', key({ key: '/' }), true],
    ['+', key({ key: '+' }), true],
    ['D', key({ key: 'd', ctrlKey: true }), false],
  ])('%s', (text, e, expected) => expect(fits(strokeOf(text), e)).toBe(expected))
})

const nodeType = (name: string, zh: string, en: string, category: string): NodeType => ({
  name: `${name}@1`, type: name, major: 1, effect: 'pure', category, icon: '', title: { en, zh }, summary: { en: '', zh: '发送消息或查询' }, ports: ['out'],
  portsByConfig: false, container: false, schema: {}, texts: { zh: {} }, doc: { en: '', zh: '' }, examples: [],
})

describe('the list of nodes', () => {
  const catalog = catalogOf([nodeType('db.query', '查询数据库', 'Query a database', 'connect'), nodeType('push', '推送消息', 'Push a message', 'message')])
  it.each([['tsxx', 'push'], ['cx', 'db.query'], ['push', 'push'], ['database', 'db.query'], ['消息', 'push']])('finds by %s', (query, first) =>
    expect(flat(catalog, query)[0]?.type).toBe(first))
  it('finds nothing by what nothing is called', () => expect(flat(catalog, 'zzz')).toEqual([]))
})

describe('places in the JSON text', () => {
  const text = '{"nodes": [{"id": "a"}, {"id": "b", "config": {"x/y": [1, {"z": 2}]}}]}'
  const state = EditorState.create({ doc: text, extensions: [json()] })
  it.each([
    ['/nodes/1/id', '"b"'],
    ['/nodes/1/config/x~1y/1/z', '2'],
    ['/nodes/0', '{"id": "a"}'],
    ['/nodes/0/config/gone', '{"id": "a"}'],
  ])('%s', (pointer, shown) => {
    const range = rangeOf(state, pointer)
    expect(text.slice(range?.from, range?.to)).toBe(shown)
  })
  it('are named back', () => expect(pointerAt(state, text.indexOf('2}'))).toBe('/nodes/1/config/x~1y/1/z'))
  it('change as little as need be', () => {
    expect(change('abc', 'abXc')).toEqual({ from: 2, to: 2, insert: 'X' })
    expect(change('aaa', 'aa')).toEqual({ from: 2, to: 3, insert: '' })
    expect(change('same', 'same')).toBeNull()
  })
})

const schema = parseJson(`{
  "properties": {"nodes": {"items": {"$ref": "#/$defs/node"}}},
  "$defs": {
    "node": {
      "properties": {"type": {"enum": ["map"]}, "config": {}},
      "allOf": [{"if": {"properties": {"type": {"enum": ["map"]}}}, "then": {"properties": {"config": {"$ref": "#/$defs/map"}}}}]
    },
    "map": {"title": "Map", "properties": {"fields": {}}}
  }
}`) as JsonObject

const titlesOf = (type: string) => parts(schema, ['nodes', '0', 'config'], { nodes: [{ type }] }).map((p) => p.title).filter(Boolean)

describe('what the schema says of a place', () => {
  it('follows references and the type that is written', () => {
    expect(titlesOf('map')).toEqual(['Map'])
    expect(titlesOf('other')).toEqual([])
  })
})

describe('examples of a schema', () => {
  it('take what it offers', () =>
    expect(exampleOf({ type: 'object', properties: { a: { type: 'string', examples: ['x'] }, b: { oneOf: [{ type: 'integer', minimum: 3 }] }, c: { type: 'array', items: { enum: ['q'] } } } })).toEqual({ a: 'x', b: 3, c: ['q'] }))
})

const doc: FlowDocument = {
  sluice: 1,
  id: 'f',
  triggers: [{ id: 'hook', type: 'webhook', config: { path: 'orders' } }],
  nodes: [{ id: 'each', type: 'foreach', title: { en: 'Every order', zh: '每个订单' }, body: { nodes: [{ id: 'one', type: 'map', config: { to: '{{ nodes.order.id }}' } }] } }],
}

const find = (text: string) => search(doc, (t) => t.includes(text)).map((hit) => `${hit.id}${hit.pointer}`)
const placeOf = (path: string) => problemsOf(doc, [{ code: 'c', path, message: 'm' }]).map((p) => [p.target, p.rest])[0]

describe('search in a flow', () => {
  it('finds names, texts and expressions', () => {
    expect(find('订单')).toEqual(['each'])
    expect(find('order')).toEqual(['@hook/config/path', 'each', 'one/config/to'])
    expect(find('nothing of the kind')).toEqual([])
  })
})

describe('problems', () => {
  it('belong to what they point into', () => {
    expect(placeOf('/nodes/0/body/nodes/0/config/to')).toEqual(['one', '/config/to'])
    expect(placeOf('/triggers/0/config/path')).toEqual(['@hook', '/config/path'])
    expect(placeOf('/settings')).toEqual([null, '/settings'])
  })
})
