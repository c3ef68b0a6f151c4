import { useTranslation } from 'react-i18next'
import { type Json, writeJson } from '../api/json'
import { useSettings } from '../app/settings'
import type { Difference, FieldChange, NodeChange } from '../document/diff'
import { nodeOf } from '../document/graphs'
import { triggerOf } from '../document/triggers'
import { type FlowDocument, textIn } from '../document/types'
import styles from './Editor.module.css'

const kinds = ['added', 'removed', 'changed'] as const

function counts(d: Difference) {
  const all = [...d.nodes.values(), ...d.triggers.values()]
  return { added: all.filter((c) => c.kind === 'added').length, removed: all.filter((c) => c.kind === 'removed').length, changed: all.filter((c) => c.kind === 'changed').length + (d.flow.length > 0 ? 1 : 0) }
}

/** How much differs, in figures. */
export function ChangeCounts({ of }: { of: Difference }) {
  const { t } = useTranslation('editor')
  const n = counts(of)
  return (
    <span className={styles.counts}>
      {kinds.map((kind) => n[kind] > 0 && (
        <span key={kind} data-change={kind}>
          {t(`diff.${kind}`, { count: n[kind] })}
        </span>
      ))}
      {of.edges.size > 0 && <span data-change="changed">{t('diff.wires', { count: of.edges.size })}</span>}
      {of.moved.length > 0 && <span data-change="moved">{t('diff.moved', { count: of.moved.length })}</span>}
    </span>
  )
}

interface Props {
  readonly of: Difference
  readonly before: FlowDocument
  readonly after: FlowDocument
  onGo?(id: string): void
}

/** What differs, thing by thing and field by field. What only moved stands apart, at the end. */
export function ChangeList({ of, before, after, onGo }: Props) {
  const { t } = useTranslation('editor')
  const language = useSettings((s) => s.language)
  const nameOf = (id: string) => {
    const named = nodeOf(after, id) ?? triggerOf(after, id) ?? nodeOf(before, id) ?? triggerOf(before, id)
    return textIn(named?.title, language) || id.replace(/^@/, '')
  }
  const all = [...[...of.triggers.values()].map((c) => ({ ...c, id: `@${c.id}` })), ...of.nodes.values()]
  return (
    <ul className={styles.changeList}>
      {of.flow.length > 0 && (
        <li data-change="changed">
          <span className={styles.changeHead}>{t('diff.flow')}</span>
          <Fields of={of.flow} />
        </li>
      )}
      {all.map((change) => (
        <Change key={change.id} of={change} name={nameOf(change.id)} onGo={onGo} />
      ))}
      {of.edges.size > 0 && (
        <li data-change="changed">
          <span className={styles.changeHead}>{t('diff.connections')}</span>
          <ul className={styles.wires}>
            {[...of.edges].map(([key, kind]) => {
              const [from = '', port = '', to = ''] = key.split(':')
              return (
                <li key={key} data-change={kind}>
                  {t(`diff.kinds.${kind}`)}: {nameOf(from)} {port === 'out' ? '' : `(${port}) `}→ {nameOf(to)}
                </li>
              )
            })}
          </ul>
        </li>
      )}
      {of.moved.length > 0 && (
        <li data-change="moved">
          <span className={styles.changeHead}>{t('diff.moved', { count: of.moved.length })}</span>
          <p className={styles.quiet}>{of.moved.map(nameOf).join(', ')}</p>
        </li>
      )}
    </ul>
  )
}

function Change({ of, name, onGo }: { of: NodeChange; name: string; onGo: ((id: string) => void) | undefined }) {
  const { t } = useTranslation('editor')
  return (
    <li data-change={of.kind}>
      <button type="button" className={styles.changeHead} onClick={() => onGo?.(of.id)}>
        <span className={styles.kind}>{t(`diff.kinds.${of.kind}`)}</span> {name} <code>{of.id}</code>
      </button>
      <Fields of={of.fields} />
    </li>
  )
}

function Fields({ of }: { of: readonly FieldChange[] }) {
  const { t } = useTranslation('editor')
  const text = (value: unknown) => (value === undefined ? t('diff.nothing') : typeof value === 'string' ? value : writeJson(value as Json, 2))
  return (
    <dl className={styles.fieldChanges}>
      {of.map((field) => (
        <div key={field.pointer}>
          <dt>
            <code>{field.pointer.slice(1).replaceAll('/', ' › ')}</code>
          </dt>
          <dd>
            <del>{text(field.before)}</del>
            <ins>{text(field.after)}</ins>
          </dd>
        </div>
      ))}
    </dl>
  )
}
