import { closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import { bracketMatching, foldGutter, foldKeymap } from '@codemirror/language'
import type { Diagnostic } from '@codemirror/lint'
import { setDiagnostics } from '@codemirror/lint'
import type { Extension } from '@codemirror/state'
import { Annotation, Compartment, EditorState } from '@codemirror/state'
import { EditorView, keymap, lineNumbers, placeholder as placeholderText, tooltips } from '@codemirror/view'
import { useEffect, useLayoutEffect, useRef } from 'react'
import { nonce } from '../api/prefix'
import { carriesExpression, takeExpression } from '../data/drag'
import type { Language } from '../i18n/setup'
import { i18n } from '../i18n/setup'
import { assisted, sqlAssisted } from './assist'
import type { Names } from './complete'
import styles from './code.module.css'
import { highlighted } from './highlight'
import { codeTheme } from './theme'
import { expressionTokens, sqlTokens, templateTokens } from './tokens'

export type CodeMode = 'expression' | 'template' | 'sql' | 'json' | 'plain'

/** What is wrong in a part of the text; positions in UTF-16 units. */
export interface Mark {
  from: number
  to: number
  message: string
  severity?: 'error' | 'warning'
}

export interface CodeEditorProps {
  value: string
  mode: CodeMode
  onChange: (text: string) => void
  label: string
  /** Ids of what describes the field. */
  describedBy?: string
  readOnly?: boolean
  placeholder?: string
  /** Names that completion offers; none without it. */
  names?: Names
  /** Arguments that SQL can name beside those that it does. */
  args?: readonly string[]
  marks?: readonly Mark[]
  language: Language
  /** Lines that are at least shown. */
  lines?: number
  /** What dropping an expression makes of the text; by default the expression goes in where it fell. */
  onDrop?: (expression: string, at: number) => string
  invalid?: boolean
  onBlur?: () => void
}

const noNames: Names = { scope: {}, titles: {}, functions: [] }
/** Marks a change that came from outside, which is not told again. */
const outside = Annotation.define<boolean>()

/** A text with colours, completion and marks. The value is the caller's; the cursor and the history of typing are the editor's. */
export function CodeEditor(props: CodeEditorProps) {
  const { value, mode, readOnly = false, placeholder = '', marks, label, describedBy, lines = 1, invalid = false, language: spoken } = props
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const latest = useRef(props)
  const access = useRef(new Compartment())

  useLayoutEffect(() => {
    latest.current = props
  })

  useEffect(() => {
    const parent = host.current
    if (!parent) return
    const created = new EditorView({
      parent,
      state: EditorState.create({ doc: latest.current.value, extensions: [fixed(mode, latest), access.current.of([])] }),
    })
    view.current = created
    return () => {
      created.destroy()
      view.current = null
    }
  }, [mode])

  useEffect(() => {
    view.current?.dispatch({
      effects: access.current.reconfigure([
        EditorState.readOnly.of(readOnly),
        EditorView.editable.of(!readOnly),
        placeholderText(placeholder),
        EditorState.phrases.of(phrases()),
        EditorView.contentAttributes.of({ 'aria-label': label, ...(describedBy ? { 'aria-describedby': describedBy } : {}), 'aria-invalid': String(invalid) }),
      ]),
    })
  }, [mode, readOnly, placeholder, label, describedBy, invalid, spoken])

  useEffect(() => {
    const editor = view.current
    if (!editor || editor.composing || editor.state.doc.toString() === value) return
    const { head } = editor.state.selection.main
    editor.dispatch({
      changes: { from: 0, to: editor.state.doc.length, insert: value },
      selection: { anchor: Math.min(head, value.length) },
      annotations: outside.of(true),
    })
  }, [value])

  useEffect(() => {
    const editor = view.current
    if (!editor) return
    const end = editor.state.doc.length
    const list: Diagnostic[] = (marks ?? []).map((m) => ({
      from: Math.min(m.from, end), to: Math.min(Math.max(m.to, m.from + 1), end), message: m.message, severity: m.severity ?? 'error',
    }))
    editor.dispatch(setDiagnostics(editor.state, list))
  }, [marks, value, mode])

  return <div ref={host} className={styles.editor} data-mode={mode} data-invalid={invalid || undefined} data-read-only={readOnly || undefined} style={{ minHeight: lines * 19.4 + 12 }} />
}

/** The editor's own words, by the English ones that it asks for. */
function phrases(): Record<string, string> {
  const t = i18n.getFixedT(null, 'code')
  return {
    Completions: t('completions'), 'Fold line': t('fold'), 'Unfold line': t('unfoldLine'), 'folded code': t('folded'), unfold: t('unfold'),
    Diagnostics: t('diagnostics'), 'Control character': t('control'),
  }
}

type Latest = React.RefObject<CodeEditorProps>

function fixed(mode: CodeMode, latest: Latest): Extension {
  return [
    nonce ? EditorView.cspNonce.of(nonce) : [],
    codeTheme,
    history(),
    EditorView.lineWrapping,
    tooltips({ parent: document.body, position: 'fixed' }),
    language(mode, latest),
    bracketMatching(),
    keymap.of([...defaultKeymap, ...historyKeymap]),
    EditorView.updateListener.of((u) => {
      if (u.docChanged && !u.transactions.some((t) => t.annotation(outside))) latest.current.onChange(u.state.doc.toString())
    }),
    EditorView.domEventHandlers({
      blur: () => latest.current.onBlur?.(),
      dragover: (e) => {
        if (!e.dataTransfer || !carriesExpression(e.dataTransfer) || latest.current.readOnly) return false
        e.preventDefault()
        e.dataTransfer.dropEffect = 'copy'
        return true
      },
      drop: (e, editor) => dropped(e, editor, latest),
    }),
  ]
}

function dropped(e: DragEvent, editor: EditorView, latest: Latest): boolean {
  if (!e.dataTransfer || !carriesExpression(e.dataTransfer) || latest.current.readOnly) return false
  e.preventDefault()
  const expression = takeExpression(e.dataTransfer)
  const at = editor.posAtCoords({ x: e.clientX, y: e.clientY }) ?? editor.state.doc.length
  const text = editor.state.doc.toString()
  const next = latest.current.onDrop?.(expression, at) ?? text.slice(0, at) + expression + text.slice(at)
  const grown = next.length - text.length
  editor.dispatch({ changes: { from: 0, to: text.length, insert: next }, selection: { anchor: Math.max(0, Math.min(next.length, at + grown)) } })
  editor.focus()
  return true
}

function language(mode: CodeMode, latest: Latest): Extension {
  const help = { names: () => latest.current.names ?? noNames, language: () => latest.current.language }
  switch (mode) {
    case 'expression':
      return [highlighted((text) => expressionTokens(text)), assisted('whole', help)]
    case 'template':
      return [highlighted(templateTokens), assisted('templates', help)]
    case 'sql':
      return [highlighted(sqlTokens), sqlAssisted(() => latest.current.args ?? []), closeBrackets(), keymap.of([...closeBracketsKeymap, ...completionKeymap])]
    case 'json':
      return [lineNumbers(), foldGutter(), json(), closeBrackets(), keymap.of([...closeBracketsKeymap, ...foldKeymap])]
    case 'plain':
      return []
  }
}
