import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import { syntaxTree } from '@codemirror/language'
import { hoverTooltip } from '@codemirror/view'
import type { JsonObject } from '../api/json'
import { isRecord } from '../document/types'
import { pointerKeys } from '../document/pointer'
import { pointerAt } from './jsonText'
import { parts, reader } from './schemaParts'

/** Completion and help in the JSON text from the published schema. */

type Source = () => JsonObject | undefined

export function schemaCompletion(schema: Source) {
  const valueOf = reader()
  return (context: CompletionContext): CompletionResult | null => {
    const root = schema()
    const node = syntaxTree(context.state).resolveInner(context.pos, -1)
    if (!root) return null
    const document = valueOf(context.state.doc.toString())
    const inName = node.name === 'PropertyName' || (node.name === '⚠' && node.parent?.name === 'Object')
    const keys = pointerKeys(pointerAt(context.state, inName ? node.from : context.pos))
    if (inName || (node.name === 'Object' && context.explicit)) {
      const owner = node.name === 'PropertyName' ? keys.slice(0, -1) : keys
      const options = parts(root, owner, document).flatMap((part) => (isRecord(part.properties) ? Object.entries(part.properties).map(([key, sub]) => option(key, sub, node.name === 'PropertyName')) : []))
      return options.length > 0 ? { from: node.name === 'PropertyName' ? node.from + 1 : context.pos, options: unique(options), validFor: /^[\w$.-]*$/ } : null
    }
    if (node.name !== 'String') return null
    const options = parts(root, keys, document).flatMap((part) => (Array.isArray(part.enum) ? part.enum.filter((v): v is string => typeof v === 'string').map((label): Completion => ({ label, type: 'enum' })) : []))
    return options.length > 0 ? { from: node.from + 1, options: unique(options), validFor: /^[\w@$./-]*$/ } : null
  }
}

function option(label: string, schema: unknown, quoted: boolean): Completion {
  const detail = isRecord(schema) && typeof schema.title === 'string' ? schema.title : undefined
  const info = isRecord(schema) && typeof schema.description === 'string' ? schema.description : undefined
  return { label, type: 'property', ...(detail ? { detail } : {}), ...(info ? { info } : {}), ...(quoted ? {} : { apply: `"${label}": ` }) }
}

function unique(options: readonly Completion[]): Completion[] {
  return [...new Map(options.map((o) => [o.label, o])).values()]
}

/** What a key is for, when the pointer rests on it. */
export function schemaHover(schema: Source) {
  const valueOf = reader()
  return hoverTooltip((view, position) => {
    const root = schema()
    const node = syntaxTree(view.state).resolveInner(position, 1)
    if (!root || node.name !== 'PropertyName') return null
    const found = parts(root, pointerKeys(pointerAt(view.state, node.to)), valueOf(view.state.doc.toString())).find((p) => typeof p.description === 'string')
    if (!found) return null
    return {
      pos: node.from,
      end: node.to,
      create: () => {
        const dom = document.createElement('div')
        dom.className = 'cm-help'
        const title = dom.appendChild(document.createElement('div'))
        title.className = 'cm-help-title'
        title.textContent = typeof found.title === 'string' ? found.title : ''
        const text = dom.appendChild(document.createElement('div'))
        text.className = 'cm-help-text'
        text.textContent = String(found.description)
        return { dom }
      },
    }
  })
}
