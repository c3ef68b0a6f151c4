import type { NodeProps } from '@xyflow/react'
import { FoldVertical, Merge, Power, RotateCcw, Undo2, UnfoldVertical } from 'lucide-react'
import { memo, useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { Foot, Marks, StatusMark } from './Marks'
import { useCanvas } from './context'
import { NodeIcon } from './icons'
import type { CanvasNode } from './model'
import { Ports, usePortName } from './Ports'
import { sizes } from './scene'
import { summaryOf } from './summary'
import { errorPort, type FlowNode, textIn } from '../document/types'
import styles from './Canvas.module.css'

/** The name a node shows: its title, else that of its type. */
export function useNodeTitle(): (node: FlowNode) => string {
  const { catalog, language } = useCanvas()
  return useCallback((node) => textIn(node.title, language) || catalog.find(node.type)?.title[language] || node.id, [catalog, language])
}

/** A node as a card. */
export const CardNode = memo(function CardNode({ data, selected }: NodeProps<CanvasNode>) {
  const { catalog, fold, language } = useCanvas()
  const { t } = useTranslation('canvas')
  const titleOf = useNodeTitle()
  const nameOf = usePortName()
  const { scene, decoration } = data
  const { node } = scene
  if (!node) return null
  const type = catalog.find(node.type)
  const rows = scene.ports.filter((p) => p.named && scene.height > sizes.head)
  return (
    <div
      className={styles.card}
      data-category={type?.category}
      data-status={decoration?.status}
      data-paused={decoration?.paused}
      data-change={decoration?.change}
      data-problem={decoration?.errors ? 'error' : undefined}
      data-selected={selected || undefined}
      data-disabled={scene.disabled || undefined}
    >
      <div className={styles.head}>
        <span className={styles.icon}>
          <NodeIcon name={type?.icon} size={18} />
        </span>
        <span className={styles.words}>
          <span className={styles.title}>{titleOf(node)}</span>
          <span className={styles.summary}>{summaryOf(node) || type?.title[language] || node.type}</span>
        </span>
        {scene.folded && (
          <button type="button" className={styles.fold} aria-label={t('unfold')} title={t('unfold')} onClick={() => fold(node.id)}>
            <UnfoldVertical size={14} aria-hidden />
          </button>
        )}
        <StatusMark status={decoration?.status} />
      </div>
      {rows.length > 0 && (
        <div className={styles.rows}>
          {rows.map((port) => (
            <div key={port.name} className={styles.row} data-error={port.name === errorPort || undefined} title={port.name}>
              {nameOf(port.name)}
            </div>
          ))}
        </div>
      )}
      <Traits node={node} />
      <Marks id={node.id} decoration={decoration} />
      <Foot decoration={decoration} />
      <Ports node={scene} />
    </div>
  )
})

/** What a node's options say, as small signs on its edge. */
export function Traits({ node }: { node: FlowNode }) {
  const { t } = useTranslation('canvas')
  const join = node.join === 'any' ? t('traits.joinAny') : typeof node.join === 'object' ? t('traits.joinCount', { count: node.join.count }) : undefined
  return (
    <div className={styles.traits}>
      {node.disabled && (
        <span className={styles.trait} data-kind="disabled">
          <Power size={11} aria-hidden />
          {t('traits.disabled')}
        </span>
      )}
      {join && (
        <span className={styles.trait} title={join}>
          <Merge size={11} aria-hidden />
          {node.join === 'any' ? t('traits.any') : `≥${(node.join as { count: number }).count}`}
        </span>
      )}
      {node.retry && node.retry.max > 0 && (
        <span className={styles.trait} title={t('traits.retry', { count: node.retry.max })}>
          <RotateCcw size={11} aria-hidden />
          {node.retry.max}
        </span>
      )}
      {node.compensate && (
        <span className={styles.trait} data-kind="undo" title={t('traits.compensate', { type: node.compensate.type })}>
          <Undo2 size={11} aria-hidden />
        </span>
      )}
    </div>
  )
}

/** A container: its head, and room for the nodes of its body. */
export const ContainerNode = memo(function ContainerNode({ data, selected }: NodeProps<CanvasNode>) {
  const { catalog, fold, editing } = useCanvas()
  const { t } = useTranslation('canvas')
  const titleOf = useNodeTitle()
  const nameOf = usePortName()
  const { scene, decoration } = data
  const { node } = scene
  if (!node) return null
  const type = catalog.find(node.type)
  return (
    <div
      className={styles.container}
      data-category={type?.category}
      data-status={decoration?.status}
      data-paused={decoration?.paused}
      data-change={decoration?.change}
      data-problem={decoration?.errors ? 'error' : undefined}
      data-selected={selected || undefined}
      data-disabled={scene.disabled || undefined}
    >
      <div className={styles.containerHead} data-drag>
        <span className={styles.icon} data-small>
          <NodeIcon name={type?.icon} size={14} strokeWidth={2} />
        </span>
        <span className={styles.title}>{titleOf(node)}</span>
        <span className={styles.summary}>{summaryOf(node)}</span>
        <button type="button" className={styles.fold} aria-label={t('fold')} title={t('fold')} onClick={() => fold(node.id)}>
          <FoldVertical size={14} aria-hidden />
        </button>
        <StatusMark status={decoration?.status} />
      </div>
      {node.body?.nodes.length === 0 && <div className={styles.empty}>{editing ? t('emptyBody') : t('emptyBodyRead')}</div>}
      {scene.ports.filter((p) => p.named).map((port) => (
        <span key={port.name} className={styles.sideName} data-error={port.name === errorPort || undefined} style={{ top: port.y - 9 }}>
          {nameOf(port.name)}
        </span>
      ))}
      <Traits node={node} />
      <Marks id={node.id} decoration={decoration} />
      <Foot decoration={decoration} />
      <Ports node={scene} />
    </div>
  )
})

