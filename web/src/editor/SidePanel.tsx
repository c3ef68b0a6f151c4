import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useSettings } from '../app/settings'
import type { Catalog } from '../canvas/catalog'
import { nodeOf } from '../document/graphs'
import { renameNode } from '../document/rename'
import { useDocument } from '../document/store'
import { textIn } from '../document/types'
import { NodePanel } from '../panel/NodePanel'
import { PanelActions } from './PanelActions'
import { useProblems } from './problems'
import { TriggerPanel } from './TriggerPanel'
import { closePanel, useView } from './view'
import styles from './Editor.module.css'

interface Props {
  readonly id: string
  readonly width: number
  readonly catalog: Catalog
  onRenamed(id: string): void
  onPin(id: string): void
}

/** The settings of what is chosen, over the canvas: a panel that pushed the canvas aside would move the node from under the pointer. */
export function SidePanel({ id, width, catalog, onRenamed, onPin }: Props) {
  const { t } = useTranslation('editor')
  const language = useSettings((s) => s.language)
  const doc = useDocument((s) => s.doc)
  const findings = useProblems((s) => s.list)
  const field = useView((s) => s.field)
  const node = nodeOf(doc, id)
  const rename = (to: string) => {
    const renamed = renameNode(useDocument.getState().doc, id, to, catalog.expressionsOf)
    if (!renamed) return
    useDocument.getState().commit('rename', () => renamed)
    onRenamed(to)
  }
  const entered = useRef<HTMLElement>(null)
  const entering = useView((s) => s.entering)
  useEffect(() => {
    if (!entering) return
    entered.current?.focus()
    useView.setState({ entering: false })
  }, [entering, id])
  const focus = field?.id === id ? { focus: field } : {}
  return (
    <aside ref={entered} tabIndex={-1} className={styles.side} style={{ width }} aria-label={t('panel.label', { name: textIn(node?.title, language) || id })}>
      {id.startsWith('@') ? <TriggerPanel id={id.slice(1)} onClose={closePanel} {...focus} /> : <NodePanel nodeId={id} findings={findings} onClose={closePanel} onRename={rename} actions={<PanelActions id={id} onPin={onPin} />} {...focus} />}
    </aside>
  )
}
