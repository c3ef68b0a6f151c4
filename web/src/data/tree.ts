/** The rows of a JSON tree: what is shown of a value with some of its parts open. No React. */
import type { Json } from '../api/json'
import { isObject } from '../api/json'
import { previewOf, sizeOf } from './format'
import type { Path } from './path'
import { pointerOf } from './path'

export interface TreeRow {
  path: Path
  pointer: string
  depth: number
  /** The member's name or position, undefined for the root. */
  name: string | number | undefined
  value: Json
  /** Items or members; -1 for what has none. */
  size: number
  open: boolean
}

/** Which parts are open, by JSON Pointer. */
export type Opened = ReadonlySet<string>

function members(v: Json): Iterable<[string | number, Json]> {
  if (Array.isArray(v)) return v.entries()
  return isObject(v) ? Object.entries(v) : []
}

/** The rows from top to bottom. */
export function treeRows(value: Json, opened: Opened): TreeRow[] {
  const rows: TreeRow[] = []
  const visit = (v: Json, path: Path, pointer: string, name: string | number | undefined) => {
    const size = sizeOf(v)
    const open = size > 0 && opened.has(pointer)
    rows.push({ path, pointer, depth: path.length, name, value: v, size, open })
    if (!open) return
    for (const [key, member] of members(v)) visit(member, [...path, key], pointer + pointerOf([key]), key)
  }
  visit(value, [], '', undefined)
  return rows
}

/** What is open at first: the root, and what is small within it, up to a number of rows. */
export function openedAtFirst(value: Json, most = 60): Set<string> {
  const opened = new Set<string>()
  let rows = 1
  let level: [string, Json][] = [['', value]]
  while (level.length > 0) {
    const next: [string, Json][] = []
    for (const [pointer, v] of level) {
      const size = sizeOf(v)
      const root = pointer === ''
      if (size < 1 || (!root && rows + size > most)) continue
      opened.add(pointer)
      rows += size
      if (size <= most) for (const [key, member] of members(v)) next.push([pointer + pointerOf([key]), member])
    }
    level = next
  }
  return opened
}

/** The pointers of what has the text in its name or its value, in the order of the tree, at most so many. */
export function searchTree(value: Json, text: string, most = 1000): string[] {
  const wanted = text.trim().toLowerCase()
  const found: string[] = []
  if (wanted === '') return found
  const visit = (v: Json, pointer: string, name: string | number | undefined) => {
    if (found.length >= most) return
    const leaf = sizeOf(v) < 0
    const inName = typeof name === 'string' && name.toLowerCase().includes(wanted)
    const inValue = leaf && (typeof v === 'string' ? v : previewOf(v)).toLowerCase().includes(wanted)
    if (inName || inValue) found.push(pointer)
    for (const [key, member] of members(v)) visit(member, pointer + pointerOf([key]), key)
  }
  visit(value, '', undefined)
  return found
}

/** The pointers of all that a place lies in, from the root down. */
export function ancestors(pointer: string): string[] {
  const list: string[] = []
  for (let at = pointer.lastIndexOf('/'); at >= 0; at = pointer.lastIndexOf('/', at - 1)) {
    list.unshift(pointer.slice(0, at))
    if (at === 0) break
  }
  return list
}
