import { Button } from 'antd'
import { FastForward, Gavel, PenLine, Repeat } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Json } from '../api/json'
import { writeJson } from '../api/json'
import { JsonTree } from '../data/JsonTree'
import type { FlowDocument } from '../document/types'
import { useNodeTitle } from '../runs/nodeTitle'
import type { PausedAt, Scope } from './api'
import { debugApi } from './api'
import { AskView } from './AskView'
import styles from './DebugPanel.module.css'
import { EditValue } from './EditValue'
import { askOf } from './model'
import type { Debugger } from './useDebugger'

interface Props {
  debug: Debugger
  document: FlowDocument | null
  scope: Scope | undefined
  error: Error | null
}

type Editing = 'skip' | 'output' | 'done'

/** Where a run stands: what the node is about to do or has given, and what else can be done with it. */
export function StopPanel({ debug, document, scope, error }: Props) {
  const { t } = useTranslation('debug')
  const title = useNodeTitle(document)
  const { paused, abilities } = debug
  const [editing, setEditing] = useState<Editing>()
  if (!paused) return null
  if (paused.path === '') return <p className={styles.note}>{t('stop.onRequest')}</p>
  const problem = scope?.ask?.problem
  const ask = paused.on === 'before' || paused.on === 'unknown' ? askOf(scope?.ask) : null
  const output = scope?.output
  return (
    <div className={styles.stop}>
      <header className={styles.stopHead}>
        <h2>{title(paused.node)}</h2>
        <span className={styles.path}>{paused.path}</span>
      </header>
      {paused.error && (
        <p className={styles.error}>
          <code>{paused.error.code}</code> {paused.error.message}
        </p>
      )}
      {paused.on === 'unknown' && <p className={styles.warn}>{t('stop.unknown')}</p>}
      {error && <p className={styles.error}>{error.message}</p>}
      {problem && (
        <p className={styles.error}>
          <code>{problem.code}</code> {problem.message}
        </p>
      )}
      {ask && (
        <section>
          <h3>{t(paused.on === 'unknown' ? 'stop.asked' : 'stop.about')}</h3>
          {scope?.ask?.connection && <p className={styles.path}>{t('stop.connection', { id: scope.ask.connection.id, type: scope.ask.connection.type })}</p>}
          <AskView ask={ask} />
        </section>
      )}
      {paused.on === 'after' && (
        <section>
          <h3>{t('stop.gave')}</h3>
          <JsonTree value={output ?? null} label={t('stop.gave')} root={`nodes.${paused.node}`} />
        </section>
      )}
      <section>
        <h3>{t('stop.input')}</h3>
        <JsonTree value={scope?.input ?? null} label={t('stop.input')} root="input" />
      </section>
      <footer className={styles.stopFoot}>
        {abilities.again && (
          <Button size="small" icon={<Repeat size={14} />} loading={debug.busy === 'over'} onClick={() => void debug.resume('over', { again: true })}>
            {t('stop.again')}
          </Button>
        )}
        {abilities.skip && (
          <Button size="small" icon={<FastForward size={14} />} onClick={() => setEditing('skip')}>
            {t('stop.skip')}
          </Button>
        )}
        {paused.on === 'after' && abilities.edit && (
          <Button size="small" icon={<PenLine size={14} />} onClick={() => setEditing('output')}>
            {t('stop.edit')}
          </Button>
        )}
        {abilities.judge && <Judge debug={debug} paused={paused} done={() => setEditing('done')} />}
      </footer>
      {editing && <StopEdit debug={debug} paused={paused} editing={editing} value={editing === 'output' ? (output ?? null) : (scope?.input ?? null)} close={() => setEditing(undefined)} />}
    </div>
  )
}

/** Said by somebody who has looked at the other side: whether a write took effect. */
function Judge({ debug, paused, done }: { debug: Debugger; paused: PausedAt; done: () => void }) {
  const { t } = useTranslation('debug')
  const say = (verdict: 'again' | 'failed') => void debug.act('judge', () => debugApi.judge(debug.run.id, { path: paused.path, verdict }))
  return (
    <>
      <Button size="small" icon={<Gavel size={14} />} onClick={done}>
        {t('judge.done')}
      </Button>
      <Button size="small" onClick={() => say('again')}>
        {t('judge.again')}
      </Button>
      <Button size="small" danger onClick={() => say('failed')}>
        {t('judge.failed')}
      </Button>
    </>
  )
}

function StopEdit({ debug, paused, editing, value, close }: { debug: Debugger; paused: PausedAt; editing: Editing; value: Json; close: () => void }) {
  const { t } = useTranslation('debug')
  const apply = (v: Json) => {
    close()
    if (editing === 'skip') void debug.resume('over', { skip: { output: v } })
    else if (editing === 'done') void debug.act('judge', () => debugApi.judge(debug.run.id, { path: paused.path, verdict: 'done', output: v }))
    else if (writeJson(v) !== writeJson(value)) debug.setEdits({ ...debug.edits, outputs: { ...debug.edits.outputs, [paused.path]: v } })
  }
  return <EditValue title={t(`edit.${editing}`)} note={t(`edit.${editing}Note`)} value={editing === 'done' ? {} : value} ok={t(`edit.${editing}Ok`)} onOk={apply} onCancel={close} />
}
