import type { Box } from '../document/types'
import type { View } from './paint'
import type { Insets } from './types'

export const zooms = { least: 0.08, most: 2 } as const

/** Nothing smaller than this is shown to begin with: a title must be readable. */
const firstLeast = 0.62
const margin = 40

interface Size {
  readonly width: number
  readonly height: number
}

/** The view in which a box fills what no panel covers. */
export function fitting(box: Box, size: Size, insets: Insets, most = 1, least: number = zooms.least): View {
  const { top = 0, right = 0, bottom = 0, left = 0 } = insets
  const width = Math.max(80, size.width - left - right - 2 * margin)
  const height = Math.max(80, size.height - top - bottom - 2 * margin)
  const zoom = Math.min(most, Math.max(least, Math.min(width / box.width, height / box.height)))
  const centered = { x: left + margin + (width - box.width * zoom) / 2 - box.x * zoom, y: top + margin + (height - box.height * zoom) / 2 - box.y * zoom }
  return { ...centered, zoom }
}

/** The first view of a flow: all of it where that can be read, else its beginning. */
export function firstView(box: Box | null, startY: number, size: Size, insets: Insets): View {
  if (!box) return { x: size.width / 3, y: size.height / 2, zoom: 1 }
  const all = fitting(box, size, insets)
  if (all.zoom >= firstLeast) return all
  const zoom = Math.max(firstLeast, Math.min(0.8, all.zoom * 1.6))
  const y = box.height * zoom < size.height - 2 * margin ? (size.height - box.height * zoom) / 2 - box.y * zoom : size.height / 2 - startY * zoom
  return { x: (insets.left ?? 0) + margin - box.x * zoom, y, zoom }
}

function shift(low: number, high: number, from: number, to: number): number {
  return low < from ? from - low : high > to ? Math.max(to - high, from - low) : 0
}

/** The view moved as little as brings a box out from under the panels; null where it is in sight. */
export function revealing(box: Box, view: View, size: Size, insets: Insets): View | null {
  const { top = 0, right = 0, bottom = 0, left = 0 } = insets
  const at = { left: box.x * view.zoom + view.x, top: box.y * view.zoom + view.y, right: (box.x + box.width) * view.zoom + view.x, bottom: (box.y + box.height) * view.zoom + view.y }
  const dx = shift(at.left, at.right, left + margin, size.width - right - margin)
  const dy = shift(at.top, at.bottom, top + margin, size.height - bottom - margin)
  return dx === 0 && dy === 0 ? null : { x: view.x + dx, y: view.y + dy, zoom: view.zoom }
}
