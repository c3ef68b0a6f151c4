import { createContext, useContext } from 'react'
import type { Catalog } from './catalog'
import type { CanvasEditing } from './types'
import type { FlowDocument, Point } from '../document/types'

/** What all nodes and edges of one canvas share. It changes seldom: each change draws all of them again. */
export interface CanvasShared {
  readonly catalog: Catalog
  readonly language: 'en' | 'zh'
  readonly editing: CanvasEditing | undefined
  readonly triggers: FlowDocument['triggers']
  readonly chosenTriggers: ReadonlySet<string>
  readonly onBreakpointToggle: ((id: string) => void) | undefined
  select(ids: readonly string[]): void
  open(id: string): void
  fold(id: string): void
  /** The flow's coordinates of a point on the screen. */
  toFlow(screen: Point): Point
}

export const CanvasContext = createContext<CanvasShared | null>(null)

export function useCanvas(): CanvasShared {
  const shared = useContext(CanvasContext)
  if (!shared) throw new Error('a part of the canvas stands outside of it')
  return shared
}
