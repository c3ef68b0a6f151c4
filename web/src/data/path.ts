import type { Json } from '../api/json'
import { isObject } from '../api/json'

/** The way from a value to one within it: names of members, positions in lists. */
export type Path = readonly (string | number)[]

/** What the language reads as a name; anything else stands in brackets. */
const plainName = /^[A-Za-z_]\w*$/
const reserved = new Set(['in', 'not', 'and', 'or', 'let', 'if', 'else', 'true', 'false', 'nil', 'matches', 'contains', 'startsWith', 'endsWith'])

/** A text as a literal of the expression language. */
export function quoted(text: string): string {
  return JSON.stringify(text)
}

function step(part: string | number): string {
  if (typeof part === 'number') return `[${part}]`
  return plainName.test(part) && !reserved.has(part) ? `.${part}` : `[${quoted(part)}]`
}

/** The expression for what stands at a path below a root such as `trigger.body`; without a root, for the item itself. */
export function expressionOf(root: string, path: Path): string {
  const tail = path.map(step).join('')
  return root === '' && tail.startsWith('.') ? tail.slice(1) : root + tail
}

/** The expression for a node's output. */
export function nodeExpression(id: string): string {
  return expressionOf('nodes', [id])
}

/** The path as a JSON Pointer. */
export function pointerOf(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The parts of a JSON Pointer, unescaped; positions stay texts. */
export function pointerParts(pointer: string): string[] {
  return pointer === '' ? [] : pointer.slice(1).split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** What stands at a path, undefined where nothing does. */
export function valueAt(v: Json | undefined, path: readonly (string | number)[]): Json | undefined {
  let at = v
  for (const part of path) {
    if (Array.isArray(at)) at = at[Number(part)]
    else if (isObject(at) && Object.hasOwn(at, part)) at = at[part]
    else return undefined
  }
  return at
}
