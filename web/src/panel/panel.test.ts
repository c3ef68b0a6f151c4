import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../api/json'
import { isObject, parseJson } from '../api/json'
import { asExpression, literalOf, moved, withDropped, withKey, withValue } from './edit'
import type { Field } from './schema'
import { chosen, formOf, formOfDefinition } from './schema'

function form(node: string, language: 'en' | 'zh' = 'en'): Field {
  const read = (name: string) => parseJson(readFileSync(`../nodes/${node}/${name}`, 'utf8')) as JsonObject
  const field = formOf(read('schema.json'), language, read('zh.json'))
  if (!field) throw new Error(`${node} has no form`)
  return field
}
const summary = (f: Field): string[] => f.fields.map((x) => `${x.key}${x.required ? '!' : ''}:${x.kind}${x.literal ? '=' : ''}`)

describe('forms of the shipped node types', () => {
  it('have a control for every key', () => {
    expect(summary(form('effect/httprequest'))).toEqual([
      'connection:connection=', 'method:choice', 'url:text', 'path:text', 'query:keyValue', 'headers:keyValue', 'body:json', 'form:keyValue',
      'text:longText', 'okStatus:text', 'response:choice', 'maxBytes:number',
    ])
    expect(summary(form('effect/dbquery'))).toEqual(['connection!:connection=', 'sql!:sql=', 'args:keyValue', 'result:choice', 'maxRows:number'])
    expect(summary(form('pure/branch'))).toEqual(['when!:expression'])
    expect(summary(form('control/subflow'))).toEqual(['flow!:flow=', 'input:json', 'mode:choice='])
    expect(summary(form('pure/switchnode'))).toEqual(['cases!:list', 'mode:choice='])
  })
  it('know alternatives', () => {
    const http = form('effect/httprequest')
    expect(http.choices).toEqual([{ keys: ['url', 'path'], required: false }, { keys: ['body', 'form', 'text'], required: false }])
    expect(form('pure/rules').choices).toEqual([{ keys: ['rules', 'table'], required: true }])
    expect(chosen({ keys: ['rules', 'table'], required: true }, { table: {} })).toBe('table')
    expect(form('pure/mapnode').fields[2]?.items?.choices).toEqual([{ keys: ['from', 'value'], required: true }])
  })
  it('say what a choice means, in both languages', () => {
    const [hit] = form('pure/rules').fields
    expect(hit?.description).toBe('What happens when several rules hold.')
    expect(hit?.options.map((o) => o.help)).toEqual([
      'the topmost wins.', 'that is an error.', 'all of them, merged from top to bottom.', 'the one of the highest priority wins.',
    ])
    const [zh] = form('pure/rules', 'zh').fields
    expect(zh?.title).toBe('命中策略')
    expect(zh?.options.map((o) => o.help)).toEqual(['取最上面一条。', '报错。', '全部采用，从上到下合并。', '取优先级最高的一条。'])
  })
  it('carry hints into lists', () => {
    const when = form('pure/switchnode').fields[0]?.items?.fields[1]
    expect(when).toMatchObject({ key: 'when', kind: 'expression', required: true })
    expect(form('control/repeat').fields[0]).toMatchObject({ kind: 'expression', body: true })
    expect(form('pure/mapnode').fields[2]?.items?.fields[2]).toMatchObject({ key: 'value', kind: 'json', item: 'each' })
    expect(form('effect/dbexec').fields[3]?.items?.fields[0]).toMatchObject({ kind: 'sql', literal: true })
  })
  it('follow the order that the server tells', () => {
    const schema = parseJson('{"type": "object", "properties": {"a": {}, "b": {}, "c": {}}, "x-order": ["c", "a"]}')
    expect(isObject(schema) && formOf(schema, 'en', {})?.fields.map((f) => f.key)).toEqual(['c', 'a', 'b'])
  })
  it('of what no form fits are none', () => {
    expect(formOf({ type: 'string' }, 'en', {})).toBeUndefined()
    expect(formOf({ anyOf: [{}] }, 'en', {})).toBeUndefined()
  })
  it('end somewhere, also where a schema holds itself', () => {
    const schema = parseJson('{"$defs": {"n": {"type": "object", "properties": {"in": {"$ref": "#/$defs/n"}}}}}')
    let field = isObject(schema) ? formOfDefinition(schema, 'n') : undefined
    for (let i = 0; i < 20 && field?.fields[0]; i++) field = field.fields[0]
    expect(field?.kind).toBe('json')
  })
  it('follow references', () => {
    const schema = parseJson('{"type": "object", "properties": {"a": {"$ref": "#/$defs/n"}}, "$defs": {"n": {"type": "integer", "title": "N"}}}')
    expect(isObject(schema) && formOf(schema, 'en', {})?.fields[0]).toMatchObject({ kind: 'number', integer: true, title: 'N' })
  })
})

describe('editing', () => {
  it('changes one place and shares the rest', () => {
    const config = { a: { b: [1, 2] }, c: { d: 1 } }
    const next = withValue(config, ['a', 'b', 1], 5) as typeof config
    expect(next).toEqual({ a: { b: [1, 5] }, c: { d: 1 } })
    expect(next.c).toBe(config.c)
    expect(withValue(config, ['c', 'd'], undefined)).toEqual({ a: { b: [1, 2] }, c: {} })
    expect(withValue(config, ['a', 'b', 0], undefined)).toEqual({ a: { b: [2] }, c: { d: 1 } })
    expect(withValue(undefined, ['x', 'y'], true)).toEqual({ x: { y: true } })
  })
  it('renames and moves in place', () => {
    expect(Object.keys(withKey({ a: 1, b: 2, c: 3 }, 'b', 'x'))).toEqual(['a', 'x', 'c'])
    expect(withKey({ a: 1, b: 2 }, 'a', 'b')).toEqual({ b: 1 })
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a'])
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b'])
  })
})

describe('fixed and expression', () => {
  it('say the same', () => {
    expect(asExpression('单{{ trigger.body.id }}')).toBe('"单" + string(trigger.body.id)')
    expect(asExpression('{{ trigger.body.id }}')).toBe('trigger.body.id')
    expect(asExpression(parseJson('{"id": 6917384950012345678, "t": 12.50, "x": [null, "{{ a }}"]}'))).toBe('{"id": 6917384950012345678, "t": 12.50, "x": [nil, a]}')
    expect(asExpression('')).toBe('""')
  })
  it('tells literals from what computes', () => {
    expect(literalOf('"x"')).toBe('x')
    expect(String(literalOf('12.50'))).toBe('12.50')
    expect(literalOf('a.b')).toBeUndefined()
  })
  it('takes what is dropped', () => {
    expect(withDropped('', 0, 'nodes["a-b"].x')).toBe('{{ nodes["a-b"].x }}')
    expect(withDropped('单号 ok', 3, 'x')).toBe('单号 {{ x }}ok')
  })
})
