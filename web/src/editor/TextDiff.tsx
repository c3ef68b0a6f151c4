import { json } from '@codemirror/lang-json'
import { MergeView } from '@codemirror/merge'
import { EditorState } from '@codemirror/state'
import { EditorView, lineNumbers } from '@codemirror/view'
import { useEffect, useRef } from 'react'
import { nonce } from '../api/prefix'
import { codeTheme } from '../code/theme'
import styles from './Editor.module.css'

/** Two states of a flow as text, side by side; what is the same is folded. */
export function TextDiff({ before, after }: { before: string; after: string }) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!place.current) return
    const extensions = [nonce ? EditorView.cspNonce.of(nonce) : [], lineNumbers(), json(), codeTheme, EditorState.readOnly.of(true), EditorView.lineWrapping]
    const view = new MergeView({ parent: place.current, a: { doc: before, extensions }, b: { doc: after, extensions }, collapseUnchanged: { margin: 3, minSize: 6 }, gutter: true })
    return () => view.destroy()
  }, [before, after])
  return <div ref={place} className={styles.textDiff} />
}
