import { describe, expect, it } from 'vitest'
import { parseJson, writeJson } from '../api/json'
import { schemaOf } from './schemaOf'
import { changedPlace, pageOf, told } from './settings'

describe('a schema of an example', () => {
  it.each([
    ['{"id": 6917384950012345678, "total": 389.70, "note": null, "ok": true}', '{"type":"object","required":["id","total","ok"],"properties":{"id":{"type":"integer"},"total":{"type":"number"},"note":{},"ok":{"type":"boolean"}}}'],
    ['[{"a": 1}, {"a": 1.5, "b": "x"}]', '{"type":"array","items":{"type":"object","required":["a"],"properties":{"a":{"type":"number"},"b":{"type":"string"}}}}'],
    ['[1, "x"]', '{"type":"array","items":{}}'],
    ['[[], [1]]', '{"type":"array","items":{"type":"array","items":{"type":"integer"}}}'],
    ['[]', '{"type":"array"}'],
  ])('%s', (example, schema) => expect(writeJson(schemaOf(parseJson(example)))).toBe(schema))
})

describe('the settings of a flow', () => {
  it('leave out what is not told', () => {
    expect(told({ timeout: '5m', concurrency: {} })).toEqual({ timeout: '5m' })
    expect(told({ concurrency: {} })).toBeUndefined()
  })
  it('know their page', () => {
    expect(pageOf('/settings/concurrency/key')).toBe('settings')
    expect(pageOf('/keys/order')).toBe('start')
    expect(pageOf('/nodes/0')).toBeUndefined()
  })
  it('name the place that was written', () => {
    expect(changedPlace({ a: 1, b: { c: 2, d: 1 } }, { a: 1, b: { c: 3, d: 1 } })).toBe('/b/c')
    expect(changedPlace({ log: 'full' }, { log: 'full', timeout: '5m' })).toBe('/timeout')
    expect(changedPlace(undefined, { concurrency: { limit: 1 } })).toBe('/concurrency/limit')
  })
})
