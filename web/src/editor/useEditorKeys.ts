import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { type Command, useCommands } from '../app/commands'
import { takeTyped } from '../app/typed'
import type { Catalog } from '../canvas/catalog'
import { isNodeId } from '../canvas/model'
import { sceneOf } from '../canvas/scene'
import type { CanvasHandle } from '../canvas/types'
import { useLatest } from '../canvas/useLatest'
import { useDocument } from '../document/store'
import * as actions from './actions'
import type { Clipboard } from './clipboard'
import { saveNow } from './draft'
import { isTyping, type Shortcut, useShortcuts } from './keys'
import { useView } from './view'
import { type Direction, walk } from './walk'

interface Means {
  readonly catalog: Catalog
  readonly canvas: React.RefObject<CanvasHandle | null>
  readonly clipboard: Clipboard
  openPicker(): void
  onBreakpoint(node: string): void
  onPin(node: string): void
  tidy(): void
}

const arrows: readonly [string, Direction, number, number][] = [['ArrowLeft', 'left', -1, 0], ['ArrowRight', 'right', 1, 0], ['ArrowUp', 'up', 0, -1], ['ArrowDown', 'down', 0, 1]]
const step = 8

/** Brings the cursor to the name of what is chosen. */
function rename() {
  const { selection, showField } = useView.getState()
  const [id] = selection
  if (id !== undefined && selection.length === 1 && (isNodeId(id) || id.startsWith('@'))) showField(id, '/title')
}

function save() {
  takeTyped()
  void saveNow()
}

/** Everything by keyboard. */
export function useEditorKeys(means: Means) {
  const { catalog, canvas, openPicker, tidy, onBreakpoint, onPin } = means
  const set = useView.setState
  const go = (to: Direction) => {
    const { selection, select } = useView.getState()
    const at = selection.find((id) => !id.includes(':'))
    const next = walk(sceneOf(useDocument.getState().doc, catalog), at?.startsWith('@') ? '$start' : at, to)
    if (!next) return
    select([next])
    canvas.current?.reveal(next)
    requestAnimationFrame(() => canvas.current?.focus())
  }
  const escape = () => {
    const active = document.activeElement
    if (active?.closest('[role="dialog"], [role="menu"]')) return
    // Out of a field first; once more closes its panel.
    if (isTyping(active)) return canvas.current?.focus()
    const { picking, panel, selection, menu } = useView.getState()
    if (picking || menu) set({ picking: null, menu: null })
    else if (panel) {
      set({ panel: false })
      canvas.current?.focus()
    } else if (selection.length > 0) set({ selection: [] })
  }
  const shortcuts: Shortcut[] = [
    { id: 'add', keys: ['/'], run: openPicker },
    { id: 'open', keys: ['Enter'], run: () => useView.getState().selection.length === 1 && set({ panel: true }) },
    { id: 'close', keys: ['Escape'], run: escape, everywhere: true },
    { id: 'rename', keys: ['F2'], run: rename },
    { id: 'remove', keys: ['Delete', 'Backspace'], run: () => actions.remove() },
    { id: 'heal', keys: ['Shift+Delete', 'Shift+Backspace'], run: () => actions.remove(undefined, true) },
    { id: 'duplicate', keys: ['Ctrl+D'], run: () => actions.duplicate(catalog) },
    { id: 'selectAll', keys: ['Ctrl+A'], run: actions.selectAll },
    { id: 'undo', keys: ['Ctrl+Z'], run: () => actions.undo() },
    { id: 'redo', keys: ['Ctrl+Shift+Z', 'Ctrl+Y'], run: () => actions.redo() },
    { id: 'save', keys: ['Ctrl+S'], run: save, everywhere: true },
    { id: 'search', keys: ['Ctrl+F'], run: () => set({ dialog: 'search' }) },
    { id: 'connect', keys: ['C'], run: () => useView.getState().selection.length === 1 && set({ dialog: 'connect' }) },
    { id: 'disable', keys: ['D'], run: () => actions.disable() },
    { id: 'breakpoint', keys: ['B'], run: () => useView.getState().selection.filter(isNodeId).forEach(onBreakpoint) },
    { id: 'pin', keys: ['P'], run: () => useView.getState().selection.filter(isNodeId).forEach(onPin) },
    { id: 'group', keys: ['G'], run: () => actions.group(catalog) },
    { id: 'ungroup', keys: ['Shift+G'], run: () => actions.ungroup() },
    { id: 'comment', keys: ['N'], run: () => actions.comment(catalog, canvas.current?.center() ?? { x: 0, y: 0 }) },
    { id: 'tidy', keys: ['Shift+Alt+T'], run: tidy },
    { id: 'json', keys: ['J'], run: () => set({ json: !useView.getState().json }) },
    { id: 'problems', keys: ['Shift+P'], run: () => set({ drawer: useView.getState().drawer === 'problems' ? null : 'problems' }) },
    { id: 'nodes', keys: ['Shift+N'], run: () => set({ palette: !useView.getState().palette }) },
    { id: 'tree', keys: ['L'], run: () => set({ tree: !useView.getState().tree }) },
    { id: 'fit', keys: ['Shift+1'], run: () => canvas.current?.fit() },
    { id: 'fitSelection', keys: ['Shift+2'], run: () => canvas.current?.fit(useView.getState().selection) },
    { id: 'zoom100', keys: ['0'], run: () => canvas.current?.zoomTo(1) },
    { id: 'zoomIn', keys: ['+', '='], run: () => canvas.current?.zoomBy(1.25) },
    { id: 'zoomOut', keys: ['-'], run: () => canvas.current?.zoomBy(0.8) },
    { id: 'help', keys: ['?'], run: () => set({ dialog: 'keys' }) },
    { id: 'run', keys: ['Ctrl+Enter'], run: () => set({ dialog: 'run' }) },
    { id: 'publish', keys: ['Ctrl+Shift+Enter'], run: () => set({ dialog: 'publish' }) },
    ...arrows.flatMap(([key, direction, dx, dy]): Shortcut[] => [
      { id: `walk-${direction}`, keys: [`Alt+${key}`], run: () => go(direction), first: true },
      { id: `move-${direction}`, keys: [key], run: () => actions.nudge(dx * step, dy * step, catalog) },
      { id: `leap-${direction}`, keys: [`Shift+${key}`], run: () => actions.nudge(dx * step * 10, dy * step * 10, catalog) },
    ]),
  ]
  useShortcuts(shortcuts)
  useCommands('editor', usePaletteCommands(means))
}

function usePaletteCommands(means: Means): readonly Command[] {
  const latest = useLatest(means)
  const { t } = useTranslation('editor')
  return useMemo(() => {
    const set = useView.setState
    const command = (id: string, title: string, keys: string, run: () => void): Command => ({ id: `editor-${id}`, title, keys, run })
    return [
      command('add', t('keys.add'), '/', () => latest.current.openPicker()),
      command('tidy', t('keys.tidy'), 'Shift+Alt+T', () => latest.current.tidy()),
      command('fit', t('keys.fit'), 'Shift+1', () => latest.current.canvas.current?.fit()),
      command('json', t('keys.json'), 'J', () => set({ json: !useView.getState().json })),
      command('tree', t('keys.tree'), 'L', () => set({ tree: true })),
      command('problems', t('keys.problems'), 'Shift+P', () => set({ drawer: 'problems' })),
      command('search', t('keys.search'), 'Ctrl+F', () => set({ dialog: 'search' })),
      command('publish', t('keys.publish'), 'Ctrl+Shift+Enter', () => set({ dialog: 'publish' })),
      command('run', t('keys.run'), 'Ctrl+Enter', () => set({ dialog: 'run' })),
      command('settings', t('toolbar.settings'), '', () => set({ dialog: 'settings' })),
      command('keys', t('keys.title'), '?', () => set({ dialog: 'keys' })),
    ]
  }, [t, latest])
}
