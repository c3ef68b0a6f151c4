import { lazy, Suspense } from 'react'
import styles from './code.module.css'
import type { CodeEditorProps } from './CodeEditor'

const Editor = lazy(() => import('./CodeEditor').then((m) => ({ default: m.CodeEditor })))

/** The code editor, fetched when the first is shown; until then its text stands there plain. */
export function Code(props: CodeEditorProps) {
  return (
    <Suspense fallback={<div className={styles.editor}><pre className={styles.waiting}>{props.value || ' '}</pre></div>}>
      <Editor {...props} />
    </Suspense>
  )
}
