import type { NodeType } from '../api/schema'
import { matches, pinyinInitials } from '../app/match'
import type { Catalog } from '../canvas/catalog'

/** The triggers that a flow can have; they are no node types, so the server does not list them among those. */
export const triggerTypes = ['webhook', 'cron', 'queue', 'event', 'call'] as const
export type TriggerType = (typeof triggerTypes)[number]

/** The order of the palette. */
const categories = ['connect', 'data', 'logic', 'flow', 'message'] as const
export type Category = (typeof categories)[number]

/** Node types by category, those that a query finds: by title and summary in both languages, by type, by pinyin initials. */
export function found(catalog: Catalog, query: string): { category: string; types: NodeType[] }[] {
  const fitting = catalog.types.filter((type) => catalog.find(type.type) === type && matches(wordsOf(type), query))
  const known = new Set<string>(categories)
  const others = [...new Set(fitting.map((t) => t.category))].filter((c) => !known.has(c))
  return [...categories, ...others]
    .map((category) => ({ category, types: ranked(fitting.filter((t) => t.category === category), query) }))
    .filter((group) => group.types.length > 0)
}

function wordsOf(type: NodeType): string {
  return [type.title.zh, type.title.en, type.type, type.summary.zh, type.summary.en].filter(Boolean).join(' ')
}

// What a title begins with comes first, what only the summary says last.
function ranked(types: NodeType[], query: string): NodeType[] {
  const wanted = query.trim().toLowerCase()
  if (wanted === '') return types
  const rank = (t: NodeType) => {
    const names = [t.title.zh ?? '', pinyinInitials(t.title.zh ?? ''), t.title.en ?? '', t.type].map((name) => name.toLowerCase())
    if (names.some((name) => name.startsWith(wanted))) return 0
    return names.some((name) => name.includes(wanted)) ? 1 : 2
  }
  return types.toSorted((a, b) => rank(a) - rank(b))
}

/** All that is found, the best first. */
export function flat(catalog: Catalog, query: string): NodeType[] {
  const all = found(catalog, query).flatMap((group) => group.types)
  return ranked(all, query)
}
