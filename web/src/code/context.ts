/** What stands around the cursor in an expression: the path that is being typed, the call that it is an argument of. */
import type { Path } from '../data/path'
import type { Token } from './tokens'

export interface PathContext {
  /** What is before the last dot or bracket: `nodes.save.` has [nodes, save]. Empty where a name begins. */
  base: Path
  /** The path starts at the current item of a predicate: `#.` or a leading dot. */
  item: boolean
  /** What has been typed of the next step. */
  partial: string
  /** Where the next step begins; a bracket or its quote are before it. */
  from: number
  /** The step stands in `["`: its name is a text. */
  bracket: boolean
}

/** The path at a position, undefined where none can be: within a literal, after a number, behind a call's result. */
export function pathContext(text: string, tokens: readonly Token[], pos: number): PathContext | undefined {
  const before = tokens.filter((t) => t.from < pos)
  const at = before.at(-1)
  if (at?.kind === 'comment' && pos <= at.to) return undefined
  let i = before.length - 1
  let partial = ''
  let from = pos
  let bracket = false
  if (at && pos <= at.to && isWord(at)) {
    from = at.from
    partial = text.slice(at.from, pos)
    i--
  } else if (at && at.kind === 'string' && (pos < at.to || !closedString(text, at))) {
    // A key: only right behind an opening bracket.
    if (!isText(text, before[i - 1], '[')) return undefined
    from = at.from + 1
    partial = text.slice(from, pos)
    bracket = true
    i -= 1
  } else if (at && (at.kind === 'number' || at.kind === 'pointer') && pos <= at.to) return undefined
  const steps = stepsBefore(text, before, i, bracket)
  return steps && { ...steps, partial, from, bracket }
}

function isWord(t: Token): boolean {
  return t.kind === 'name' || t.kind === 'field' || t.kind === 'function' || t.kind === 'keyword' || t.kind === 'atom'
}

function closedString(text: string, t: Token): boolean {
  return t.to - t.from > 1 && text[t.to - 1] === text[t.from]
}

function isText(text: string, t: Token | undefined, wanted: string): boolean {
  return t !== undefined && text.slice(t.from, t.to) === wanted
}

/** Walks back over `.name`, `["name"]` and `[0]` from before a step. */
function stepsBefore(text: string, tokens: readonly Token[], last: number, bracket: boolean): { base: Path; item: boolean } | undefined {
  const base: (string | number)[] = []
  let i = last
  const dot = (t: Token | undefined) => isText(text, t, '.') || isText(text, t, '?.')
  if (bracket) i-- // the opening bracket
  else if (dot(tokens[i])) {
    i--
    // A dot with nothing before it is the item of a predicate: filter(items, .price > 1).
    if (!endsValue(text, tokens[i])) return { base: [], item: true }
  } else return { base: [], item: false }
  for (;;) {
    const t = tokens[i]
    if (!t) return undefined
    const word = text.slice(t.from, t.to)
    if (t.kind === 'pointer') return word === '#' ? { base: base.toReversed(), item: true } : undefined
    if (word === ']') {
      const key = tokens[i - 1]
      if (!key || !isText(text, tokens[i - 2], '[')) return undefined
      const literal = text.slice(key.from, key.to)
      if (key.kind === 'string') base.push(unquoted(literal))
      else if (key.kind === 'number' && /^\d+$/.test(literal)) base.push(Number(literal))
      else return undefined
      i -= 3
      if (dot(tokens[i])) i--
      continue
    }
    if (!isWord(t)) return undefined
    base.push(word)
    if (!dot(tokens[i - 1])) return { base: base.toReversed(), item: false }
    if (!endsValue(text, tokens[i - 2])) return { base: base.toReversed(), item: true }
    i -= 2
  }
}

function endsValue(text: string, t: Token | undefined): boolean {
  if (!t) return false
  return (isWord(t) && t.kind !== 'keyword') || t.kind === 'string' || t.kind === 'pointer' || t.kind === 'number' || [')', ']', '}'].includes(text.slice(t.from, t.to))
}

function unquoted(literal: string): string {
  return literal.slice(1, -1).replaceAll(/\\(["'\\])/g, '$1')
}

export interface CallContext {
  name: string
  /** Which argument the position is in, from 0. */
  argument: number
  /** Where the call's bracket stands. */
  at: number
}

/** The innermost call whose brackets the position is in. A pipe's left side is the first argument. */
export function callContext(text: string, tokens: readonly Token[], pos: number): CallContext | undefined {
  const open: (CallContext | undefined)[] = []
  for (const [i, t] of tokens.entries()) {
    if (t.from >= pos) break
    const word = text.slice(t.from, t.to)
    if (t.kind === 'bracket' && '([{'.includes(word)) {
      const name = tokens[i - 1]
      const call = word === '(' && name?.kind === 'function'
      open.push(call ? { name: text.slice(name.from, name.to), argument: isText(text, tokens[i - 2], '|') ? 1 : 0, at: t.from } : undefined)
    } else if (t.kind === 'bracket') open.pop()
    else if (word === ',') {
      const innermost = open.at(-1)
      if (innermost) innermost.argument++
    }
  }
  return open.findLast((c) => c !== undefined)
}

/** The list that the item of a predicate at a position is of, as the text of the first argument: filter(LIST, .x). */
export function predicateList(text: string, tokens: readonly Token[], pos: number): string | undefined {
  const call = callContext(text, tokens, pos)
  if (!call || call.argument === 0) return undefined
  const name = tokens.findIndex((t) => t.from === call.at) - 1
  if (isText(text, tokens[name - 1], '|')) {
    const end = tokens[name - 1]?.from ?? 0
    return text.slice(chainStart(text, tokens, name - 2), end).trim()
  }
  const comma = tokens.find((t) => t.from > call.at && text.slice(t.from, t.to) === ',' && callContext(text, tokens, t.from)?.at === call.at)
  return comma && text.slice(call.at + 1, comma.from).trim()
}

function chainStart(text: string, tokens: readonly Token[], last: number): number {
  let i = last
  while (i > 0 && (isText(text, tokens[i - 1], '.') || isText(text, tokens[i - 1], '?.'))) i -= 2
  return tokens[i]?.from ?? 0
}
