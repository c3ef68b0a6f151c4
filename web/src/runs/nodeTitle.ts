import { useSettings } from '../app/settings'
import { nodeOf } from '../document/graphs'
import type { FlowDocument } from '../document/types'
import { textIn } from '../document/types'

/** The titles of a document's nodes in the user's language; the id where there is none. */
export function useNodeTitle(document: FlowDocument | null): (id: string) => string {
  const language = useSettings((s) => s.language)
  return (id) => (document ? textIn(nodeOf(document, id)?.title, language) : '') || id
}
