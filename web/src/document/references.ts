import { isRecord } from './types'

/**
 * Rewriting references to node ids in expressions. Only tokens change: text in string literals and names that merely
 * look alike stay.
 */

/** Says whether the string at a path of keys is a bare expression. Every other string may hold templates. */
export type IsExpression = (path: readonly (string | number)[]) => boolean

interface Token {
  readonly kind: 'name' | 'text' | 'other'
  readonly from: number
  readonly to: number
}

function* tokens(source: string): Generator<Token> {
  const pattern = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|[A-Za-z_$][\w$]*|\?\.|\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|[\s\S]/g
  for (let m = pattern.exec(source); m; m = pattern.exec(source)) {
    const text = m[0]
    if (/^\s|^\/[/*]/.test(text)) continue
    const kind = /^[A-Za-z_$]/.test(text) ? 'name' : /^["'`]/.test(text) && text.length > 1 ? 'text' : 'other'
    yield { kind, from: m.index, to: m.index + text.length }
  }
}

/** What holds outputs by node id: `nodes` everywhere; `input` too where several edges meet. */
export type Root = 'nodes' | 'input'

/** An expression with the ids of nodes replaced. */
export function renameInExpression(source: string, ids: ReadonlyMap<string, string>, root: Root = 'nodes'): string {
  if (!source.includes(root)) return source
  const list = [...tokens(source)]
  const text = (i: number) => {
    const token = list[i]
    return token ? source.slice(token.from, token.to) : ''
  }
  let out = ''
  let done = 0
  const replace = (from: number, to: number, by: string) => {
    out += source.slice(done, from) + by
    done = to
  }
  for (let i = 0; i < list.length; i++) {
    if (text(i) !== root || list[i]?.kind !== 'name' || text(i - 1) === '.' || text(i - 1) === '?.') continue
    const dot = list[i + 1]
    const id = list[i + 2]
    if (!dot || !id) continue
    if ((text(i + 1) === '.' || text(i + 1) === '?.') && id.kind === 'name') {
      const next = ids.get(text(i + 2))
      if (next === undefined) continue
      if (/^[A-Za-z_]\w*$/.test(next)) replace(id.from, id.to, next)
      else replace(dot.from, id.to, `${text(i + 1) === '?.' ? '?.' : ''}["${next}"]`)
    } else if (text(i + 1) === '[' && id.kind === 'text' && text(i + 3) === ']') {
      const quote = source[id.from] ?? '"'
      const next = ids.get(source.slice(id.from + 1, id.to - 1))
      if (next !== undefined) replace(id.from, id.to, `${quote}${next}${quote}`)
    }
  }
  return out + source.slice(done)
}

/** A text with the expressions of its templates rewritten. */
export function renameInTemplate(source: string, ids: ReadonlyMap<string, string>, root: Root = 'nodes'): string {
  if (!source.includes('{{')) return source
  let out = ''
  let at = 0
  for (;;) {
    const open = source.indexOf('{{', at)
    if (open < 0) return out + source.slice(at)
    const close = closing(source, open + 2)
    if (close < 0) return out + source.slice(at)
    out += source.slice(at, open + 2) + renameInExpression(source.slice(open + 2, close), ids, root)
    at = close
  }
}

// Where a template ends: braces of map literals and quoted text inside it do not count.
function closing(source: string, from: number): number {
  let depth = 0
  for (const token of tokens(source.slice(from))) {
    const text = source.slice(from + token.from, from + token.to)
    if (text === '{') depth++
    else if (text === '}') {
      if (depth === 0) return from + token.from
      depth--
    }
  }
  return -1
}

/** A value with all references in it rewritten; the same object where there are none. */
export function renameInValue<T>(value: T, ids: ReadonlyMap<string, string>, isExpression: IsExpression, root: Root = 'nodes'): T {
  if (ids.size === 0) return value
  return rewrite(value, (text, path) => (isExpression(path) ? renameInExpression(text, ids, root) : renameInTemplate(text, ids, root)), []) as T
}

function rewrite(value: unknown, text: (text: string, path: readonly (string | number)[]) => string, path: readonly (string | number)[]): unknown {
  if (typeof value === 'string') return text(value, path)
  if (Array.isArray(value)) {
    const list = value.map((item: unknown, i) => rewrite(item, text, [...path, i]))
    return list.some((item, i) => item !== value[i]) ? list : value
  }
  if (!isRecord(value)) return value
  let changed: Record<string, unknown> | null = null
  for (const [key, item] of Object.entries(value)) {
    const next = rewrite(item, text, [...path, key])
    if (next !== item) changed = { ...(changed ?? value), [key]: next }
  }
  return changed ?? value
}
