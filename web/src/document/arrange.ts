import type { Box, Point } from './types'

export type Alignment = 'left' | 'center' | 'right' | 'top' | 'middle' | 'bottom'

/** New places of boxes that are lined up along one of their sides or middles. */
export function align(boxes: ReadonlyMap<string, Box>, how: Alignment): Map<string, Point> {
  const all = [...boxes.values()]
  const left = Math.min(...all.map((b) => b.x))
  const right = Math.max(...all.map((b) => b.x + b.width))
  const top = Math.min(...all.map((b) => b.y))
  const bottom = Math.max(...all.map((b) => b.y + b.height))
  const place = (b: Box): Point => {
    switch (how) {
      case 'left':
        return { x: left, y: b.y }
      case 'center':
        return { x: (left + right - b.width) / 2, y: b.y }
      case 'right':
        return { x: right - b.width, y: b.y }
      case 'top':
        return { x: b.x, y: top }
      case 'middle':
        return { x: b.x, y: (top + bottom - b.height) / 2 }
      case 'bottom':
        return { x: b.x, y: bottom - b.height }
    }
  }
  return new Map([...boxes].map(([id, box]) => [id, place(box)]))
}

/** New places with equal gaps between the boxes; the outer two stay. */
export function distribute(boxes: ReadonlyMap<string, Box>, along: 'x' | 'y'): Map<string, Point> {
  const size = along === 'x' ? 'width' : 'height'
  const sorted = [...boxes].toSorted(([, a], [, b]) => a[along] - b[along])
  const first = sorted[0]?.[1]
  const last = sorted.at(-1)?.[1]
  if (!first || !last || sorted.length < 3) return new Map()
  const span = last[along] + last[size] - first[along]
  const gap = (span - sorted.reduce((sum, [, b]) => sum + b[size], 0)) / (sorted.length - 1)
  const places = new Map<string, Point>()
  let at = first[along]
  for (const [id, box] of sorted) {
    places.set(id, { x: box.x, y: box.y, [along]: at })
    at += box[size] + gap
  }
  return places
}
