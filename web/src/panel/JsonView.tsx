import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isObject, JsonSyntaxError, parseJson, writeJson } from '../api/json'
import type { Json, JsonObject } from '../api/json'
import { useUnkept } from '../app/typed'
import { Code } from '../code/Code'
import type { FlowNode } from '../document/types'
import { usePanel } from './context'
import styles from './panel.module.css'

/** The node as the document has it, whole but for its body, to be edited as text. */
export function JsonView({ node, onChange }: { node: FlowNode; onChange: (node: FlowNode) => void }) {
  const { t } = useTranslation('panel')
  const { readOnly, language } = usePanel()
  const { body, ...shown } = node
  const written = writeJson(shown as unknown as Json, 2)
  const [draft, setDraft] = useState<{ text: string; of: string; problem: Problem | undefined }>()
  const current = draft?.of === written ? draft : undefined
  const text = current?.text ?? written
  const change = (next: string) => {
    const read = readNode(next, node)
    if ('problem' in read) {
      setDraft({ text: next, of: written, problem: read.problem })
      return
    }
    setDraft({ text: next, of: writeJson(read.node, 2), problem: undefined })
    onChange({ ...(read.node as unknown as FlowNode), ...(body ? { body } : {}) })
  }
  const problem = current?.problem
  useUnkept(problem && t('notKept', { field: t('json.label') }))
  return (
    <div className={styles.json}>
      <Code
        mode="json"
        value={text}
        onChange={change}
        label={t('json.label')}
        readOnly={readOnly}
        language={language}
        invalid={problem !== undefined}
        marks={problem ? [{ from: problem.at, to: problem.at + 1, message: problemText(problem, t) }] : []}
        lines={12}
      />
      {problem && <p className={styles.problem} role="status">{problemText(problem, t)}</p>}
      {body && <p className={styles.quiet}>{t('json.body')}</p>}
    </div>
  )
}

interface Problem {
  at: number
  kind: 'syntax' | 'object' | 'id' | 'type'
  message: string
}

function problemText(p: Problem, t: (key: 'notJson' | 'json.object' | 'json.id' | 'json.type', o?: { problem: string }) => string): string {
  return p.kind === 'syntax' ? t('notJson', { problem: p.message }) : t(`json.${p.kind}`)
}

/** The node that a text says. Its id is how everything else knows it, so that is changed elsewhere. */
function readNode(text: string, before: FlowNode): { node: JsonObject } | { problem: Problem } {
  try {
    const read = parseJson(text)
    if (!isObject(read)) return { problem: { at: 0, kind: 'object', message: '' } }
    if (read['id'] !== before.id) return { problem: { at: Math.max(0, text.indexOf('"id"')), kind: 'id', message: '' } }
    if (typeof read['type'] !== 'string') return { problem: { at: 0, kind: 'type', message: '' } }
    return { node: read }
  } catch (e) {
    if (!(e instanceof JsonSyntaxError)) throw e
    return { problem: { at: Math.min(e.at, Math.max(0, text.length - 1)), kind: 'syntax', message: e.message } }
  }
}
