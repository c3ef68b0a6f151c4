import { parseJson } from '../api/json'
import { isRecord, type JsonObject } from '../document/types'

/** Finding the parts of a schema that speak of a place in a document, as far as an editor needs it. */

/** Reads texts as values; while one cannot be read, the value before is near enough. */
export function reader(): (text: string) => unknown {
  let last: { readonly text: string; readonly value: unknown } = { text: '', value: undefined }
  return (text) => {
    if (text === last.text) return last.value
    try {
      last = { text, value: parseJson(text) }
    } catch {
      // It is being written.
    }
    return last.value
  }
}

function resolve(root: JsonObject, schema: unknown): JsonObject | null {
  if (!isRecord(schema)) return null
  const { $ref, ...rest } = schema
  if (typeof $ref !== 'string' || !$ref.startsWith('#/')) return schema
  const target = $ref.slice(2).split('/').reduce<unknown>((at, key) => (isRecord(at) ? at[key.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined), root)
  const found = resolve(root, target)
  return found ? { ...found, ...rest } : rest
}

/** All schemas that hold at a path: through references, alternatives, and conditions on the type that is written there. */
export function parts(root: JsonObject, path: readonly string[], document: unknown): JsonObject[] {
  let now = spread(root, root, document)
  let value = document
  for (const key of path) {
    value = Array.isArray(value) ? (value as unknown[])[Number(key)] : isRecord(value) ? value[key] : undefined
    now = now.flatMap((schema) => below(schema, key)).flatMap((sub) => spread(root, sub, value))
  }
  return now
}

function below(schema: JsonObject, key: string): unknown[] {
  if (isRecord(schema.properties) && key in schema.properties) return [schema.properties[key]]
  if (/^\d+$/.test(key) && schema.items !== undefined) return [schema.items]
  return isRecord(schema.additionalProperties) ? [schema.additionalProperties] : []
}

function spread(root: JsonObject, schema: unknown, value: unknown): JsonObject[] {
  const found = resolve(root, schema)
  if (!found) return []
  const more: JsonObject[] = []
  for (const key of ['anyOf', 'oneOf', 'allOf'] as const) {
    const list = found[key]
    if (Array.isArray(list)) for (const part of list as unknown[]) more.push(...spread(root, part, value))
  }
  if (found.if !== undefined && holds(found.if, value)) more.push(...spread(root, found.then, value))
  return [found, ...more]
}

// The conditions of the flow's schema ask for the type of a node, and nothing else counts here.
function holds(condition: unknown, value: unknown): boolean {
  if (!isRecord(condition) || !isRecord(condition.properties) || !isRecord(value)) return false
  const type = condition.properties.type
  return isRecord(type) && Array.isArray(type.enum) && (type.enum as unknown[]).includes(value.type)
}
