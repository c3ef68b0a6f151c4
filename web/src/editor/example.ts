import { isRecord } from '../document/types'

/** A value that a JSON Schema might mean: its example or default where it has one. */
export function exampleOf(schema: unknown, depth = 0): unknown {
  if (!isRecord(schema) || depth > 6) return {}
  if (Array.isArray(schema.examples) && schema.examples.length > 0) return schema.examples[0]
  if (schema.default !== undefined) return schema.default
  if (Array.isArray(schema.enum)) return schema.enum[0]
  if (schema.const !== undefined) return schema.const
  for (const key of ['oneOf', 'anyOf', 'allOf'] as const) {
    const list = schema[key]
    if (Array.isArray(list) && list.length > 0) return exampleOf(list[0], depth + 1)
  }
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  switch (type) {
    case 'string':
      return ''
    case 'integer':
    case 'number':
      return typeof schema.minimum === 'number' ? schema.minimum : 0
    case 'boolean':
      return false
    case 'array':
      return schema.items === undefined ? [] : [exampleOf(schema.items, depth + 1)]
    case 'null':
      return null
    default:
      return isRecord(schema.properties) ? Object.fromEntries(Object.entries(schema.properties).map(([key, sub]) => [key, exampleOf(sub, depth + 1)])) : {}
  }
}
