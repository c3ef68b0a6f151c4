import { type Json, parseJson, writeJson } from '../api/json'
import { readDocument } from '../document/read'
import type { FlowDocument } from '../document/types'

/** The flow as a file in the browser's downloads. */
export function exportFlow(doc: FlowDocument) {
  const address = URL.createObjectURL(new Blob([`${writeJson(doc as unknown as Json, 2)}\n`], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = address
  link.download = `${doc.id}.flow.json`
  link.click()
  URL.revokeObjectURL(address)
}

/** Asks for a file and reads it as text; null when none was chosen. */
export function chooseFile(): Promise<string | null> {
  return new Promise((done) => {
    const input = document.createElement('input')
    input.type = 'file'
    input.accept = '.json,application/json'
    input.addEventListener('change', () => done(input.files?.[0]?.text() ?? null))
    input.addEventListener('cancel', () => done(null))
    input.click()
  })
}

/** Reads a flow from text. Throws what is wrong with the JSON; null where it is no flow. */
export function readFlow(text: string): FlowDocument | null {
  return readDocument(parseJson(text))
}
