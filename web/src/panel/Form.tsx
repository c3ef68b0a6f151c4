import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Json } from '../api/json'
import { isObject } from '../api/json'
import type { NodeType } from '../api/schema'
import type { FlowNode } from '../document/types'
import { RulesEditor } from '../rules/RulesEditor'
import { useFindings, usePanel } from './context'
import { Findings } from './fields/Findings'
import { JsonControl } from './fields/CodeControls'
import { ObjectFields } from './fields/ObjectFields'
import { Naming, Options } from './Options'
import styles from './panel.module.css'
import type { Field } from './schema'
import { formOf } from './schema'

interface Props {
  node: FlowNode
  type: NodeType | undefined
  edgesIn: number
  set: (key: string, value: Json | undefined) => void
}

/** What a node is told: the form of its type, then what every node can be told. */
export function Form({ node, type, edgesIn, set }: Props) {
  const { t } = useTranslation('panel')
  const { language, config } = usePanel()
  const form = useMemo(() => type && formOf(type.schema, language, type.texts.zh), [type, language])
  const own = useFindings([], false)
  const whole = useFindings(['config'], false)
  const change = (next: Json | undefined) => set('config', next)
  const isRules = type?.type === 'rules'
  return (
    <div className={styles.form}>
      <Findings findings={[...own, ...whole]} />
      {form && isRules && <RulesEditor form={form} config={config} onChange={change} />}
      {form && form.fields.length > 0 && <ObjectFields field={form} value={config} path={['config']} onChange={change} without={isRules ? ['hit', 'rules', 'table'] : []} />}
      {!form && (
        <>
          <p className={styles.quiet}>{type ? t('noForm') : t('unknownType', { type: node.type })}</p>
          <JsonControl field={anyJson(t('json.config'))} value={isObject(config) && Object.keys(config).length > 0 ? config : undefined} path={['config']} onChange={change} id="config" describedBy={undefined} invalid={whole.length > 0} />
        </>
      )}
      <Options node={node} type={type} edgesIn={edgesIn} set={set} />
      <section className={styles.options}>
        <Naming node={node} set={set} />
      </section>
    </div>
  )
}

function anyJson(title: string): Field {
  return {
    key: 'config', kind: 'json', title, description: '', required: false, literal: true, integer: false, texts: false, lists: false, fallback: undefined,
    examples: [], options: [], connections: [], item: false, body: false, min: undefined, max: undefined, fields: [], choices: [], items: undefined,
  }
}
