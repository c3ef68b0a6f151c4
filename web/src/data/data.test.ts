import { describe, expect, it } from 'vitest'
import { parseJson } from '../api/json'
import { groupedNumber, kindOf, previewOf, timeHint } from './format'
import { expressionOf, nodeExpression, pointerOf, pointerParts, valueAt } from './path'
import { ancestors, openedAtFirst, searchTree, treeRows } from './tree'

const order = parseJson('{"order_id": 6917384950012345678, "total": 389.70, "items": [{"sku": "A-1"}, {"sku": "B-2"}], "a/b": {"~": null}}')

const time = (at: string | number | Date) => new Date(at).toISOString()

describe('paths', () => {
  it('are written as expressions that the language reads', () => {
    expect(nodeExpression('save')).toBe('nodes.save')
    expect(nodeExpression('get-detail')).toBe('nodes["get-detail"]')
    expect(expressionOf('trigger.body', ['items', 0, 'sku'])).toBe('trigger.body.items[0].sku')
    expect(expressionOf('', ['in'])).toBe('["in"]')
    expect(expressionOf('input', ['省份', 'say "hi"'])).toBe('input["省份"]["say \\"hi\\""]')
  })
  it('are JSON Pointers and back', () => {
    expect(pointerOf(['a/b', '~', 0])).toBe('/a~1b/~0/0')
    expect(pointerParts('/a~1b/~0/0')).toEqual(['a/b', '~', '0'])
    expect(valueAt(order, pointerParts('/a~1b/~0'))).toBeNull()
    expect(valueAt(order, ['items', 5, 'sku'])).toBeUndefined()
    expect(valueAt(order, ['toString'])).toBeUndefined()
  })
})

describe('formatting', () => {
  it('keeps every digit', () => {
    expect(previewOf(valueAt(order, ['order_id']))).toBe('6917384950012345678')
    expect(previewOf(valueAt(order, ['total']))).toBe('389.70')
    expect(groupedNumber('1234567.80')).toBe('1,234,567.80')
    expect(groupedNumber('-999')).toBe('-999')
    expect(groupedNumber('1e21')).toBe('1e21')
  })
  it('cuts long values without writing them out', () => {
    expect(previewOf(order, 30)).toBe('{order_id: 691738495001234567…')
    expect(previewOf('x'.repeat(1_000_000), 10)).toBe('"xxxxxxxx…')
  })
  it('tells times from counts and ids', () => {
    expect(kindOf('2026-11-11T00:00:00+08:00')).toBe('time')
    expect(kindOf('2026-11-11')).toBe('text')
    expect(timeHint('2026-11-11 00:00:00+08:00', time)).toBe('2026-11-10T16:00:00.000Z')
    expect(timeHint(1794355200, time)).toBe('2026-11-11T00:00:00.000Z')
    expect(timeHint(1794355200123, time)).toBe('2026-11-11T00:00:00.123Z')
    expect(timeHint(42, time)).toBeUndefined()
    expect(timeHint(valueAt(order, ['order_id']), time)).toBeUndefined()
  })
})

describe('the tree', () => {
  it('shows what is open', () => {
    expect(treeRows(order, new Set()).map((r) => r.pointer)).toEqual([''])
    expect(treeRows(order, new Set(['', '/items'])).map((r) => r.pointer)).toEqual([
      '', '/order_id', '/total', '/items', '/items/0', '/items/1', '/a~1b',
    ])
  })
  it('opens what is small at first and leaves long lists shut', () => {
    const long = parseJson(`{"short": {"a": 1}, "long": [${'1,'.repeat(500)}1]}`)
    expect([...openedAtFirst(long)]).toEqual(['', '/short'])
    expect(openedAtFirst(Array.from({ length: 5000 }, () => 1)).has('')).toBe(true)
  })
  it('finds names and values', () => {
    expect(searchTree(order, 'SKU')).toEqual(['/items/0/sku', '/items/1/sku'])
    expect(searchTree(order, '12345678')).toEqual(['/order_id'])
    expect(searchTree(order, ' ')).toEqual([])
    expect(ancestors('/items/0/sku')).toEqual(['', '/items', '/items/0'])
    expect(ancestors('')).toEqual([])
  })
})
