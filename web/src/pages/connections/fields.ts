import type { Json, JsonObject } from '../../api/json'
import { isObject } from '../../api/json'
import type { ConnectionType } from '../../api/schema'
import type { Language } from '../../i18n/setup'

/** One field of a connection's form, as its type's schema says. */
export interface Field {
  key: string
  title: Record<Language, string>
  required: boolean
  order: number
  shape: Shape
}

export type Shape =
  | { kind: 'text' | 'longText' | 'duration' | 'rate' | 'date' | 'url' | 'integer' | 'flag' | 'list' | 'map' | 'json' }
  | { kind: 'choice'; choices: string[] }
  | { kind: 'group'; fields: Field[] }
  | { kind: 'variants'; variants: Variant[] }

/** One of several shapes of an object, told apart by its member type. */
export interface Variant {
  name: string
  title: Record<Language, string>
  fields: Field[]
  /** Those that only this variant needs. */
  secrets: string[]
}

const text = (v: Json | undefined) => (typeof v === 'string' ? v : '')
const texts = (v: Json | undefined) => (Array.isArray(v) ? v.filter((x) => typeof x === 'string') : [])
const object = (v: Json | undefined): JsonObject => (isObject(v) ? v : {})

function titleOf(schema: JsonObject, key: string): Record<Language, string> {
  return { en: text(schema['title']) || key, zh: text(schema['x-zh']) || text(schema['title']) || key }
}

/** The fields of an object's schema in their order. */
export function fieldsOf(schema: JsonObject): Field[] {
  const required = texts(schema['required'])
  return Object.entries(object(schema['properties']))
    .filter(([, s]) => isObject(s) && !('const' in s))
    .map(([key, s]) => {
      const own = object(s)
      return { key, title: titleOf(own, key), required: required.includes(key), order: Number(own['x-order'] ?? 0), shape: shapeOf(own) }
    })
    .toSorted((a, b) => a.order - b.order)
}

function shapeOf(schema: JsonObject): Shape {
  if (Array.isArray(schema['oneOf']) && schema['writeOnly'] !== true) return { kind: 'variants', variants: schema['oneOf'].filter(isObject).map(variantOf) }
  if (Array.isArray(schema['enum'])) return { kind: 'choice', choices: schema['enum'].map(String) }
  switch (schema['type']) {
    case 'boolean':
      return { kind: 'flag' }
    case 'integer':
      return { kind: 'integer' }
    case 'array':
      return { kind: 'list' }
    case 'object':
      return isObject(schema['properties']) ? { kind: 'group', fields: fieldsOf(schema) } : { kind: 'map' }
    case 'string':
      return { kind: textKind(schema) }
    default:
      return { kind: schema['writeOnly'] === true ? 'text' : 'json' }
  }
}

function textKind(schema: JsonObject): 'text' | 'longText' | 'duration' | 'rate' | 'date' | 'url' {
  const kind = schema['x-kind']
  if (kind === 'longText' || kind === 'duration' || kind === 'rate') return kind
  if (schema['format'] === 'date') return 'date'
  return schema['format'] === 'uri' ? 'url' : 'text'
}

function variantOf(schema: JsonObject): Variant {
  const name = text(object(object(schema['properties'])['type'])['const'])
  return { name, title: titleOf(schema, name), fields: fieldsOf(schema), secrets: texts(schema['x-secrets']) }
}

/** The three parts of a connection's form. */
export interface Parts {
  config: Field[]
  secrets: Field[]
  limits: Field[]
}

export function partsOf(type: ConnectionType): Parts {
  const properties = object(type.schema['properties'])
  return { config: fieldsOf(object(properties['config'])), secrets: fieldsOf(object(properties['secrets'])), limits: fieldsOf(object(properties['limits'])) }
}

/** Which secrets a config asks for: those of the type itself, and those of the variants that are chosen. */
export function secretsFor(parts: Parts, config: JsonObject, set: readonly string[]): Field[] {
  const ofVariants = new Set<string>()
  const chosen = new Set<string>(set)
  for (const { key, shape } of parts.config) {
    if (shape.kind !== 'variants') continue
    const name = object(config[key])['type']
    for (const v of shape.variants) for (const s of v.secrets) (v.name === name ? chosen : ofVariants).add(s)
  }
  return parts.secrets.filter((s) => chosen.has(s.key) || !ofVariants.has(s.key))
}

/** An object with a member set, or taken out where the value is undefined. */
export function withMember(of: JsonObject, key: string, value: Json | undefined): JsonObject {
  const { [key]: _, ...rest } = of
  return value === undefined ? rest : { ...of, [key]: value }
}
