import { Button } from 'antd'
import { ChevronRight, CircleAlert, TriangleAlert, X } from 'lucide-react'
import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isComposing } from '../app/commands'
import { useSettings } from '../app/settings'
import type { Catalog } from '../canvas/catalog'
import { NodeIcon, TriggerIcon } from '../canvas/icons'
import type { CanvasHandle, NodeDecoration } from '../canvas/types'
import { useDocument } from '../document/store'
import { textIn } from '../document/types'
import { type TriggerType, triggerTypes } from './entries'
import { outline, type OutlineRow, treeStep } from './outline'
import { useView } from './view'
import styles from './NodeTree.module.css'

interface Props {
  readonly catalog: Catalog
  readonly canvas: React.RefObject<CanvasHandle | null>
  readonly decorations: ReadonlyMap<string, NodeDecoration>
}

/** All nodes as a list, nested as in the document: what the canvas shows, for those who do not see it or have no room for it. */
export function NodeTree({ catalog, canvas, decorations }: Props) {
  const { t } = useTranslation('editor')
  const doc = useDocument((s) => s.doc)
  const selection = useView((s) => s.selection)
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set())
  const rows = useMemo(() => outline(doc, folded), [doc, folded])
  const [last, setLast] = useState(0)
  const chosen = rows.findIndex((row) => row.id === selection[0])
  const at = chosen >= 0 ? chosen : Math.min(last, rows.length - 1)
  const { tree, hold, release } = useFocusOf(rows[at]?.id)
  const fold = (id: string, close: boolean) => {
    const next = new Set(folded)
    if (close) next.add(id)
    else next.delete(id)
    setFolded(next)
  }
  const go = (id: string, panel?: boolean) => {
    setLast(rows.findIndex((row) => row.id === id))
    useView.getState().select([id], panel)
    canvas.current?.reveal(id.startsWith('@') ? '$start' : id)
  }
  const onKeyDown = (e: React.KeyboardEvent) => {
    const row = rows[at]
    if (isComposing(e) || e.ctrlKey || e.metaKey || e.altKey || e.shiftKey || !row) return
    if (e.key === 'Enter') {
      e.preventDefault()
      go(row.id, true)
      useView.setState({ entering: true })
      return
    }
    const step = treeStep(rows, at, e.key)
    // The arrows are the tree's even where they lead nowhere: on the canvas they would move the node.
    if (step || e.key.startsWith('Arrow')) e.preventDefault()
    if (!step) return
    if ('go' in step) go(step.go)
    else fold('fold' in step ? step.fold : step.unfold, 'fold' in step)
  }
  return (
    <section className={styles.pane} aria-label={t('tree.title')}>
      <header className={styles.head}>
        <h2>{t('tree.title')}</h2>
        <Button type="text" size="small" icon={<X size={16} />} aria-label={t('tree.close')} onClick={() => useView.setState({ tree: false })} />
      </header>
      {rows.length === 0 && <p className={styles.none}>{t('tree.none')}</p>}
      {rows.length > 0 && (
        <div ref={tree} role="tree" aria-label={t('tree.title')} className={styles.tree} onKeyDown={onKeyDown} onFocus={hold} onBlur={release}>
          {rows.map((row, i) => (
            <Row key={row.id} row={row} catalog={catalog} decoration={decorations.get(row.id)} selected={selection.includes(row.id)} tabStop={i === at} onChoose={() => go(row.id, true)} onFold={(close) => fold(row.id, close)} />
          ))}
        </div>
      )}
    </section>
  )
}

/** Keeps the focus on the line where the keyboard is, also when the line before it has gone. */
function useFocusOf(id: string | undefined) {
  const tree = useRef<HTMLDivElement>(null)
  const held = useRef(false)
  useLayoutEffect(() => {
    if (held.current && id !== undefined) tree.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`)?.focus()
  }, [id])
  return {
    tree,
    hold: () => {
      held.current = true
    },
    release: (e: React.FocusEvent) => {
      // A line that is removed takes the focus with it to nowhere: the tree keeps it then.
      if (e.target.isConnected && !tree.current?.contains(e.relatedTarget)) held.current = false
    },
  }
}

interface RowProps {
  readonly row: OutlineRow
  readonly catalog: Catalog
  readonly decoration: NodeDecoration | undefined
  readonly selected: boolean
  readonly tabStop: boolean
  onChoose(): void
  onFold(close: boolean): void
}

function Row({ row, catalog, decoration, selected, tabStop, onChoose, onFold }: RowProps) {
  const { t } = useTranslation('editor')
  const { t: canvas } = useTranslation('canvas')
  const language = useSettings((s) => s.language)
  const { of, open } = row
  const isTrigger = row.id.startsWith('@')
  const type = catalog.find(of.type)
  const known = triggerTypes.find((k): k is TriggerType => isTrigger && k === of.type)
  const kind = known ? t(`triggers.${known}`) : (type?.title[language] ?? of.type)
  const title = textIn(of.title, language)
  const errors = decoration?.errors ?? 0
  const problems = errors + (decoration?.warnings ?? 0)
  const Problem = errors > 0 ? CircleAlert : TriangleAlert
  return (
    <div
      role="treeitem"
      data-id={row.id}
      className={styles.row}
      style={{ paddingInlineStart: 8 + (row.level - 1) * 18 }}
      aria-level={row.level}
      aria-posinset={row.position}
      aria-setsize={row.count}
      aria-expanded={open}
      aria-selected={selected}
      tabIndex={tabStop ? 0 : -1}
      onClick={onChoose}
    >
      <span
        className={styles.fold}
        data-open={open || undefined}
        aria-hidden
        onClick={(e) => {
          if (open === undefined) return
          e.stopPropagation()
          onFold(open)
        }}
      >
        {open !== undefined && <ChevronRight size={14} />}
      </span>
      <span className={styles.icon} data-category={isTrigger ? 'trigger' : type?.category}>
        {isTrigger ? <TriggerIcon type={of.type} size={14} /> : <NodeIcon name={type?.icon} size={14} />}
      </span>
      <span className={styles.name} data-off={('disabled' in of && of.disabled) || undefined}>{title || kind}</span>
      <span className={styles.kind}>{title ? kind : ''} {isTrigger ? '' : row.id}</span>
      {'disabled' in of && of.disabled && <span className={styles.mark}>{canvas('traits.disabled')}</span>}
      {decoration?.status && <span className={styles.mark}>{canvas(`status.${decoration.status}`)}</span>}
      {decoration?.pinned && <span className={styles.mark}>{t('tree.pinned')}</span>}
      {decoration?.breakpoint && <span className={styles.mark}>{t('keys.breakpoint')}</span>}
      {problems > 0 && (
        <span className={styles.problems} data-severity={errors > 0 ? 'error' : 'warning'} title={decoration?.hint}>
          <Problem size={13} aria-hidden />
          <span aria-hidden>{problems}</span>
          <span className="visually-hidden">{canvas('problems', { count: problems })}</span>
        </span>
      )}
    </div>
  )
}
