/**
 * How values are shown: exactly. A number shows the digits it was written with, an id of 19 digits and 12.50 included; nothing
 * is rounded or grouped unless asked for. Times and durations as people read them are app/format's.
 */
import type { Json } from '../api/json'
import { isObject, JsonNumber, writeJson } from '../api/json'
import type { Format } from '../app/format'

/** What a value is, in the terms of the expression language. `time` is a text that is an instant. */
export type Kind = 'null' | 'boolean' | 'number' | 'text' | 'time' | 'list' | 'object'

const instant = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/

export function kindOf(v: Json | undefined): Kind {
  if (v === null || v === undefined) return 'null'
  if (typeof v === 'boolean') return 'boolean'
  if (typeof v === 'number' || v instanceof JsonNumber) return 'number'
  if (typeof v === 'string') return instant.test(v) ? 'time' : 'text'
  return Array.isArray(v) ? 'list' : 'object'
}

/** How many items or members there are, -1 for what has none. */
export function sizeOf(v: Json | undefined): number {
  if (Array.isArray(v)) return v.length
  return isObject(v) ? Object.keys(v).length : -1
}

/** A number's own digits. */
export function numberText(v: number | JsonNumber): string {
  return v instanceof JsonNumber ? v.text : String(v)
}

/** A decimal's own digits, grouped by thousands: 1234567.80 is 1,234,567.80. What has an exponent stays as it is. */
export function groupedNumber(v: number | JsonNumber | string): string {
  const text = typeof v === 'string' ? v : numberText(v)
  const parts = /^(-?)(\d+)(\.\d+)?$/.exec(text)
  if (!parts) return text
  return `${parts[1]}${(parts[2] ?? '').replaceAll(/\B(?=(\d{3})+$)/g, ',')}${parts[3] ?? ''}`
}

/** A value on one line of at most so many characters, an ellipsis where it was cut. */
export function previewOf(v: Json | undefined, most = 120): string {
  const text = shortened(v, most)
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

/** JSON of at least the wanted length, or whole: a value of megabytes is not written out for its first line. */
function shortened(v: Json | undefined, most: number): string {
  if (typeof v === 'string') return JSON.stringify(v.length > most ? v.slice(0, most) : v)
  if (!Array.isArray(v) && !isObject(v)) return writeJson(v)
  const list = Array.isArray(v)
  let out = list ? '[' : '{'
  let first = true
  for (const [key, member] of list ? v.entries() : Object.entries(v)) {
    if (out.length > most) return out
    if (!first) out += ', '
    first = false
    out += list ? '' : `${key}: `
    out += shortened(member as Json, most - out.length)
  }
  return out + (list ? ']' : '}')
}

/** What a bare number or text is likely to mean to a reader, beside its exact form: a Unix time, an instant. */
export function timeHint(v: Json | undefined, time: Format['time']): string | undefined {
  if (typeof v === 'string') return instant.test(v) ? time(v.replace(' ', 'T')) : undefined
  if (typeof v !== 'number' || !Number.isInteger(v)) return undefined
  // Ten digits from 2001 on, thirteen for milliseconds: shorter ones are counts, longer ones are ids.
  if (v >= 1e9 && v < 5e9) return time(v * 1000)
  return v >= 1e12 && v < 5e12 ? time(v) : undefined
}
