/**
 * What a cell of a decision table lets through, as far as that can be told without evaluating anything: literals,
 * comparisons and intervals of numbers, their opposites. The engine decides; this only explains, and says where it cannot.
 */
import type { Json } from '../api/json'
import { JsonNumber } from '../api/json'
import type { Decimal } from './decimal'
import { decimalOf } from './decimal'

/** A number as it was written, for showing it again. */
export interface Bound extends Decimal {
  text: string
}

export type Literal = { kind: 'number'; value: Bound } | { kind: 'text'; value: string } | { kind: 'boolean'; value: boolean } | { kind: 'null' }

/** A stretch of numbers; a missing bound is infinite. */
export interface Range {
  low?: Bound
  high?: Bound
  lowIn: boolean
  highIn: boolean
}

export type Cell =
  | { kind: 'any' }
  | { kind: 'literals'; literals: Literal[] }
  | { kind: 'range'; range: Range }
  | { kind: 'not'; of: Cell }
  /** An expression, or one that compares with something computed: only a run can tell. */
  | { kind: 'unknown' }

const unknown: Cell = { kind: 'unknown' }

/** Reads a cell as it stands in the document. */
export function parseCell(v: Json | undefined): Cell {
  if (v === null || v === undefined) return { kind: 'any' }
  if (typeof v === 'boolean') return { kind: 'literals', literals: [{ kind: 'boolean', value: v }] }
  if (typeof v === 'number' || v instanceof JsonNumber) {
    const literal = literalOf(String(v))
    return literal ? { kind: 'literals', literals: [literal] } : unknown
  }
  return typeof v === 'string' ? parseText(v) : unknown
}

function parseText(text: string): Cell {
  const trimmed = text.trim()
  if (trimmed === '') return { kind: 'any' }
  const comparison = /^(>=|<=|!=|>|<)([\s\S]*)$/.exec(trimmed)
  if (comparison) return compared(comparison[1] ?? '', comparison[2] ?? '')
  const inner = /^not\s*\(([\s\S]*)\)$/.exec(trimmed)
  if (inner && enclosed(inner[1] ?? '')) {
    const of = parseText(inner[1] ?? '')
    return of.kind === 'unknown' || of.kind === 'any' ? unknown : { kind: 'not', of }
  }
  const interval = /^([[(])([\s\S]*)([\])])$/.exec(trimmed)
  if (interval) {
    const bounds = splitTop(interval[2] ?? '', '..')
    if (bounds.length === 2) return between(interval[1] === '[', bounds[0] ?? '', bounds[1] ?? '', interval[3] === ']')
  }
  const literals = splitTop(trimmed, ',').map(literalOf)
  return literals.every((l) => l !== undefined) ? { kind: 'literals', literals } : unknown
}

function compared(operator: string, operand: string): Cell {
  const literal = literalOf(operand)
  if (!literal) return unknown
  if (operator === '!=') return { kind: 'not', of: { kind: 'literals', literals: [literal] } }
  if (literal.kind !== 'number') return unknown
  const closed = operator.endsWith('=')
  const range: Range = operator.startsWith('>')
    ? { low: literal.value, lowIn: closed, highIn: false }
    : { high: literal.value, lowIn: false, highIn: closed }
  return { kind: 'range', range }
}

function between(lowIn: boolean, low: string, high: string, highIn: boolean): Cell {
  const [from, to] = [literalOf(low), literalOf(high)]
  if (from?.kind !== 'number' || to?.kind !== 'number') return unknown
  return { kind: 'range', range: { low: from.value, high: to.value, lowIn, highIn } }
}

function literalOf(text: string): Literal | undefined {
  const t = text.trim()
  if (t === 'true' || t === 'false') return { kind: 'boolean', value: t === 'true' }
  if (t === 'nil') return { kind: 'null' }
  const n = decimalOf(t)
  if (n) return { kind: 'number', value: { ...n, text: t } }
  if (!/^"(?:[^"\\\n]|\\.)*"$|^'(?:[^'\\\n]|\\.)*'$|^`[^`]*`$/.test(t)) return undefined
  return { kind: 'text', value: t[0] === '`' ? t.slice(1, -1) : unescaped(t.slice(1, -1)) }
}

const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r' }

function unescaped(text: string): string {
  return text.replaceAll(/\\(u[\da-fA-F]{4}|[\s\S])/g, (_, e: string) =>
    e.length > 1 ? String.fromCharCode(parseInt(e.slice(1), 16)) : (escapes[e] ?? e),
  )
}

function enclosed(inner: string): boolean {
  let depth = 0
  for (const c of withoutTexts(inner)) {
    if (c === '(') depth++
    if (c === ')' && --depth < 0) return false
  }
  return depth === 0
}

/** The text with what stands in quotes blanked out: the same length. */
function withoutTexts(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, (s) => ' '.repeat(s.length))
}

/** Cuts a text at each separator that stands in no quotes and no brackets. */
export function splitTop(text: string, separator: string): string[] {
  const plain = withoutTexts(text)
  const pieces: string[] = []
  let depth = 0
  let from = 0
  for (let i = 0; i < plain.length; i++) {
    const c = plain[i] ?? ''
    if ('([{'.includes(c)) depth++
    else if (')]}'.includes(c)) depth--
    else if (depth === 0 && plain.startsWith(separator, i)) {
      pieces.push(text.slice(from, i))
      i += separator.length - 1
      from = i + 1
    }
  }
  return [...pieces, text.slice(from)]
}
