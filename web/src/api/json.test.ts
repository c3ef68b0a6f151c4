import { describe, expect, it } from 'vitest'
import type { Json } from './json'
import { JsonNumber, JsonSyntaxError, parseJson, sameJson, writeJson } from './json'

describe('exact JSON', () => {
  it.each([
    '6917223378889540123',
    '-9223372036854775809',
    '12.50',
    '1e3',
    '0.1',
    '-0',
    '[1,2.0,{"a":null,"b":[true,false],"c":"x\\"y"}]',
    '{"__proto__":{"a":1}}',
    '"\\u0001 文本"',
  ])('gives %s back to the digit', (text) => {
    expect(writeJson(parseJson(text))).toBe(text)
  })

  it('keeps plain what loses nothing', () => {
    expect(parseJson('[9007199254740991, 0.25, -3]')).toEqual([9007199254740991, 0.25, -3])
    expect(parseJson('9007199254740993')).toEqual(new JsonNumber('9007199254740993'))
  })

  it('reads escapes, spaces and what JSON.parse reads', () => {
    const text = ' { "a" : [ 1 , "\\u6d4b\\n\\/" ] ,\n\t"b":{} } '
    expect(parseJson(text)).toEqual(JSON.parse(text))
  })

  it('indents like JSON.stringify', () => {
    const v = { a: [1, { b: null }], c: {}, d: [] }
    expect(writeJson(v, 2)).toBe(JSON.stringify(v, null, 2))
  })

  it('does not let a key set a prototype', () => {
    const v = parseJson('{"__proto__":{"admin":true}}') as Record<string, Json>
    expect(v['admin']).toBeUndefined()
  })

  it.each([
    ['', 0],
    ['{"a":1', 6],
    ['[1 2]', 3],
    ['{a:1}', 1],
    ['"\\x"', 1],
    ['01', 1],
    ['tru', 0],
    ['[1]x', 3],
    ['"a\nb"', 2],
  ])('says where %j is wrong', (text, at) => {
    const error = (() => {
      try {
        parseJson(text)
      } catch (e) {
        return e
      }
      return undefined
    })()
    expect(error).toBeInstanceOf(JsonSyntaxError)
    expect((error as JsonSyntaxError).at).toBe(at)
  })

  it('refuses what is nested without end instead of overflowing', () => {
    expect(() => parseJson('['.repeat(100_000))).toThrow(JsonSyntaxError)
  })

  it('compares by meaning', () => {
    expect(sameJson(parseJson('{"a":1,"b":6917223378889540123}'), parseJson('{"b":6917223378889540123,"a":1}'))).toBe(true)
    expect(sameJson(parseJson('6917223378889540123'), parseJson('6917223378889540124'))).toBe(false)
    expect(sameJson({ a: 1 }, { b: 1 })).toBe(false)
    expect(sameJson([1], { 0: 1 })).toBe(false)
  })
})
