import type { FlowDocument, Point } from '../document/types'
import type { Wire } from '../document/connect'

/** How a node fared in a run. */
export type NodeStatus = 'succeeded' | 'failed' | 'skipped' | 'running' | 'waiting' | 'paused'

export type Change = 'added' | 'removed' | 'changed' | 'moved'

/** What is drawn on a node beside what the document says of it. Same object, same picture: keep it while nothing changes. */
export interface NodeDecoration {
  readonly status?: NodeStatus
  /** A few characters at the foot of the node, e.g. "2/7". */
  readonly badge?: string
  /** How often it ran; shown from 2 on. */
  readonly count?: number
  readonly durationMs?: number
  /** The run stands here, before or after this node. */
  readonly paused?: 'before' | 'after' | 'error'
  readonly breakpoint?: 'plain' | 'conditional'
  /** Its output is pinned while drawing. */
  readonly pinned?: boolean
  readonly change?: Change
  readonly errors?: number
  readonly warnings?: number
  /** Shown when the pointer rests on the node's badge. */
  readonly hint?: string
}

export interface EdgeDecoration {
  readonly state?: 'taken' | 'skipped' | 'active'
  /** In the middle of the edge, e.g. "2 items". */
  readonly label?: string
  readonly change?: Change
}

/** Where the canvas is covered by panels: what is fitted or flown to lies within the rest. In pixels. */
export interface Insets {
  readonly top?: number
  readonly right?: number
  readonly bottom?: number
  readonly left?: number
}

/** What the canvas asks for when something is drawn on it. Without it the canvas is for looking only. */
export interface CanvasEditing {
  move(positions: ReadonlyMap<string, Point>): void
  /** Nodes were dropped inside another container, or out of all of them. */
  moveInto(ids: readonly string[], container: string | null, positions: ReadonlyMap<string, Point>): void
  connect(wire: Wire): void
  /** Says why not, in the operator's words; null where the edge may be drawn. */
  refuse(wire: Wire): string | null
  rewire(key: string, wire: Wire): void
  /** A wire was let go over empty canvas, or the plus after a port was used. */
  pickAfter(from: string, port: string, at: Point, screen: Point, container: string | null): void
  /** The plus on an edge. */
  pickOnEdge(key: string, at: Point, screen: Point): void
  /** A node that hangs on nothing was dropped on an edge. */
  dropOnEdge(id: string, key: string, at: Point): void
  /** Something was dragged in from the palette. `onEdge` is the edge under the pointer. */
  dropNew(type: string, at: Point, container: string | null, onEdge: string | null): void
  noteText(id: string, text: string): void
  noteSize(id: string, at: readonly number[]): void
  removeEdge(key: string): void
}

export interface FlowCanvasProps {
  readonly document: FlowDocument
  /** Ids chosen: of nodes; `@id` of triggers; `#id` of comments; `from:port:to` of edges. */
  readonly selection?: readonly string[]
  readonly onSelectionChange?: (ids: readonly string[]) => void
  readonly onNodeClick?: (id: string, event: React.MouseEvent) => void
  readonly onNodeDoubleClick?: (id: string) => void
  readonly onContextMenu?: (id: string | null, at: Point, screen: Point) => void
  /** The dot at a node's corner was clicked; without it there is no dot to click. */
  readonly onBreakpointToggle?: (id: string) => void
  /** By node id, `@id` for triggers. */
  readonly decorations?: ReadonlyMap<string, NodeDecoration>
  /** By edgeKey(). */
  readonly edgeDecorations?: ReadonlyMap<string, EdgeDecoration>
  readonly editing?: CanvasEditing
  /** Buttons above the one chosen node. */
  readonly renderToolbar?: (id: string) => React.ReactNode
  readonly insets?: Insets
  /** Drawn over the canvas, within its box. */
  readonly children?: React.ReactNode
  readonly minimap?: boolean
  /** Names the canvas for screen readers. */
  readonly label: string
}

/** What a page can ask of the canvas, through a ref. */
export interface CanvasHandle {
  fit(ids?: readonly string[]): void
  zoomTo(zoom: number): void
  zoomBy(factor: number): void
  /** Brings a node into view, moving as little as possible; with `zoom`, to the middle. */
  reveal(id: string, options?: { readonly center?: boolean }): void
  /** The flow's coordinates of a point on the screen. */
  toFlow(screen: Point): Point
  /** The middle of what is visible, in the flow's coordinates. */
  center(): Point
  focus(): void
}
