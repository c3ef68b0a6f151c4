/**
 * JSON held exactly. A number that JavaScript would change (an order id of 19 digits, 12.50, 1e3) is a JsonNumber with its
 * source text; all others are plain numbers. What came in goes out again to the digit.
 */

/** A number as it was written. Immutable; two of the same text are equal by sameJson, not by ===. */
export class JsonNumber {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
  toString(): string {
    return this.text
  }
}

export type Json = null | boolean | number | string | JsonNumber | Json[] | JsonObject
export type JsonObject = { [key: string]: Json }

/** Where and why a text is not JSON. */
export class JsonSyntaxError extends Error {
  /** Index into the text, in UTF-16 units. */
  readonly at: number
  constructor(message: string, at: number) {
    super(message)
    this.name = 'JsonSyntaxError'
    this.at = at
  }
}

export function isObject(v: Json | undefined): v is JsonObject {
  return typeof v === 'object' && v !== null && !Array.isArray(v) && !(v instanceof JsonNumber)
}

/** A number by its source text: plain where that loses nothing. */
export function exactNumber(text: string): number | JsonNumber {
  const n = Number(text)
  return String(n) === text ? n : new JsonNumber(text)
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const plainText = /[^"\\\u0000-\u001f]*/y
const escapes: Record<string, string> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
const maxDepth = 1000

class Reader {
  private at = 0
  private readonly text: string
  constructor(text: string) {
    this.text = text
  }

  document(): Json {
    const v = this.value(0)
    this.space()
    if (this.at < this.text.length) this.fail('text after the end')
    return v
  }

  private fail(why: string): never {
    throw new JsonSyntaxError(why, this.at)
  }

  private space() {
    for (;;) {
      const c = this.text.charCodeAt(this.at)
      if (c !== 32 && c !== 10 && c !== 13 && c !== 9) return
      this.at++
    }
  }

  private value(depth: number): Json {
    if (depth > maxDepth) this.fail('nested too deeply')
    this.space()
    switch (this.text[this.at]) {
      case '{':
        return this.object(depth)
      case '[':
        return this.array(depth)
      case '"':
        return this.string()
      case 't':
        return this.word('true', true)
      case 'f':
        return this.word('false', false)
      case 'n':
        return this.word('null', null)
      default:
        return this.number()
    }
  }

  private word<T>(word: string, v: T): T {
    if (!this.text.startsWith(word, this.at)) this.fail('not a JSON value')
    this.at += word.length
    return v
  }

  private number(): number | JsonNumber {
    number.lastIndex = this.at
    const found = number.exec(this.text)
    if (!found) return this.fail(this.at < this.text.length ? 'not a JSON value' : 'the text ends early')
    this.at += found[0].length
    return exactNumber(found[0])
  }

  private string(): string {
    this.at++
    let out = ''
    for (;;) {
      plainText.lastIndex = this.at
      const run = plainText.exec(this.text)?.[0] ?? ''
      out += run
      this.at += run.length
      const c = this.text[this.at]
      if (c === '"') {
        this.at++
        return out
      }
      if (c !== '\\') this.fail(c === undefined ? 'a text without an end' : 'a control character in a text')
      out += this.escape()
    }
  }

  private escape(): string {
    const c = this.text[this.at + 1] ?? ''
    if (c === 'u') {
      const hex = this.text.slice(this.at + 2, this.at + 6)
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) this.fail('a wrong \\u escape')
      this.at += 6
      return String.fromCharCode(parseInt(hex, 16))
    }
    const v = escapes[c]
    if (v === undefined) this.fail('a wrong escape')
    this.at += 2
    return v
  }

  private array(depth: number): Json[] {
    const out: Json[] = []
    this.at++
    this.space()
    if (this.text[this.at] === ']') {
      this.at++
      return out
    }
    for (;;) {
      out.push(this.value(depth + 1))
      if (this.more(']')) return out
    }
  }

  private object(depth: number): JsonObject {
    const out: JsonObject = {}
    this.at++
    this.space()
    if (this.text[this.at] === '}') {
      this.at++
      return out
    }
    for (;;) {
      this.space()
      if (this.text[this.at] !== '"') this.fail('a key is missing')
      const key = this.string()
      this.space()
      if (this.text[this.at] !== ':') this.fail('a colon is missing')
      this.at++
      const v = this.value(depth + 1)
      // An ordinary assignment to __proto__ would set the prototype.
      if (key === '__proto__') Object.defineProperty(out, key, { value: v, enumerable: true, writable: true, configurable: true })
      else out[key] = v
      if (this.more('}')) return out
    }
  }

  /** Reads a comma, or the end of a list or object. */
  private more(end: string): boolean {
    this.space()
    const c = this.text[this.at]
    if (c !== ',' && c !== end) this.fail(c === undefined ? 'the text ends early' : 'a comma is missing')
    this.at++
    return c === end
  }
}

/** Reads JSON. Throws JsonSyntaxError. */
export function parseJson(text: string): Json {
  return new Reader(text).document()
}

/** Writes JSON, numbers as they were read. With an indent, one line a member; undefined members are left out. */
export function writeJson(v: Json | undefined, indent = 0, pad = ''): string {
  if (v instanceof JsonNumber) return v.text
  if (typeof v !== 'object' || v === null) return JSON.stringify(v ?? null)
  const inner = pad + ' '.repeat(indent)
  const list = Array.isArray(v)
  const parts = list
    ? v.map((x) => writeJson(x, indent, inner))
    : Object.entries(v)
        .filter(([, x]) => x !== undefined)
        .map(([k, x]) => JSON.stringify(k) + (indent ? ': ' : ':') + writeJson(x, indent, inner))
  const [open, close] = list ? ['[', ']'] : ['{', '}']
  if (parts.length === 0) return open + close
  return indent ? `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${pad}${close}` : open + parts.join(',') + close
}

/** Whether two values say the same; members of objects have no order, numbers are compared by their text. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (a instanceof JsonNumber || b instanceof JsonNumber) {
    return a instanceof JsonNumber && b instanceof JsonNumber && a.text === b.text
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((x, i) => sameJson(x, b[i]))
  }
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((k) => Object.hasOwn(b, k) && sameJson(a[k], b[k]))
}
