import { Button } from 'antd'
import { PenLine, Undo2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Json } from '../api/json'
import { JsonTree } from '../data/JsonTree'
import { nodeExpression } from '../data/path'
import { previewOf } from '../data/format'
import { ownerOf } from '../document/graphs'
import type { FlowDocument } from '../document/types'
import type { Scope } from './api'
import styles from './DebugPanel.module.css'
import { EditValue } from './EditValue'
import type { Edits } from './model'
import { editCount, namesOf, pathInSight, withEdit } from './model'
import type { Debugger } from './useDebugger'

interface Props {
  debug: Debugger
  document: FlowDocument | null
  scope: Scope | undefined
  error: Error | null
}

interface Target {
  part: keyof Edits
  /** A variable's name, or the path of a step. */
  name: string
  value: Json
}

/** What is in sight: variables and outputs, which can be changed before the run goes on, and all that it was given. */
export function ScopeTab({ debug, document, scope, error }: Props) {
  const { t } = useTranslation('debug')
  const [target, setTarget] = useState<Target>()
  if (error) return <p className={styles.error}>{error.message}</p>
  if (!scope) return <p className={styles.note}>{t('scope.none')}</p>
  const { edits, abilities } = debug
  const given = Object.entries(namesOf(scope)).filter(([name]) => name !== 'nodes' && name !== 'vars')
  const pathOf = (node: string) => pathInSight((id) => (document ? ownerOf(document, id) : null), scope.path, node)
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={t('panel.scope')}>
      {editCount(edits) > 0 && <p className={styles.warn}>{t('scope.edited', { count: editCount(edits) })}</p>}
      <h3>{t('scope.vars')}</h3>
      <Values
        values={scope.vars ?? {}}
        root="vars"
        edited={edits.vars}
        {...(abilities.edit ? { edit: (name, value) => setTarget({ part: 'vars', name, value }) } : {})}
        undo={(name) => debug.setEdits(withEdit(edits, 'vars', name, undefined))}
      />
      <h3>{t('scope.outputs')}</h3>
      <Values
        values={scope.nodes}
        root="nodes"
        edited={Object.fromEntries(Object.entries(edits.outputs).map(([path, v]) => [path.slice(path.lastIndexOf('.') + 1), v]))}
        {...(abilities.edit ? { edit: (name, value) => setTarget({ part: 'outputs', name: pathOf(name), value }) } : {})}
        undo={(name) => debug.setEdits(withEdit(edits, 'outputs', pathOf(name), undefined))}
      />
      <h3>{t('scope.given')}</h3>
      {given.map(([name, value]) => (
        <Value key={name} name={name} value={value} root={name} />
      ))}
      {target && (
        <EditValue
          title={t('edit.value', { name: target.name })}
          note={t('edit.valueNote')}
          value={edits[target.part][target.name] ?? target.value}
          ok={t('edit.valueOk')}
          onOk={(v) => {
            debug.setEdits(withEdit(edits, target.part, target.name, v))
            setTarget(undefined)
          }}
          onCancel={() => setTarget(undefined)}
        />
      )}
    </div>
  )
}

interface ValuesProps {
  values: { [name: string]: Json }
  root: string
  edited: { [name: string]: Json }
  edit?: (name: string, value: Json) => void
  undo: (name: string) => void
}

function Values({ values, root, edited, edit, undo }: ValuesProps) {
  const { t } = useTranslation('debug')
  const names = Object.keys(values).filter((name) => values[name] !== undefined)
  if (names.length === 0) return <p className={styles.small}>{t('scope.empty')}</p>
  return names.map((name) => {
    const changed = Object.hasOwn(edited, name)
    const value = (changed ? edited[name] : values[name]) ?? null
    return (
      <Value key={name} name={name} value={value} changed={changed} root={root === 'nodes' ? nodeExpression(name) : `vars.${name}`}>
        {changed && <Button type="text" size="small" icon={<Undo2 size={13} />} aria-label={t('scope.undo', { name })} onClick={() => undo(name)} />}
        {edit && <Button type="text" size="small" icon={<PenLine size={13} />} aria-label={t('scope.edit', { name })} onClick={() => edit(name, value)} />}
      </Value>
    )
  })
}

function Value({ name, value, root, changed = false, children }: { name: string; value: Json; root: string; changed?: boolean; children?: React.ReactNode }) {
  const [open, setOpen] = useState(false)
  const deep = typeof value === 'object' && value !== null
  return (
    <div className={`${styles.value} ${changed ? styles.changed : ''}`}>
      <div className={styles.valueLine}>
        <button type="button" className={styles.valueName} aria-expanded={open} onClick={() => setOpen(!open)}>
          {name}
        </button>
        <span className={styles.valueText}>{open && deep ? '' : previewOf(value, 80)}</span>
        {children}
      </div>
      {open && <JsonTree value={value} label={name} root={root} />}
    </div>
  )
}
