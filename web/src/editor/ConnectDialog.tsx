import { Button, Modal, Segmented } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSettings } from '../app/settings'
import type { Catalog } from '../canvas/catalog'
import { usePortName } from '../canvas/Ports'
import { targetsOf } from '../document/connect'
import { edgesOf, graphOf, nodeOf, ownerOf } from '../document/graphs'
import { useDocument } from '../document/store'
import { defaultPort, edgeKey, errorPort, textIn } from '../document/types'
import * as actions from './actions'
import { closeDialog, useView } from './view'
import styles from './Editor.module.css'

/** Connecting without a pointer: a port, and what may follow it. */
export function ConnectDialog({ catalog }: { catalog: Catalog }) {
  const { t } = useTranslation('editor')
  const language = useSettings((s) => s.language)
  const doc = useDocument((s) => s.doc)
  const nameOfPort = usePortName()
  const from = useView((s) => s.selection[0]) ?? ''
  const node = nodeOf(doc, from)
  const ports = useMemo(() => (node ? [...catalog.portsOf(node), errorPort] : []), [node, catalog])
  const [port, setPort] = useState(ports[0] ?? defaultPort)
  if (!node) return null
  const name = (id: string) => {
    const found = nodeOf(doc, id)
    return textIn(found?.title, language) || (found && catalog.find(found.type)?.title[language]) || id
  }
  const present = edgesOf(graphOf(doc, ownerOf(doc, from) ?? null)).filter((e) => e.from === from && (e.port ?? defaultPort) === port)
  const targets = targetsOf(doc, from, port, catalog.portsOf)
  return (
    <Modal open title={t('connectDialog.title', { name: name(from) })} footer={null} onCancel={closeDialog} width={520}>
      <div className={styles.stack}>
        <Segmented block aria-label={t('connectDialog.from')} value={port} onChange={setPort} options={ports.map((p) => ({ value: p, label: nameOfPort(p) }))} />
        <ul className={styles.targets} aria-label={t('connectDialog.to')}>
          {present.map((edge) => (
            <li key={edgeKey(edge)} data-connected>
              <span>
                {name(edge.to)} <em>{t('connectDialog.connected')}</em>
              </span>
              <Button size="small" onClick={() => actions.removeEdge(edgeKey(edge))}>
                {t('connectDialog.remove')}
              </Button>
            </li>
          ))}
          {targets.map((target, i) => (
            <li key={target.id}>
              <span>
                {name(target.id)} <code>{target.id}</code>
              </span>
              <Button size="small" autoFocus={i === 0 && present.length === 0} onClick={() => actions.connect(catalog, { from, port, to: target.id })}>
                {t('connectDialog.connect')}
              </Button>
            </li>
          ))}
        </ul>
        {targets.length + present.length === 0 && <p className={styles.quiet}>{t('connectDialog.none')}</p>}
      </div>
    </Modal>
  )
}
