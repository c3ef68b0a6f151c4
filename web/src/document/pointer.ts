import { indexOf } from './graphs'
import { triggerKey } from './triggers'
import type { FlowDocument } from './types'

/** The keys of a JSON Pointer. */
export function pointerKeys(pointer: string): string[] {
  return pointer.split('/').slice(1).map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}

export function pointerOf(keys: readonly (string | number)[]): string {
  return keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** What on the canvas a pointer into the document lies in, and where within it. `id` is null for the flow itself. */
export interface Target {
  readonly id: string | null
  /** Pointer within the node or trigger. */
  readonly rest: string
}

export function targetOf(doc: FlowDocument, pointer: string): Target {
  const trigger = /^\/triggers\/(\d+)(\/.*)?$/.exec(pointer)
  if (trigger) {
    const found = doc.triggers?.[Number(trigger[1])]
    return found ? { id: triggerKey(found.id), rest: trigger[2] ?? '' } : { id: null, rest: pointer }
  }
  const node = /^((?:\/nodes\/\d+\/body)*\/nodes\/\d+)(\/.*)?$/.exec(pointer)
  if (!node) {
    const edge = /^((?:\/nodes\/\d+)?(?:\/body\/nodes\/\d+)*(?:\/body)?)\/edges\/(\d+)/.exec(pointer)
    return { id: edge ? edgeStart(doc, edge[1] ?? '', Number(edge[2])) : null, rest: pointer }
  }
  const at = node[1] ?? ''
  for (const [id, place] of indexOf(doc).places) {
    if (place.pointer === at) return { id, rest: node[2] ?? '' }
  }
  return { id: null, rest: pointer }
}

function edgeStart(doc: FlowDocument, graphPointer: string, n: number): string | null {
  const { graphs, places } = indexOf(doc)
  for (const [owner, graph] of graphs) {
    const pointer = owner === null ? '' : `${places.get(owner)?.pointer}/body`
    if (pointer === graphPointer) return graph.edges?.[n]?.from ?? null
  }
  return null
}

/** The JSON Pointer of what a canvas id stands for. */
export function pointerTo(doc: FlowDocument, id: string): string | null {
  if (id.startsWith('@')) {
    const n = doc.triggers?.findIndex((trigger) => trigger.id === id.slice(1)) ?? -1
    return n < 0 ? null : `/triggers/${n}`
  }
  return indexOf(doc).places.get(id)?.pointer ?? null
}
