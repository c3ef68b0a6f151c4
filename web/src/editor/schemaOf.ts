import { isObject, type Json, JsonNumber, type JsonObject } from '../api/json'

/** A JSON Schema that a value fits, to be narrowed by hand: every member that is there is required, lists hold what their items have in common. */
export function schemaOf(value: Json): JsonObject {
  if (value === null) return {}
  if (Array.isArray(value)) return value.length === 0 ? { type: 'array' } : { type: 'array', items: value.map(schemaOf).reduce(joined) }
  if (isObject(value)) {
    const properties = Object.fromEntries(Object.entries(value).map(([key, v]) => [key, schemaOf(v)]))
    return { type: 'object', required: Object.keys(value).filter((key) => value[key] !== null), properties }
  }
  if (value instanceof JsonNumber) return { type: /[.eE]/.test(value.text) ? 'number' : 'integer' }
  if (typeof value === 'number') return { type: Number.isInteger(value) ? 'integer' : 'number' }
  return { type: typeof value }
}

/** A schema that fits what either fits. */
function joined(a: JsonObject, b: JsonObject): JsonObject {
  const types = new Set([a['type'], b['type']])
  if (types.size === 2 && types.has('integer') && types.has('number')) return { type: 'number' }
  if (types.size > 1) return {}
  if (isObject(a['properties']) && isObject(b['properties'])) {
    const [left, right] = [a['properties'], b['properties']]
    const required = [a, b].map((s) => (Array.isArray(s['required']) ? s['required'] : []))
    const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])]
    const properties = Object.fromEntries(keys.map((key) => {
      const [l, r] = [left[key], right[key]]
      return [key, isObject(l) && isObject(r) ? joined(l, r) : (l ?? r ?? {})]
    }))
    return { type: 'object', required: (required[0] ?? []).filter((key) => required[1]?.includes(key)), properties }
  }
  if (isObject(a['items']) && isObject(b['items'])) return { type: 'array', items: joined(a['items'], b['items']) }
  return 'items' in a ? a : b
}
