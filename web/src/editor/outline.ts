import { triggerKey } from '../document/triggers'
import type { FlowDocument, FlowNode, FlowTrigger } from '../document/types'

/** One line of the list of nodes. */
export interface OutlineRow {
  /** Canvas id. */
  readonly id: string
  readonly of: FlowNode | FlowTrigger
  /** From 1 on. */
  readonly level: number
  /** Among those beside it, from 1 on. */
  readonly position: number
  readonly count: number
  readonly parent: string | null
  /** Undefined where there is nothing to fold. */
  readonly open: boolean | undefined
}

/** The triggers, then the nodes as they are nested in the document; what is in a folded container is left out. */
export function outline(doc: FlowDocument, folded: ReadonlySet<string>): OutlineRow[] {
  const rows: OutlineRow[] = []
  const triggers = doc.triggers ?? []
  const count = triggers.length + doc.nodes.length
  triggers.forEach((of, i) => rows.push({ id: triggerKey(of.id), of, level: 1, position: i + 1, count, parent: null, open: undefined }))
  const visit = (nodes: readonly FlowNode[], level: number, parent: string | null, before: number) => {
    nodes.forEach((of, i) => {
      const inner = of.body?.nodes ?? []
      const open = inner.length > 0 ? !folded.has(of.id) : undefined
      rows.push({ id: of.id, of, level, position: before + i + 1, count: before + nodes.length, parent, open })
      if (open) visit(inner, level + 1, of.id, 0)
    })
  }
  visit(doc.nodes, 1, null, triggers.length)
  return rows
}

export type TreeStep = { readonly go: string } | { readonly fold: string } | { readonly unfold: string }

/** What a key does in a tree, as the ARIA practices have it; undefined for keys that are not the tree's. */
export function treeStep(rows: readonly OutlineRow[], at: number, key: string): TreeStep | undefined {
  const row = rows[at]
  const go = (to: OutlineRow | undefined): TreeStep | undefined => to && { go: to.id }
  switch (key) {
    case 'ArrowDown':
      return go(rows[at + 1])
    case 'ArrowUp':
      return go(rows[at - 1])
    case 'Home':
      return go(rows[0])
    case 'End':
      return go(rows.at(-1))
    case 'ArrowRight':
      if (row?.open === undefined) return undefined
      return row.open ? go(rows[at + 1]) : { unfold: row.id }
    case 'ArrowLeft':
      if (row?.open) return { fold: row.id }
      return row?.parent ? { go: row.parent } : undefined
    default:
      return undefined
  }
}
