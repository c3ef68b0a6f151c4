import { Dropdown, type MenuProps } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Catalog } from '../canvas/catalog'
import { isNodeId } from '../canvas/model'
import { nodeOf } from '../document/graphs'
import { useDocument } from '../document/store'
import { noteColors, type NoteColor } from '../document/types'
import * as actions from './actions'
import { useView } from './view'

interface Props {
  readonly catalog: Catalog
  onCopy(cut: boolean): void
  onPaste(): void
}

const alignments = ['left', 'center', 'right', 'top', 'middle', 'bottom', 'spreadX', 'spreadY'] as const

function close() {
  useView.setState({ menu: null })
}

/** What can be done with what was clicked at. */
export function ContextMenu({ catalog, onCopy, onPaste }: Props) {
  const { t } = useTranslation('editor')
  const menu = useView((s) => s.menu)
  const selection = useView((s) => s.selection)
  const doc = useDocument((s) => s.doc)
  if (!menu) return null
  const node = menu.id && isNodeId(menu.id) ? nodeOf(doc, menu.id) : undefined
  const paste = { key: 'paste', label: t('menu.paste'), extra: 'Ctrl+V', onClick: onPaste }
  const edge = (key: string): MenuProps['items'] => [
    { key: 'insert', label: t('menu.insert'), onClick: () => useView.setState({ picking: { onEdge: key, container: null, at: menu.at, screen: menu.screen } }) },
    { key: 'remove', label: t('menu.removeEdge'), danger: true, onClick: () => actions.removeEdge(key) },
  ]
  const pane: MenuProps['items'] = [
    { key: 'add', label: t('menu.add'), extra: '/', onClick: () => useView.setState({ picking: { container: null, at: menu.at, screen: menu.screen } }) },
    { key: 'comment', label: t('menu.comment'), extra: 'N', onClick: () => actions.comment(catalog, menu.at) },
    { type: 'divider' },
    paste,
    { key: 'all', label: t('menu.selectAll'), extra: 'Ctrl+A', onClick: actions.selectAll },
  ]
  const common: MenuProps['items'] = [
    { key: 'copy', label: t('node.copyText'), extra: 'Ctrl+C', onClick: () => onCopy(false) },
    { key: 'cut', label: t('node.cut'), extra: 'Ctrl+X', onClick: () => onCopy(true) },
    { key: 'duplicate', label: t('node.duplicate'), extra: 'Ctrl+D', onClick: () => actions.duplicate(catalog) },
  ]
  const remove = { key: 'remove', label: t('node.remove'), danger: true, extra: 'Del', onClick: () => actions.remove() }
  const note: MenuProps['items'] = [
    { key: 'color', label: t('node.color'), children: noteColors.map((c: NoteColor) => ({ key: c, label: t(`colors.${c}`), onClick: () => menu.id && actions.colorNote(menu.id.slice(1), c) })) },
    ...common,
    { type: 'divider' },
    remove,
  ]
  const one: MenuProps['items'] = [
    { key: 'open', label: t('node.open'), extra: 'Enter', onClick: () => useView.setState({ panel: true }) },
    { key: 'connect', label: t('node.connect'), extra: 'C', onClick: () => useView.setState({ dialog: 'connect' }) },
    { key: 'json', label: t('menu.toJson'), extra: 'J', onClick: () => useView.setState({ json: true }) },
  ]
  const nodes: MenuProps['items'] = [
    ...(selection.length === 1 ? one : [{ key: 'align', label: t('menu.align'), children: alignments.map((how) => ({ key: how, label: t(`align.${how}`), onClick: () => actions.arrange(catalog, how) })) }]),
    { type: 'divider' },
    ...common,
    ...(node?.body ? [paste] : []),
    { type: 'divider' },
    { key: 'disable', label: node?.disabled ? t('node.enable') : t('node.disable'), extra: 'D', onClick: () => actions.disable() },
    { key: 'into', label: t('menu.into'), children: (['foreach', 'repeat', 'group'] as const).map((type) => ({ key: type, label: t(`menu.${type}`), onClick: () => actions.group(catalog, type) })) },
    ...(node?.body ? [{ key: 'ungroup', label: t('node.ungroup'), onClick: () => actions.ungroup() }] : []),
    { type: 'divider' },
    { key: 'heal', label: t('node.heal'), extra: 'Shift+Del', onClick: () => actions.remove(undefined, true) },
    remove,
  ]
  const items = menu.id === null || menu.id === '$start' ? pane : menu.id.includes(':') ? edge(menu.id) : menu.id.startsWith('#') ? note : nodes
  return (
    <Dropdown open menu={{ items: items ?? [], autoFocus: true, onClick: close }} trigger={['click']} onOpenChange={(open) => !open && close()} destroyOnHidden>
      <span style={{ position: 'fixed', left: menu.screen.x, top: menu.screen.y, width: 1, height: 1 }} />
    </Dropdown>
  )
}
