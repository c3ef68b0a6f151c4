import { Handle, Position } from '@xyflow/react'
import { Plus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useCanvas } from './context'
import { inputPort } from './model'
import { inputY } from './routes'
import type { Port, SceneNode } from './scene'
import { errorPort } from '../document/types'
import styles from './Canvas.module.css'

/** The name of a port, in words where it is one of the usual ones. */
export function usePortName(): (name: string) => string {
  const { t, i18n } = useTranslation('canvas')
  return (name) => (i18n.exists(`canvas:ports.${name}`) ? t(`ports.${name}` as 'ports.out') : name)
}

/** The points of a node that wires come to and leave from. A click on one that wires leave from asks what comes next. */
export function Ports({ node }: { node: SceneNode }) {
  const { editing } = useCanvas()
  return (
    <>
      {node.inputs && (
        <Handle type="target" position={Position.Left} id={inputPort} className={styles.port} style={{ left: 0, top: inputY(node) }} isConnectableStart={false} tabIndex={-1} />
      )}
      {node.ports.map((port) => (
        <Source key={port.name} node={node} port={port} editable={editing !== undefined} />
      ))}
    </>
  )
}

function Source({ node, port, editable }: { node: SceneNode; port: Port; editable: boolean }) {
  const { editing, toFlow } = useCanvas()
  const { t } = useTranslation('canvas')
  const nameOf = usePortName()
  const hidden = port.name === errorPort && !port.named
  const pick = (e: React.MouseEvent) => {
    e.stopPropagation()
    const screen = { x: e.clientX, y: e.clientY }
    editing?.pickAfter(node.id, port.name, toFlow(screen), screen, node.parent)
  }
  return (
    <Handle
      type="source"
      position={hidden ? Position.Bottom : Position.Right}
      id={port.name}
      className={`${styles.port} ${styles.source}`}
      data-error={port.name === errorPort || undefined}
      data-hidden={hidden || undefined}
      style={{ left: port.x, top: port.y }}
      isConnectableEnd={false}
      onClick={editable ? pick : undefined}
      title={editable ? t('appendAfter', { port: nameOf(port.name) }) : nameOf(port.name)}
      tabIndex={-1}
    >
      {editable && <Plus size={10} strokeWidth={3} aria-hidden />}
    </Handle>
  )
}
