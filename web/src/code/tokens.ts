/** The tokens of the expression language, of templates, of cells and of SQL, for colour and completion. Nothing is judged: what is wrong the engine says. */

export type TokenKind = 'number' | 'string' | 'name' | 'field' | 'function' | 'keyword' | 'atom' | 'operator' | 'bracket' | 'pointer' | 'comment' | 'marker'

export interface Token {
  kind: TokenKind
  from: number
  to: number
}

export type Tokenizer = (text: string) => Token[]

const keywords = new Set(['in', 'not', 'and', 'or', 'let', 'if', 'else', 'matches', 'contains', 'startsWith', 'endsWith'])
const atoms = new Set(['true', 'false', 'nil'])

const token =
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<string>"(?:[^"\\]|\\[\s\S])*(?:"|$)|'(?:[^'\\]|\\[\s\S])*(?:'|$)|`[^`]*(?:`|$))|(?<number>0[xX][\da-fA-F_]+|0[bB][01_]+|\d[\d_]*(?:\.(?!\.)[\d_]*)?(?:[eE][+-]?\d+)?|\.\d+)|(?<pointer>#\w*)|(?<name>[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*)|(?<bracket>[()[\]{}])|(?<operator>\?\.|\?\?|\.\.|\|\||&&|[=!<>]=|\*\*|[-+*/%^<>=!?:|,;.])|[\s\S]/g

/** The tokens of a part of a text; positions are in the whole. */
export function expressionTokens(text: string, from = 0, to = text.length): Token[] {
  const source = text.slice(from, to)
  const tokens: Token[] = []
  for (const found of source.matchAll(token)) {
    const groups = found.groups ?? {}
    const kind = Object.keys(groups).find((k) => groups[k] !== undefined) as TokenKind | undefined
    if (!kind) continue
    const at = from + found.index
    const end = at + found[0].length
    tokens.push({ kind: kind === 'name' ? nameKind(text, found[0], tokens, end) : kind, from: at, to: end })
  }
  return tokens
}

function nameKind(text: string, name: string, before: Token[], end: number): TokenKind {
  const last = before.at(-1)
  const afterDot = last?.kind === 'operator' && /^\??\.$/.test(text.slice(last.from, last.to))
  if (afterDot) return 'field'
  if (keywords.has(name)) return 'keyword'
  if (atoms.has(name)) return 'atom'
  return /^\s*\(/.test(text.slice(end, end + 20)) ? 'function' : 'name'
}

/** Where the expressions of a template stand, without their braces. `closed` is false where the end is missing. */
export interface Hole {
  from: number
  to: number
  closed: boolean
}

/** The templates in a text. Braces in literal texts and maps within an expression do not end it. */
export function templateHoles(text: string): Hole[] {
  const holes: Hole[] = []
  let at = 0
  for (;;) {
    const open = text.indexOf('{{', at)
    if (open < 0) return holes
    const to = holeEnd(text, open + 2)
    holes.push({ from: open + 2, to: to < 0 ? text.length : to, closed: to >= 0 })
    if (to < 0) return holes
    at = to + 2
  }
}

function holeEnd(text: string, from: number): number {
  let depth = 0
  for (const t of expressionTokens(text, from)) {
    if (t.kind !== 'bracket') continue
    const c = text[t.from]
    if (c === '{') depth++
    else if (c === '}') {
      if (depth === 0) return text[t.to] === '}' ? t.from : -1
      depth--
    }
  }
  return -1
}

/** A text with templates: only what stands in braces has tokens. */
export function templateTokens(text: string): Token[] {
  return templateHoles(text).flatMap(({ from, to, closed }) => [
    { kind: 'marker' as const, from: from - 2, to: from },
    ...expressionTokens(text, from, to),
    ...(closed ? [{ kind: 'marker' as const, from: to, to: to + 2 }] : []),
  ])
}

/** Where the text is exactly one template, so that its value keeps its type: the expression within. */
export function soleExpression(text: string): string | undefined {
  const trimmed = text.trim()
  const [hole, more] = templateHoles(trimmed)
  if (!hole?.closed || more || hole.from !== 2 || hole.to !== trimmed.length - 2) return undefined
  return trimmed.slice(2, -2).trim()
}

const sqlKeywords = new Set(
  `add all alter and any as asc autoincrement begin between by case cast check column commit conflict constraint create cross
  current_date current_time current_timestamp database default delete desc distinct do drop else end escape except exists
  explain fetch filter first following for foreign from full group having if ignore in index inner insert intersect interval
  into is join key last lateral left like limit lock natural not nothing null nulls offset on only or order outer over
  partition preceding primary range recursive references replace returning right rollback row rows select set share skip
  some table then to transaction true false truncate unbounded union unique update using values view when where window with`.split(/\s+/),
)

const sqlToken =
  /(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<string>'(?:[^']|'')*(?:'|$))|(?<field>"(?:[^"]|"")*(?:"|$)|`[^`]*(?:`|$))|(?<skip>::)|(?<pointer>:[A-Za-z_]\w*|\?|\$\d+)|(?<number>\d+(?:\.\d+)?)|(?<name>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|(?<bracket>[()])|(?<operator>[-+*/%<>=!|,;.]+)|[\s\S]/g

/** SQL; `:name` and `?` are pointers. */
export function sqlTokens(text: string): Token[] {
  const tokens: Token[] = []
  for (const found of text.matchAll(sqlToken)) {
    const groups = found.groups ?? {}
    const kind = Object.keys(groups).find((k) => groups[k] !== undefined)
    if (!kind || kind === 'skip') continue
    const word = found[0].toLowerCase()
    const after = text.slice(found.index + word.length, found.index + word.length + 2)
    const named: TokenKind = sqlKeywords.has(word) ? 'keyword' : /^\s?\(/.test(after) ? 'function' : 'name'
    tokens.push({ kind: kind === 'name' ? named : (kind as TokenKind), from: found.index, to: found.index + found[0].length })
  }
  return tokens
}

/** The names of the arguments that a statement asks for, in the order of their first use. */
export function sqlArguments(text: string): string[] {
  const names = sqlTokens(text).filter((t) => t.kind === 'pointer' && text[t.from] === ':').map((t) => text.slice(t.from + 1, t.to))
  return [...new Set(names)]
}

/** JavaScript counts UTF-16 units, the engine characters: of a span of the engine's the place in the text. */
export function unitsOf(text: string, characters: number): number {
  let units = 0
  for (const c of text) {
    if (characters-- <= 0) break
    units += c.length
  }
  return units
}
