import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../api/json'
import { parseJson } from '../api/json'
import type { ExpressionFunction } from '../api/schema'
import type { Names } from './complete'
import { expressionValue, signatureAt, suggestions, valueUnder } from './complete'

const parameter = (name: string, more: object = {}) => ({ name, type: 'any', optional: false, variadic: false, predicate: false, ...more })
const filter: ExpressionFunction = {
  name: 'filter', params: [parameter('list'), parameter('predicate', { predicate: true })], result: 'list', summary: { en: 'The items.', zh: '各项。' },
}
const round: ExpressionFunction = {
  name: 'round', params: [parameter('number'), parameter('places', { optional: true })], result: 'number', summary: { en: 'Rounds.', zh: '舍入。' },
}
const names: Names = {
  scope: parseJson(`{
    "trigger": {"body": {"order_id": 6917384950012345678, "items": [{"sku": "A", "price": 12.50, "a b": 1}]}},
    "input": null,
    "nodes": {"save": {"rows": 1}, "get-detail": {"status": 200, "body": {"省份": "浙江"}}}
  }`) as JsonObject,
  titles: { 'get-detail': '订单详情' },
  functions: [filter, round],
}

function at(text: string) {
  const pos = text.indexOf('¦')
  const whole = text.replace('¦', '')
  return suggestions(whole, pos, names).map((s) => `${whole.slice(0, s.from)}${s.insert}${whole.slice(pos)}`)
}

describe('suggestions', () => {
  it('are names and functions at the start', () => {
    expect(at('¦')).toEqual(['trigger', 'input', 'nodes', 'filter', 'round'])
    expect(at('1 + ro¦')).toEqual(['1 + round'])
    expect(at('ni¦')).toEqual(['nil'])
  })
  it('are members of real data', () => {
    expect(at('trigger.body.¦')).toEqual(['trigger.body.order_id', 'trigger.body.items'])
    expect(at('trigger.body.items.¦')).toEqual(['trigger.body.items[0]'])
    expect(at('trigger.body.items[0].pr¦')).toEqual(['trigger.body.items[0].price'])
    expect(at('nothing.at.all.¦')).toEqual([])
  })
  it('put what is no name into brackets', () => {
    expect(at('nodes.get¦')).toEqual(['nodes["get-detail"]'])
    expect(at('nodes?.get¦')).toEqual(['nodes?.["get-detail"]'])
    expect(at('nodes["get¦')).toEqual(['nodes["get-detail"]'])
    expect(at('nodes["get¦"]')).toEqual(['nodes["get-detail"]'])
    expect(at('nodes["get-detail"].body.¦')).toEqual(['nodes["get-detail"].body["省份"]'])
  })
  it('find nodes by their titles', () => {
    expect(at('nodes.订单¦')).toEqual(['nodes["get-detail"]'])
  })
  it('know the item of a predicate', () => {
    expect(at('filter(trigger.body.items, .s¦)')).toEqual(['filter(trigger.body.items, .sku)'])
    expect(at('filter(trigger.body.items, #.a¦)')).toEqual(['filter(trigger.body.items, #["a b"])'])
    expect(at('map(filter(trigger.body.items, .price > 1), .p¦)')).toEqual(['map(filter(trigger.body.items, .price > 1), .price)'])
  })
  it('stay within their template', () => {
    const text = 'x {{ trigger.body.ord }} y'
    expect(suggestions(text, 21, names, 4, 22).map((s) => s.label)).toEqual(['order_id'])
  })
})

describe('help', () => {
  it('is the signature of the innermost known call', () => {
    expect(signatureAt('round(sum(a), ', 14, names)).toMatchObject({ function: { name: 'round' }, parameter: 1 })
    expect(signatureAt('round(1, 2, ', 12, names)).toMatchObject({ parameter: 1 })
    expect(signatureAt('a + ', 4, names)).toBeUndefined()
  })
  it('is the value under the pointer, exact', () => {
    expect(String(valueUnder('trigger.body.order_id', 15, names)?.value)).toBe('6917384950012345678')
    expect(valueUnder('trigger.body.nope', 15, names)).toBeUndefined()
    expect(String(expressionValue('trigger.body.items[0].price', names))).toBe('12.50')
  })
})
