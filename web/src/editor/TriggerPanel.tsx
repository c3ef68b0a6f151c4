import { Button } from 'antd'
import { Trash2, X } from 'lucide-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useCall } from '../api/hooks'
import type { JsonObject } from '../api/json'
import { useSettings } from '../app/settings'
import { TriggerIcon } from '../canvas/icons'
import { useDocument } from '../document/store'
import { changeTrigger, triggerKey } from '../document/triggers'
import { textIn } from '../document/types'
import { ObjectFields } from '../panel/fields/ObjectFields'
import { Naming } from '../panel/Options'
import { formOfDefinition } from '../panel/schema'
import { type Asked, useFocus } from '../panel/useFocus'
import * as actions from './actions'
import { type TriggerType, triggerTypes } from './entries'
import { PlainPanel } from './PlainPanel'
import { useProblemsOf } from './problems'
import styles from './Editor.module.css'

const noConfig: JsonObject = {}

/** The settings of a trigger, by the schema of its type. */
export function TriggerPanel({ id, focus, onClose }: { id: string; focus?: Asked; onClose(): void }) {
  const { t } = useTranslation('editor')
  const language = useSettings((s) => s.language)
  const trigger = useDocument((s) => s.doc.triggers?.find((one) => one.id === id))
  const schema = useCall('flowSchema', { query: { lang: language } }, { staleTime: Infinity })
  const problems = useProblemsOf(triggerKey(id))
  const findings = useMemo(() => problems.map((p) => ({ ...p, path: p.rest })), [problems])
  const type = trigger?.type
  const form = useMemo(() => (schema.data && type ? formOfDefinition(schema.data as JsonObject, `trigger.${type}`) : undefined), [schema.data, type])
  const root = useFocus(focus)
  if (!trigger || type === undefined) return null
  const known = triggerTypes.find((k): k is TriggerType => k === type)
  const config = (trigger.config ?? noConfig) as JsonObject
  const set = (key: string, value: unknown) =>
    useDocument.getState().commit('configure', (d) => changeTrigger(d, id, (old) => {
      const next = { ...old, [key]: value }
      if (value === undefined) delete next[key as 'config']
      return next
    }), `@${id} ${key}`)
  return (
    <div ref={root} className={styles.triggerPanel}>
      <header className={styles.sideHead}>
        <span className={styles.entryIcon} data-category="trigger">
          <TriggerIcon type={type} size={18} />
        </span>
        <div className={styles.sideNames}>
          <h2>{textIn(trigger.title, language) || (known ? t(`triggers.${known}`) : id)}</h2>
          <span>
            {known ? t(`triggers.${known}`) : type} · <code>{id}</code>
          </span>
        </div>
        <Button type="text" icon={<Trash2 size={16} />} aria-label={t('node.remove')} title={t('node.remove')} onClick={() => actions.remove([triggerKey(id)])} />
        <Button type="text" icon={<X size={16} />} aria-label={t('panel.close')} title={t('panel.close')} onClick={onClose} />
      </header>
      <div className={styles.sideBody}>
        <PlainPanel id={triggerKey(id)} findings={findings} config={config}>
          {known && <p className={styles.quiet}>{t(`triggers.${known}Text`)}</p>}
          {form && form.fields.length > 0 && <ObjectFields field={form} value={config} path={['config']} onChange={(next) => set('config', next)} />}
          <div className={styles.naming}>
            <Naming node={trigger} set={set} />
          </div>
        </PlainPanel>
      </div>
    </div>
  )
}
