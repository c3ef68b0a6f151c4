import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { json, jsonLanguage } from '@codemirror/lang-json'
import { bracketMatching, foldGutter, foldKeymap } from '@codemirror/language'
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { Annotation, EditorState, StateEffect, StateField } from '@codemirror/state'
import { Decoration, EditorView, keymap, lineNumbers, tooltips } from '@codemirror/view'
import { useEffect, useRef } from 'react'
import { nonce } from '../api/prefix'
import type { JsonObject } from '../api/json'
import { useLatest } from '../canvas/useLatest'
import { codeTheme } from '../code/theme'
import { change, pointerAt, rangeOf } from './jsonText'
import { schemaCompletion, schemaHover } from './jsonSchema'
import styles from './Editor.module.css'

interface Props {
  readonly text: string
  readonly label: string
  readonly schema: JsonObject | undefined
  /** JSON Pointer of what is chosen on the canvas. */
  readonly shown: string | null
  readonly marks: readonly { readonly pointer: string; readonly message: string; readonly severity: 'error' | 'warning' }[]
  onChange(text: string): void
  /** The cursor went to what a JSON Pointer names. */
  onPointer(pointer: string): void
}

const outside = Annotation.define<boolean>()
const setShown = StateEffect.define<{ from: number; to: number } | null>()
const shownLine = Decoration.line({ class: 'cm-shown' })

const shownField = StateField.define({
  create: () => Decoration.none,
  update(marks, tr) {
    let next = marks.map(tr.changes)
    for (const effect of tr.effects) {
      if (!effect.is(setShown)) continue
      const lines = []
      if (effect.value) {
        const last = tr.state.doc.lineAt(effect.value.to).number
        for (let n = tr.state.doc.lineAt(effect.value.from).number; n <= last; n++) lines.push(shownLine.range(tr.state.doc.line(n).from))
      }
      next = Decoration.set(lines)
    }
    return next
  },
  provide: (field) => EditorView.decorations.from(field),
})

/** The text of the flow with colours, folding, completion from the published schema, and the findings at their places. */
export function JsonEditor(props: Props) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView | null>(null)
  const latest = useLatest(props)
  useEffect(() => {
    if (!place.current) return
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({ doc: latest.current.text, extensions: extensionsFor(latest) }),
    })
    view.current = made
    return () => made.destroy()
  }, [latest])
  useEffect(() => {
    const editor = view.current
    if (!editor) return
    const changes = change(editor.state.doc.toString(), props.text)
    if (changes) editor.dispatch({ changes, annotations: outside.of(true) })
  }, [props.text])
  useEffect(() => {
    const editor = view.current
    if (!editor) return
    const range = props.shown === null ? null : rangeOf(editor.state, props.shown)
    const effects: StateEffect<unknown>[] = [setShown.of(range)]
    if (range && !editor.hasFocus) effects.push(EditorView.scrollIntoView(range.from, { y: 'start', yMargin: 60 }))
    editor.dispatch({ effects })
  }, [props.shown, props.text])
  useEffect(() => {
    const editor = view.current
    if (!editor) return
    const found = props.marks.flatMap((mark): Diagnostic[] => {
      const range = rangeOf(editor.state, mark.pointer)
      return range ? [{ from: range.from, to: Math.min(range.to, editor.state.doc.lineAt(range.from).to), message: mark.message, severity: mark.severity }] : []
    })
    editor.dispatch(setDiagnostics(editor.state, found))
  }, [props.marks, props.text])
  return <div ref={place} className={styles.jsonText} />
}

function extensionsFor(latest: React.RefObject<Props>) {
  const schema = () => latest.current.schema
  return [
    nonce ? EditorView.cspNonce.of(nonce) : [],
    lineNumbers(),
    foldGutter(),
    lintGutter(),
    history(),
    bracketMatching(),
    closeBrackets(),
    highlightSelectionMatches(),
    search({ top: true }),
    json(),
    jsonLanguage.data.of({ autocomplete: schemaCompletion(schema) }),
    autocompletion(),
    schemaHover(schema),
    shownField,
    tooltips({ parent: document.body, position: 'fixed' }),
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...completionKeymap, indentWithTab]),
    codeTheme,
    EditorView.contentAttributes.of({ 'aria-label': latest.current.label, tabindex: '0' }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged && !update.transactions.some((tr) => tr.annotation(outside))) latest.current.onChange(update.state.doc.toString())
      if (update.selectionSet && update.view.hasFocus && update.transactions.some((tr) => tr.isUserEvent('select'))) latest.current.onPointer(pointerAt(update.state, update.state.selection.main.head))
    }),
  ]
}
