/** What can stand at a place of an expression: names in scope, members of the real data there, functions. No editor, no React. */
import type { Json, JsonObject } from '../api/json'
import { isObject } from '../api/json'
import type { ExpressionFunction } from '../api/schema'
import { previewOf, sizeOf } from '../data/format'
import { quoted, valueAt } from '../data/path'
import type { PathContext } from './context'
import { callContext, pathContext, predicateList } from './context'
import type { Token } from './tokens'
import { expressionTokens } from './tokens'

/** What an expression can name at its place. */
export interface Names {
  /** Roots with example values: those of a run where there is one. */
  scope: JsonObject
  /** Titles of nodes by id, for reading beside the ids. */
  titles: Readonly<Record<string, string>>
  functions: readonly ExpressionFunction[]
}

export interface Suggestion {
  label: string
  kind: 'root' | 'field' | 'function' | 'keyword'
  /** What replaces the text from `from` to the cursor. */
  insert: string
  from: number
  /** Beside the label: the kind of a value, the parameters of a function. */
  detail: string
  value?: Json
  function?: ExpressionFunction
}

const plain = /^[A-Za-z_]\w*$/
const keywords = ['nil', 'true', 'false', 'not', 'in', 'contains', 'startsWith', 'endsWith', 'matches', 'let']

/** The suggestions at a position of the expression that stands in a part of a text. */
export function suggestions(text: string, pos: number, names: Names, from = 0, to = text.length): Suggestion[] {
  const tokens = expressionTokens(text, from, to)
  const at = pathContext(text, tokens, pos)
  if (!at) return []
  const value = ownerValue(text, tokens, pos, at, names)
  if (at.item || at.base.length > 0) return members(text, at, value, names)
  const wanted = at.partial.toLowerCase()
  const fits = (name: string) => name.toLowerCase().includes(wanted)
  const roots: Suggestion[] = Object.entries(names.scope).filter(([k]) => fits(k)).map(([k, v]) => ({
    label: k, kind: 'root', insert: k, from: at.from, detail: describe(v), value: v,
  }))
  const functions = names.functions.filter((f) => fits(f.name)).map((f): Suggestion => ({
    label: f.name, kind: 'function', insert: f.name, from: at.from, detail: `(${f.params.map(parameterText).join(', ')})`, function: f,
  }))
  const words = keywords.filter((k) => wanted !== '' && k.startsWith(wanted)).map((k): Suggestion => ({ label: k, kind: 'keyword', insert: k, from: at.from, detail: '' }))
  return [...roots, ...functions, ...words]
}

/** The value whose members a path context asks for. */
function ownerValue(text: string, tokens: readonly Token[], pos: number, at: PathContext, names: Names): Json | undefined {
  if (!at.item) return valueAt(names.scope, at.base)
  const list = predicateList(text, tokens, pos)
  return list === undefined ? undefined : valueAt(firstItem(expressionValue(list, names)), at.base)
}

function firstItem(v: Json | undefined): Json | undefined {
  return Array.isArray(v) ? v[0] : undefined
}

/** The example value of an expression that is only a path; of a filter, a sort or the like that of its list. */
export function expressionValue(text: string, names: Names): Json | undefined {
  const keeps = /^(?:filter|sortBy|sort|reverse|uniq|take|concat)\s*\(([\s\S]*)\)$/.exec(text.trim())
  if (keeps) {
    const inner = keeps[1] ?? ''
    const call = predicateList(`f(${inner}`, expressionTokens(`f(${inner}`), inner.length + 2) ?? inner
    return expressionValue(call, names)
  }
  const probe = `${text.trim()}.`
  const at = pathContext(probe, expressionTokens(probe), probe.length)
  return at && !at.item && at.base.length > 0 ? valueAt(names.scope, at.base) : undefined
}

function members(text: string, at: PathContext, owner: Json | undefined, names: Names): Suggestion[] {
  const wanted = at.partial.toLowerCase()
  const isNodes = at.base.length === 1 && at.base[0] === 'nodes' && !at.item
  const list = Array.isArray(owner)
  const entries: [string, Json][] = isObject(owner) ? Object.entries(owner) : list && owner.length > 0 && !at.bracket ? [['[0]', owner[0] ?? null]] : []
  return entries
    .filter(([k]) => k.toLowerCase().includes(wanted) || (isNodes && (names.titles[k] ?? '').toLowerCase().includes(wanted)))
    .map(([k, v]) => {
      const title = isNodes ? names.titles[k] : undefined
      return { label: k, kind: 'field', ...inserted(text, at, k, list), detail: title ? `${title} · ${describe(v)}` : describe(v), value: v }
    })
}

/** A member behind a dot; one that is no name goes into brackets, in the place of the dot. */
function inserted(text: string, at: PathContext, key: string, list: boolean): { insert: string; from: number } {
  if (at.bracket) {
    const rest = text.slice(at.from + at.partial.length)
    const quote = text[at.from - 1] ?? '"'
    const closes = rest.startsWith(`${quote}]`)
    return { insert: closes ? key : `${key}${quote}]`, from: at.from }
  }
  if (!list && plain.test(key)) return { insert: key, from: at.from }
  const dot = text.slice(at.from - 2, at.from) === '?.' ? 2 : text[at.from - 1] === '.' ? 1 : 0
  const step = list ? key : `[${quoted(key)}]`
  return { insert: (dot === 2 ? '?.' : '') + step, from: at.from - dot }
}

/** What a value is, in no language: itself, or how much is in it. */
function describe(v: Json): string {
  const size = sizeOf(v)
  return size < 0 ? previewOf(v, 28) : Array.isArray(v) ? `[ ${size} ]` : `{ ${size} }`
}

export function parameterText(p: ExpressionFunction['params'][number]): string {
  return `${p.name}${p.variadic ? '…' : ''}${p.optional ? '?' : ''}`
}

/** The function whose argument is being typed, and which of its parameters that is. */
export function signatureAt(text: string, pos: number, names: Names, from = 0, to = text.length): { function: ExpressionFunction; parameter: number; at: number } | undefined {
  const call = callContext(text, expressionTokens(text, from, to), pos)
  const f = call && names.functions.find((x) => x.name === call.name)
  if (!f) return undefined
  return { function: f, parameter: Math.min(call.argument, f.params.length - 1), at: call.at }
}

/** The path that a position lies in and its example value, for reading it on hover. */
export function valueUnder(text: string, pos: number, names: Names, from = 0, to = text.length): { from: number; to: number; value: Json } | undefined {
  const tokens = expressionTokens(text, from, to)
  const token = tokens.find((t) => t.from <= pos && pos < t.to && (t.kind === 'name' || t.kind === 'field'))
  const at = token && pathContext(text, tokens, token.to)
  if (!token || !at) return undefined
  const owner = ownerValue(text, tokens, token.to, at, names)
  const value = valueAt(owner ?? names.scope, [at.partial])
  return value === undefined ? undefined : { from: token.from, to: token.to, value }
}
