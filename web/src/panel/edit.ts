/** Changing a config: pure, sharing what stays. And a value's two forms: fixed, and as an expression. */
import type { Json, JsonObject } from '../api/json'
import { isObject, JsonNumber, parseJson } from '../api/json'
import { soleExpression, templateHoles } from '../code/tokens'
import type { Path } from '../data/path'
import { quoted } from '../data/path'

/** The value with another one at a path; undefined takes it out. Objects on the way are made. */
export function withValue(v: Json | undefined, path: Path, next: Json | undefined): Json | undefined {
  const [head, ...rest] = path
  if (head === undefined) return next
  if (typeof head === 'number') {
    const list = Array.isArray(v) ? [...v] : []
    const inner = withValue(list[head], rest, next)
    if (inner === undefined) list.splice(head, 1)
    else list[head] = inner
    return list
  }
  const object: JsonObject = isObject(v) ? { ...v } : {}
  const inner = withValue(object[head], rest, next)
  if (inner === undefined) delete object[head]
  else object[head] = inner
  return object
}

/** The object with a key renamed in its place; another one of that name gives way. */
export function withKey(o: JsonObject, from: string, to: string): JsonObject {
  return Object.fromEntries(Object.entries(o).filter(([k]) => k === from || k !== to).map(([k, v]) => [k === from ? to : k, v]))
}

/** The list with an item moved. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, i) => i !== from)
  return [...rest.slice(0, to), ...list.slice(from, from + 1), ...rest.slice(to)]
}

/** The expression that gives what a fixed value gives, its templates included. */
export function asExpression(v: Json | undefined): string {
  if (v === undefined || v === null) return ''
  if (typeof v === 'string') return textExpression(v)
  if (v instanceof JsonNumber) return v.text
  if (Array.isArray(v)) return `[${v.map((x) => asExpression(x) || 'nil').join(', ')}]`
  if (isObject(v)) return `{${Object.entries(v).map(([k, x]) => `${quoted(k)}: ${asExpression(x) || 'nil'}`).join(', ')}}`
  return String(v)
}

function textExpression(text: string): string {
  const sole = soleExpression(text)
  if (sole !== undefined) return sole
  const parts: string[] = []
  let at = 0
  for (const hole of templateHoles(text)) {
    if (!hole.closed) break
    if (hole.from - 2 > at) parts.push(quoted(text.slice(at, hole.from - 2)))
    parts.push(`string(${text.slice(hole.from, hole.to).trim()})`)
    at = hole.to + 2
  }
  if (at < text.length || parts.length === 0) parts.push(quoted(text.slice(at)))
  return parts.join(' + ')
}

/** The value of an expression that is a literal, undefined where it computes. */
export function literalOf(expression: string): Json | undefined {
  try {
    return parseJson(expression)
  } catch {
    return undefined
  }
}

/** The value that computes an expression where templates are read. */
export function asTemplate(expression: string): string {
  return `{{ ${expression.trim()} }}`
}

/** What dropping an expression into a text does: the whole of an empty one, else a template where it fell. */
export function withDropped(text: string, at: number, expression: string): string {
  return text.trim() === '' ? asTemplate(expression) : text.slice(0, at) + asTemplate(expression) + text.slice(at)
}
