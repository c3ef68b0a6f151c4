/** Completion, signature help and values on hover for the editor, out of what complete.ts knows. */
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, completionStatus, insertBracket, pickedCompletion } from '@codemirror/autocomplete'
import type { EditorState, Extension } from '@codemirror/state'
import { StateEffect, StateField } from '@codemirror/state'
import type { Tooltip } from '@codemirror/view'
import { EditorView, hoverTooltip, keymap, showTooltip } from '@codemirror/view'
import { previewOf } from '../data/format'
import type { Language } from '../i18n/setup'
import type { Names, Suggestion } from './complete'
import { parameterText, signatureAt, suggestions, valueUnder } from './complete'
import { sqlArguments, templateHoles } from './tokens'

/** Where in the text expressions stand: all of it, or what is in braces. */
export type Part = 'whole' | 'templates'

/** Asked anew each time, so that the editor outlives a change of the data. */
export interface Assistance {
  names: () => Names
  language: () => Language
}

/** The expression that a position is in; undefined in the plain part of a template. */
function partAt(text: string, pos: number, part: Part): { from: number; to: number } | undefined {
  if (part === 'whole') return { from: 0, to: text.length }
  return templateHoles(text).find((h) => h.from <= pos && pos <= h.to)
}

export function assisted(part: Part, help: Assistance): Extension {
  return [
    closeBrackets(),
    keymap.of([...closeBracketsKeymap, ...completionKeymap]),
    autocompletion({ override: [(c) => completions(c, part, help)], icons: false, addToOptions: [{ render: badge, position: 20 }] }),
    signatures(part, help),
    hoverTooltip((view, pos) => hover(view, pos, part, help)),
  ]
}

function completions(c: CompletionContext, part: Part, help: Assistance): CompletionResult | null {
  const text = c.state.doc.toString()
  const at = partAt(text, c.pos, part)
  if (!at) return null
  const list = suggestions(text, c.pos, help.names(), at.from, at.to)
  // Typing asks by itself after a name, a dot or an opening bracket, and in a template that has just been opened.
  const asks = /[\w$.\u0080-\uffff"'[]$/.test(text.slice(0, c.pos)) || (part === 'templates' && text.slice(at.from, c.pos).trim() === '')
  if (list.length === 0 || (!c.explicit && !asks)) return null
  const from = Math.min(...list.map((s) => s.from))
  return { from: list[0]?.kind === 'field' ? Math.max(...list.map((s) => s.from)) : from, options: list.map((s) => option(s, help)), filter: false, validFor: undefined }
}

const boosts: Record<Suggestion['kind'], number> = { field: 3, root: 2, function: 1, keyword: 0 }

function option(s: Suggestion, help: Assistance): Completion {
  return {
    label: s.label,
    detail: s.detail,
    type: s.kind,
    boost: boosts[s.kind],
    info: () => information(s, help.language()),
    apply: (view, completion, _from, to) => {
      view.dispatch({
        changes: { from: s.from, to, insert: s.insert },
        selection: { anchor: s.from + s.insert.length },
        annotations: pickedCompletion.of(completion),
        userEvent: 'input.complete',
      })
      if (s.kind !== 'function') return
      // A bracket put in as if typed: its closing one is then typed over.
      const bracket = insertBracket(view.state, '(')
      if (bracket) view.dispatch(bracket)
      if (s.function?.params.length === 0) view.dispatch({ selection: { anchor: view.state.selection.main.head + 1 } })
    },
  }
}

const badges: Record<string, string> = { field: 'x', root: 'x', function: 'ƒ', keyword: 'k' }

function badge(c: Completion): HTMLElement {
  const el = element('span', `cm-badge is-${c.type ?? ''}`, badges[c.type ?? ''] ?? '')
  el.ariaHidden = 'true'
  return el
}

function element(name: string, className: string, text = ''): HTMLElement {
  const el = document.createElement(name)
  el.className = className
  el.textContent = text
  return el
}

function information(s: Suggestion, language: Language): HTMLElement | null {
  if (s.function) return functionHelp(s.function, -1, language)
  if (s.value === undefined) return null
  const el = element('div', 'cm-help')
  el.append(element('div', 'cm-help-title', s.label), element('code', 'cm-help-value', previewOf(s.value, 600)))
  return el
}

function functionHelp(f: NonNullable<Suggestion['function']>, parameter: number, language: Language): HTMLElement {
  const el = element('div', 'cm-help')
  const title = element('div', 'cm-help-title', `${f.name}(`)
  f.params.forEach((p, i) => {
    if (i > 0) title.append(', ')
    title.append(element('span', i === parameter ? 'cm-parameter is-current' : 'cm-parameter', parameterText(p)))
  })
  title.append(`) → ${f.result}`)
  el.append(title, element('div', 'cm-help-text', f.summary[language]))
  return el
}

const focused = StateEffect.define<boolean>()

function signatures(part: Part, help: Assistance): Extension {
  const shown = StateField.define<readonly Tooltip[]>({
    create: () => [],
    update: (before, tr) => {
      if (tr.effects.some((e) => e.is(focused) && !e.value)) return []
      if (tr.docChanged || tr.selection) return signature(tr.state, part, help)
      return completionStatus(tr.state) === 'active' ? [] : before
    },
    provide: (field) => showTooltip.computeN([field], (state) => state.field(field)),
  })
  return [shown, EditorView.focusChangeEffect.of((_state, focusing) => focused.of(focusing))]
}

function signature(state: EditorState, part: Part, help: Assistance): Tooltip[] {
  const { main } = state.selection
  const text = state.doc.toString()
  const at = main.empty ? partAt(text, main.head, part) : undefined
  const found = at && signatureAt(text, main.head, help.names(), at.from, at.to)
  if (!found || completionStatus(state) === 'active') return []
  return [{ pos: found.at, above: true, arrow: false, create: () => ({ dom: functionHelp(found.function, found.parameter, help.language()) }) }]
}

function hover(view: EditorView, pos: number, part: Part, help: Assistance): Tooltip | null {
  const text = view.state.doc.toString()
  const at = partAt(text, pos, part)
  const found = at && valueUnder(text, pos, help.names(), at.from, at.to)
  if (!found) return null
  return {
    pos: found.from,
    end: found.to,
    above: true,
    create: () => {
      const dom = element('div', 'cm-help')
      dom.append(element('code', 'cm-help-value', previewOf(found.value, 600)))
      return { dom }
    },
  }
}

/** In SQL a colon completes the arguments that are given or named elsewhere in the statement. */
export function sqlAssisted(given: () => readonly string[]): Extension {
  return autocompletion({
    icons: false,
    override: [
      (c) => {
        const word = c.matchBefore(/:\w*/)
        if (!word || c.state.sliceDoc(word.from - 1, word.from) === ':') return null
        const names = [...new Set([...given(), ...sqlArguments(c.state.doc.toString())])].filter((n) => `:${n}` !== word.text)
        return names.length === 0 ? null : { from: word.from, options: names.map((n) => ({ label: `:${n}`, type: 'field' })), validFor: /^:\w*$/ }
      },
    ],
  })
}
