import { create } from 'zustand'
import type { Point } from '../document/types'

/** What the picker of nodes is asked for. */
export interface Picking {
  readonly after?: { readonly from: string; readonly port: string }
  readonly onEdge?: string
  readonly container: string | null
  readonly at: Point
  readonly screen: Point
}

export type Dialog = 'publish' | 'run' | 'keys' | 'search' | 'connect' | 'settings' | 'compare'
export type Drawer = 'problems' | null

/** How the editor's page looks just now: no part of the document, and never undone. */
export interface EditorView {
  /** Canvas ids: nodes, `@trigger`, `#comment`, `from:port:to`. */
  readonly selection: readonly string[]
  /** Whether the panel of the one chosen thing is open. */
  readonly panel: boolean
  readonly wide: boolean
  readonly json: boolean
  readonly palette: boolean
  /** Whether all nodes are shown as a list. */
  readonly tree: boolean
  /** Whether the panel that is being opened takes the focus. */
  readonly entering: boolean
  readonly drawer: Drawer
  readonly picking: Picking | null
  readonly dialog: Dialog | null
  readonly menu: { readonly id: string | null; readonly at: Point; readonly screen: Point } | null
  /** A field that somebody wants to see: JSON Pointer within the node. `asked` counts, so that the same can be asked again. */
  readonly field: { readonly id: string; readonly pointer: string; readonly asked: number } | null
  select(ids: readonly string[], panel?: boolean): void
  showField(id: string, pointer: string): void
  /** The same for what is told to the flow itself. */
  showSetting(pointer: string): void
}

/** In `field`, the flow itself. */
export const flowField = '$flow'

const initial = {
  selection: [],
  panel: false,
  wide: false,
  json: false,
  palette: true,
  tree: false,
  entering: false,
  drawer: null,
  picking: null,
  dialog: null,
  menu: null,
  field: null,
} satisfies Partial<EditorView>

export const useView = create<EditorView>((set, get) => ({
  ...initial,
  select: (ids, panel) => set({ selection: ids, panel: ids.length === 1 && (panel ?? get().panel) }),
  showField: (id, pointer) => set({ selection: [id], panel: true, field: { id, pointer, asked: (get().field?.asked ?? 0) + 1 } }),
  showSetting: (pointer) => set({ dialog: 'settings', field: { id: flowField, pointer, asked: (get().field?.asked ?? 0) + 1 } }),
}))

export function resetView() {
  useView.setState({ ...initial, palette: useView.getState().palette, tree: useView.getState().tree, wide: useView.getState().wide })
}

export function closeDialog() {
  useView.setState({ dialog: null })
}

export function closePanel() {
  useView.setState({ panel: false })
}
