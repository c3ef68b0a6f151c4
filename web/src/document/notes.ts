import { freeId } from './graphs'
import { type FlowDocument, isRecord, type Note, noteColors, type NoteColor, type Point } from './types'

/** Comments on the canvas. They stand in `layout.$notes`: nothing that runs depends on them. */

export function notesOf(doc: FlowDocument): readonly Note[] {
  return doc.layout?.$notes ?? []
}

export const noteSize = { width: 240, height: 120 }

function setNotes(doc: FlowDocument, notes: readonly Note[]): FlowDocument {
  const { $notes: _, ...rest } = doc.layout ?? {}
  return { ...doc, layout: notes.length > 0 ? { ...rest, $notes: notes } : rest }
}

/** Adds comments, with new ids where theirs are taken. */
export function addNotes(doc: FlowDocument, notes: readonly Note[]): { doc: FlowDocument; ids: string[] } {
  if (notes.length === 0) return { doc, ids: [] }
  const taken = new Set(notesOf(doc).map((note) => note.id))
  const added = notes.map((note) => {
    const id = freeId(taken, note.id)
    taken.add(id)
    return { ...note, id }
  })
  return { doc: setNotes(doc, [...notesOf(doc), ...added]), ids: added.map((note) => note.id) }
}

export function newNote(at: Point): Note {
  return { id: 'note', text: '', at: [Math.round(at.x), Math.round(at.y), noteSize.width, noteSize.height] }
}

/** Changes one comment. */
export function setNote(doc: FlowDocument, id: string, change: Partial<Omit<Note, 'id'>>): FlowDocument {
  const old = notesOf(doc).find((note) => note.id === id)
  if (!old) return doc
  const next = { ...old, ...change }
  if (next.text === old.text && next.color === old.color && next.at.every((n, i) => n === old.at[i])) return doc
  return setNotes(doc, notesOf(doc).map((note) => (note === old ? next : note)))
}

export function removeNotes(doc: FlowDocument, ids: ReadonlySet<string>): FlowDocument {
  const kept = notesOf(doc).filter((note) => !ids.has(note.id))
  return kept.length === notesOf(doc).length ? doc : setNotes(doc, kept)
}

/** The well-formed comments of a value that came from outside. */
export function readNotes(value: unknown): Note[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((item: unknown): Note[] => {
    if (!isRecord(item) || typeof item.id !== 'string' || typeof item.text !== 'string' || !Array.isArray(item.at)) return []
    const at = item.at.filter((n): n is number => typeof n === 'number')
    if (at.length !== 4) return []
    const color = noteColors.find((c): c is NoteColor => c === item.color)
    return [{ id: item.id, text: item.text, at, ...(color ? { color } : {}) }]
  })
}
