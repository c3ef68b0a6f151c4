import type { Json, JsonObject } from '../../api/json'
import { isObject, JsonSyntaxError, parseJson, writeJson } from '../../api/json'

/** What flows may be called by other flows and addresses. */
export const idShape = /^[a-z][a-z0-9-]{0,63}$/

/** An id made of a name, as far as the name has letters for one. */
export function idOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[-0-9]+|-+$/g, '')
    .slice(0, 64)
}

/** A flow document with nothing in it. */
export function blankFlow(id: string, title: Json): JsonObject {
  return { sluice: 1, id, title, nodes: [], edges: [] }
}

/** A document under another id and title; the id comes first, as people look for it there. */
export function renamed(document: JsonObject, id: string, title: Json): JsonObject {
  return { ...document, id, title }
}

/** Reads a flow document from a file's text. Throws with what is wrong, as people read it. */
export function readDocument(text: string, noId: string): { id: string; document: JsonObject } {
  const document = parseJson(text)
  const id = isObject(document) ? document['id'] : undefined
  if (!isObject(document) || typeof id !== 'string' || id === '') throw new Error(noId)
  return { id, document }
}

/** Hands a value to the user as a file. */
export function download(name: string, value: Json): void {
  const url = URL.createObjectURL(new Blob([`${writeJson(value, 2)}\n`], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

/** The line of a text that a syntax error is in, from 1; 0 for another error. */
export function lineOf(text: string, error: unknown): number {
  return error instanceof JsonSyntaxError ? text.slice(0, error.at).split('\n').length : 0
}
