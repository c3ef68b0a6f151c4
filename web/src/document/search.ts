import { indexOf } from './graphs'
import { type FlowDocument, isRecord, type Text } from './types'

/** Something in the flow that a search found. */
export interface Hit {
  /** Canvas id. */
  readonly id: string
  /** Where in it, as a JSON Pointer; empty for its name. */
  readonly pointer: string
  readonly text: string
}

const most = 200

/** Finds text in the names, types, configs and expressions of a flow. `fits` says whether a text does. */
export function search(doc: FlowDocument, fits: (text: string) => boolean): Hit[] {
  const hits: Hit[] = []
  const add = (id: string, pointer: string, text: string) => {
    if (hits.length < most) hits.push({ id, pointer, text })
  }
  const inside = (id: string, value: unknown, pointer: string) => {
    if (typeof value === 'string') {
      if (fits(value)) add(id, pointer, value)
    } else if (Array.isArray(value)) value.forEach((item: unknown, i) => inside(id, item, `${pointer}/${i}`))
    else if (isRecord(value)) for (const [key, item] of Object.entries(value)) inside(id, item, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)
  }
  const whole = (id: string, named: { readonly id: string; readonly type: string; readonly title?: Text; readonly description?: Text; readonly config?: unknown }) => {
    const names = [named.id, named.type, ...texts(named.title), ...texts(named.description)]
    const name = names.find(fits)
    if (name !== undefined) add(id, '', name)
    inside(id, named.config, '/config')
  }
  for (const trigger of doc.triggers ?? []) whole(`@${trigger.id}`, trigger)
  for (const { node } of indexOf(doc).places.values()) {
    whole(node.id, node)
    inside(node.id, node.retry?.when, '/retry/when')
    inside(node.id, node.body?.output, '/body/output')
  }
  for (const note of doc.layout?.$notes ?? []) if (fits(note.text)) add(`#${note.id}`, '', note.text)
  return hits
}

function texts(text: Text | undefined): string[] {
  return text === undefined ? [] : typeof text === 'string' ? [text] : Object.values(text)
}
