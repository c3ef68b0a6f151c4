import { Button, Tabs } from 'antd'
import { Maximize2, Minimize2, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { createElement, useEffect, useMemo, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import { useTranslation } from 'react-i18next'
import { useAll } from '../api/hooks'
import type { ExpressionFunction, Finding, NodeType } from '../api/schema'
import type { Json, JsonObject } from '../api/json'
import { useSettings } from '../app/settings'
import { useCatalog } from '../canvas/catalog'
import { iconOf } from '../canvas/icons'
import { setNodeKey } from '../document/edit'
import { changeNode, edgesOf, graphOf, indexOf } from '../document/graphs'
import { useDocument } from '../document/store'
import type { FlowDocument, FlowNode } from '../document/types'
import { textIn } from '../document/types'
import type { Panel } from './context'
import { PanelContext } from './context'
import { FieldView } from './fields/FieldView'
import { FieldViewContext } from './fields/Nested'
import { Form } from './Form'
import { Help } from './Help'
import { IdInput } from './IdInput'
import { InputData } from './InputData'
import { JsonView } from './JsonView'
import { OutputData } from './OutputData'
import styles from './panel.module.css'
import { useSample } from './sample'
import type { Asked } from './useFocus'
import { useFocus } from './useFocus'

export interface NodePanelProps {
  nodeId: string
  readOnly?: boolean
  /** What the server finds wrong with the document. */
  findings?: readonly Finding[]
  onClose?: () => void
  /** Changes the node's id; without it the id is only shown. */
  onRename?: (to: string) => void
  /** The field to show, within the node. */
  focus?: Asked
  /** At the panel's foot: what else can be done with the node. */
  actions?: ReactNode
}

const noFindings: readonly Finding[] = []
const noFunctions: readonly ExpressionFunction[] = []

/** All about one node: what comes in, what it is told, what goes out. Docked it shows one of them, expanded all three. */
export function NodePanel(props: NodePanelProps) {
  const doc = useDocument((s) => s.doc)
  const place = indexOf(doc).places.get(props.nodeId)
  // A node of another id has no state in common with this one: half-typed text must not go over to it.
  return place ? <KnownNode key={props.nodeId} {...props} doc={doc} node={place.node} pointer={place.pointer} /> : null
}

interface KnownProps extends NodePanelProps {
  doc: FlowDocument
  node: FlowNode
  pointer: string
}

function KnownNode({ doc, node, pointer, nodeId, readOnly = false, findings = noFindings, onClose, onRename, focus, actions }: KnownProps) {
  const language = useSettings((s) => s.language)
  const catalog = useCatalog()
  const functions = useAll('listFunctions', {}, { staleTime: Infinity })
  const sample = useSample(doc, nodeId, catalog.find)
  const [expanded, setExpanded] = useState(false)
  const type = catalog.find(node.type)
  const titles = useMemo(() => Object.fromEntries([...indexOf(doc).places].map(([id, p]) => [id, textIn(p.node.title, language)])), [doc, language])
  const own = useMemo(
    () => findings.filter((f) => f.path === pointer || (f.path.startsWith(`${pointer}/`) && !f.path.startsWith(`${pointer}/body/`))).map((f) => ({ ...f, path: f.path.slice(pointer.length) })),
    [findings, pointer],
  )
  const config = (node.config ?? emptyConfig) as JsonObject
  const panel: Panel = {
    node: nodeId, language, readOnly, sample, timezone: doc.timezone, functions: functions.data ?? noFunctions, titles, config, findings: own,
  }
  const set = (key: string, value: Json | undefined) =>
    useDocument.getState().commit('configure', (d) => setNodeKey(d, nodeId, key as 'config', value as FlowNode['config']), `${nodeId} ${key}`)
  const replace = (next: FlowNode) => useDocument.getState().commit('configure', (d) => changeNode(d, nodeId, () => next), `${nodeId} json`)
  const owner = indexOf(doc).places.get(nodeId)?.owner ?? null
  const edgesIn = edgesOf(graphOf(doc, owner)).filter((e) => e.to === nodeId).length
  const parts: Parts = {
    input: <InputData />,
    config: <Form node={node} type={type} edgesIn={edgesIn} set={set} />,
    output: <OutputData node={node} type={type} />,
    json: <JsonView node={node} onChange={replace} />,
    help: type && <Help type={type} />,
    problems: own.length,
  }
  const root = useFocus(focus)
  const head = <Head node={node} type={type} expanded={expanded} setExpanded={setExpanded} onClose={onClose} onRename={readOnly ? undefined : onRename} />
  return (
    <PanelContext value={panel}>
      <FieldViewContext value={FieldView}>
        <div ref={root} className={styles.whole}>
      {expanded ? <Wide head={head} parts={parts} actions={actions} close={() => setExpanded(false)} label={titles[nodeId] || nodeId} broad={type?.type === 'rules'} /> : <Docked head={head} parts={parts} actions={actions} focus={focus} />}
        </div>
      </FieldViewContext>
    </PanelContext>
  )
}

const emptyConfig = {}

interface Parts {
  input: ReactNode
  config: ReactNode
  output: ReactNode
  json: ReactNode
  help: ReactNode
  problems: number
}

interface HeadProps {
  node: FlowNode
  type: NodeType | undefined
  expanded: boolean
  setExpanded: (expanded: boolean) => void
  onClose: (() => void) | undefined
  onRename: ((to: string) => void) | undefined
}

function Head({ node, type, expanded, setExpanded, onClose, onRename }: HeadProps) {
  const { t } = useTranslation('panel')
  const language = useSettings((s) => s.language)
  const name = (language === 'zh' ? type?.title.zh : type?.title.en) ?? node.type
  return (
    <header className={styles.head}>
      <span className={styles.icon} data-category={type?.category} aria-hidden>{createElement(iconOf(type?.icon), { size: 18 })}</span>
      <div className={styles.names}>
        <h2>{textIn(node.title, language) || name}</h2>
        <div className={styles.sub}>
          <span title={node.type}>{name}</span>
          <span aria-hidden>·</span>
          <IdInput id={node.id} onRename={onRename} />
        </div>
      </div>
      <Button type="text" icon={expanded ? <Minimize2 size={16} /> : <Maximize2 size={16} />} aria-label={expanded ? t('collapse') : t('expand')} title={expanded ? t('collapse') : t('expand')} onClick={() => setExpanded(!expanded)} />
      {onClose && <Button type="text" icon={<X size={16} />} aria-label={t('close')} onClick={onClose} />}
    </header>
  )
}

function Problems({ count, children }: { count: number; children: ReactNode }) {
  const { t } = useTranslation('panel')
  return (
    <span className={styles.tab}>
      {children}
      {count > 0 && <span className={styles.dot} role="img" aria-label={t('problems', { count })} />}
    </span>
  )
}

function Docked({ head, parts, actions, focus }: { head: ReactNode; parts: Parts; actions: ReactNode; focus: Asked | undefined }) {
  const { t } = useTranslation('panel')
  const [tab, setTab] = useState('config')
  const [shown, setShown] = useState(focus)
  if (shown !== focus) {
    setShown(focus)
    setTab('config')
  }
  return (
    <div className={styles.docked}>
      {head}
      <Tabs
        className={styles.tabs}
        size="small"
        activeKey={tab}
        onChange={setTab}
        items={[
          { key: 'config', label: <Problems count={parts.problems}>{t('tabs.config')}</Problems>, children: parts.config },
          { key: 'input', label: t('tabs.input'), children: parts.input },
          { key: 'output', label: t('tabs.output'), children: parts.output },
          { key: 'json', label: t('tabs.json'), children: parts.json },
          { key: 'help', label: t('tabs.help'), children: parts.help },
        ]}
      />
      {actions && <footer className={styles.foot}>{actions}</footer>}
    </div>
  )
}

interface WideProps {
  head: ReactNode
  parts: Parts
  actions: ReactNode
  close: () => void
  label: string
  /** The form needs most of the width: it is a sheet. */
  broad: boolean
}

function Wide({ head, parts, actions, close, label, broad }: WideProps) {
  const { t } = useTranslation('panel')
  const dialog = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const before = document.activeElement
    dialog.current?.focus()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return createPortal(
    <div
      ref={dialog}
      className={styles.wide}
      role="dialog"
      aria-label={label}
      tabIndex={-1}
      onKeyDown={(e) => {
        if (e.key === 'Escape' && !e.defaultPrevented && !e.nativeEvent.isComposing && isPlainPlace(e.target, dialog.current)) close()
        e.stopPropagation()
      }}
    >
      {head}
      <div className={styles.columns} data-broad={broad || undefined}>
        <section className={styles.column} aria-label={t('tabs.input')}>
          <h3 className={styles.columnTitle}>{t('tabs.input')}</h3>
          {parts.input}
        </section>
        <section className={`${styles.column} ${styles.middle}`} aria-label={t('tabs.config')}>
          <Tabs
            size="small"
            items={[
              { key: 'config', label: <Problems count={parts.problems}>{t('tabs.config')}</Problems>, children: parts.config },
              { key: 'json', label: t('tabs.json'), children: parts.json },
              { key: 'help', label: t('tabs.help'), children: parts.help },
            ]}
          />
        </section>
        <section className={styles.column} aria-label={t('tabs.output')}>
          <h3 className={styles.columnTitle}>{t('tabs.output')}</h3>
          {parts.output}
        </section>
      </div>
      {actions && <footer className={styles.foot}>{actions}</footer>}
    </div>,
    document.body,
  )
}

/** Esc first closes what is open within, a list of choices or a drawer: those take it, though it comes by here too. */
function isPlainPlace(target: EventTarget, dialog: HTMLElement | null): boolean {
  return target instanceof HTMLElement && dialog !== null && dialog.contains(target) && target.closest('[aria-expanded=true]') === null
}
