import { expect, it } from 'vitest'
import { parseJson } from '../../api/json'
import type { ConnectionType } from '../../api/schema'
import { partsOf, secretsFor, withMember } from './fields'

const type = parseJson(`{"type": "http", "title": {"en": "HTTP", "zh": "HTTP"}, "doc": "", "schema": {"properties": {
  "config": {"required": ["baseUrl"], "properties": {
    "timeout": {"type": "string", "x-kind": "duration", "title": "Timeout", "x-zh": "超时", "x-order": 2},
    "baseUrl": {"type": "string", "format": "uri", "title": "Address", "x-zh": "地址", "x-order": 0},
    "auth": {"title": "Auth", "x-order": 1, "oneOf": [
      {"title": "None", "x-zh": "无", "x-secrets": [], "properties": {"type": {"const": "none"}}},
      {"title": "Token", "x-zh": "令牌", "x-secrets": ["token"], "properties": {"type": {"const": "header"}, "header": {"type": "string", "title": "Header"}}}]},
    "tls": {"x-order": 3, "type": "object", "properties": {"minVersion": {"enum": ["1.2", "1.3"]}}},
    "headers": {"x-order": 4, "type": "object", "additionalProperties": {"type": "string"}}}},
  "secrets": {"properties": {"token": {"writeOnly": true, "oneOf": []}, "proxyPassword": {"writeOnly": true, "oneOf": []}}},
  "limits": {"properties": {"concurrency": {"type": "integer"}}}}}}`) as unknown as ConnectionType

it('reads a form of a schema, in its order', () => {
  const { config, limits } = partsOf(type)
  expect(config.map((f) => [f.key, f.shape.kind, f.required])).toEqual([
    ['baseUrl', 'url', true],
    ['auth', 'variants', false],
    ['timeout', 'duration', false],
    ['tls', 'group', false],
    ['headers', 'map', false],
  ])
  expect(config[2]?.title).toEqual({ en: 'Timeout', zh: '超时' })
  expect(limits[0]?.shape).toEqual({ kind: 'integer' })
  const auth = config[1]?.shape
  expect(auth?.kind === 'variants' && auth.variants.map((v) => [v.name, v.fields.map((f) => f.key)])).toEqual([
    ['none', []],
    ['header', ['header']],
  ])
})

it('asks for the secrets of what is chosen, and keeps those that are set', () => {
  const parts = partsOf(type)
  const keys = (config: Parameters<typeof secretsFor>[1], set: string[]) => secretsFor(parts, config, set).map((s) => s.key)
  expect(keys({}, [])).toEqual(['proxyPassword'])
  expect(keys({ auth: { type: 'header' } }, [])).toEqual(['token', 'proxyPassword'])
  expect(keys({ auth: { type: 'none' } }, ['token'])).toEqual(['token', 'proxyPassword'])
})

it('takes members out', () => {
  expect(withMember({ a: 1, b: 2 }, 'a', undefined)).toEqual({ b: 2 })
  expect(withMember({ a: 1 }, 'b', 2)).toEqual({ a: 1, b: 2 })
})
