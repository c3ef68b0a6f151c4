import { ensureSyntaxTree, syntaxTree } from '@codemirror/language'
import type { EditorState } from '@codemirror/state'
import type { SyntaxNode } from '@lezer/common'
import { pointerKeys, pointerOf } from '../document/pointer'

/** Places in a JSON text by JSON Pointer, read off the editor's own syntax tree: it holds while the text is being written. */

const parseFor = 200
const values = new Set(['Object', 'Array', 'String', 'Number', 'True', 'False', 'Null'])

function valueIn(node: SyntaxNode): SyntaxNode | null {
  for (let child = node.firstChild; child; child = child.nextSibling) if (values.has(child.name)) return child
  return null
}

function nameOf(state: EditorState, property: SyntaxNode): string | null {
  const name = property.getChild('PropertyName')
  if (!name) return null
  try {
    return JSON.parse(state.sliceDoc(name.from, name.to)) as string
  } catch {
    return null
  }
}

/** Where what a pointer names stands; where it is missing, the last thing on the way there. */
export function rangeOf(state: EditorState, pointer: string): { from: number; to: number } | null {
  const tree = ensureSyntaxTree(state, state.doc.length, parseFor)
  let at = tree ? valueIn(tree.topNode) : null
  if (!at) return null
  for (const key of pointerKeys(pointer)) {
    const next = step(state, at, key)
    if (!next) break
    at = next
  }
  return { from: at.from, to: at.to }
}

function step(state: EditorState, at: SyntaxNode, key: string): SyntaxNode | null {
  if (at.name === 'Array') {
    let n = Number(key)
    for (let child = at.firstChild; child; child = child.nextSibling) if (values.has(child.name) && n-- === 0) return child
    return null
  }
  for (const property of at.getChildren('Property')) if (nameOf(state, property) === key) return [...children(property)].find((c) => values.has(c.name)) ?? null
  return null
}

function* children(node: SyntaxNode): Generator<SyntaxNode> {
  for (let child = node.firstChild; child; child = child.nextSibling) yield child
}

/** The pointer of what stands at a position. */
export function pointerAt(state: EditorState, position: number): string {
  const keys: (string | number)[] = []
  let inner: SyntaxNode | null = null
  for (let at: SyntaxNode | null = syntaxTree(state).resolveInner(position, -1); at; at = at.parent) {
    if (at.name === 'Property') {
      const name = nameOf(state, at)
      if (name !== null) keys.unshift(name)
    } else if (at.name === 'Array' && inner) {
      let n = 0
      for (const child of children(at)) {
        if (child.from >= inner.from) break
        if (values.has(child.name)) n++
      }
      keys.unshift(n)
    }
    inner = at
  }
  return pointerOf(keys)
}

/** The smallest change from one text to another, so that cursor and folds stay where they are. */
export function change(from: string, to: string): { from: number; to: number; insert: string } | null {
  if (from === to) return null
  let start = 0
  while (start < from.length && start < to.length && from[start] === to[start]) start++
  let end = 0
  while (end < from.length - start && end < to.length - start && from.at(-1 - end) === to.at(-1 - end)) end++
  return { from: start, to: from.length - end, insert: to.slice(start, to.length - end) }
}
