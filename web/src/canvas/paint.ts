import { pathOf, routeOf } from './routes'
import type { Scene, SceneNode } from './scene'
import type { NodeDecoration } from './types'
import type { Catalog } from './catalog'

/** Painting a scene on a 2D canvas: the far view and the minimap. */

export interface Colors {
  readonly surface: string
  readonly line: string
  readonly wire: string
  readonly text: string
  readonly accent: string
  readonly bad: string
  readonly ok: string
  readonly warn: string
  readonly of: Readonly<Record<string, string>>
}

const categories = ['data', 'logic', 'flow', 'connect', 'message', 'trigger'] as const

/** The colours of the theme, as they stand on an element. */
export function colorsOf(element: Element): Colors {
  const style = getComputedStyle(element)
  const get = (name: string) => style.getPropertyValue(name).trim()
  return {
    surface: get('--s-surface'),
    line: get('--s-line-strong'),
    wire: get('--c-wire'),
    text: get('--s-text'),
    accent: get('--s-accent'),
    bad: get('--s-bad-mark'),
    ok: get('--s-ok-mark'),
    warn: get('--s-warn-mark'),
    of: Object.fromEntries(categories.map((c) => [c, get(`--c-${c}`)])),
  }
}

export function colorOf(node: SceneNode, catalog: Catalog, colors: Colors): string {
  const category = node.kind === 'start' ? 'trigger' : (catalog.find(node.node?.type ?? '')?.category ?? 'data')
  return colors.of[category] ?? colors.line
}

export interface View {
  readonly x: number
  readonly y: number
  readonly zoom: number
}

export interface FarPicture {
  readonly scene: Scene
  readonly catalog: Catalog
  readonly colors: Colors
  readonly decorations: ReadonlyMap<string, NodeDecoration> | undefined
  readonly selection: ReadonlySet<string>
  titleOf(node: SceneNode): string
}

/** Below this a title cannot be read. */
const readable = 0.24

/** Draws what of a scene is in view. */
export function paintFar(ctx: CanvasRenderingContext2D, size: { width: number; height: number; ratio: number }, view: View, picture: FarPicture, wires: Path2D) {
  const { colors, scene } = picture
  ctx.setTransform(size.ratio, 0, 0, size.ratio, 0, 0)
  ctx.clearRect(0, 0, size.width, size.height)
  ctx.translate(view.x, view.y)
  ctx.scale(view.zoom, view.zoom)
  const seen = {
    left: -view.x / view.zoom,
    top: -view.y / view.zoom,
    right: (size.width - view.x) / view.zoom,
    bottom: (size.height - view.y) / view.zoom,
  }
  const visible = scene.nodes.filter((n) => n.left < seen.right && n.top < seen.bottom && n.left + n.width > seen.left && n.top + n.height > seen.top)
  for (const node of visible) if (node.kind === 'container') paintContainer(ctx, node, picture)
  ctx.lineWidth = Math.min(3, 1 / view.zoom)
  ctx.strokeStyle = colors.wire
  ctx.stroke(wires)
  for (const node of visible) if (node.kind !== 'container') paintCard(ctx, node, view.zoom, picture)
}

function paintContainer(ctx: CanvasRenderingContext2D, node: SceneNode, p: FarPicture) {
  ctx.globalAlpha = 0.12
  ctx.fillStyle = colorOf(node, p.catalog, p.colors)
  ctx.fillRect(node.left, node.top, node.width, node.height)
  ctx.globalAlpha = 1
  ctx.lineWidth = 1.5
  ctx.strokeStyle = p.selection.has(node.id) ? p.colors.accent : ctx.fillStyle
  ctx.strokeRect(node.left, node.top, node.width, node.height)
}

function paintCard(ctx: CanvasRenderingContext2D, node: SceneNode, zoom: number, p: FarPicture) {
  const { colors } = p
  const decoration = p.decorations?.get(node.id)
  ctx.globalAlpha = node.disabled || decoration?.status === 'skipped' ? 0.5 : 1
  ctx.fillStyle = colors.surface
  ctx.strokeStyle = edgeColor(node, decoration, p)
  ctx.lineWidth = p.selection.has(node.id) ? 5 : 2
  ctx.beginPath()
  ctx.roundRect(node.left, node.top, node.width, node.height, 10)
  ctx.fill()
  ctx.stroke()
  ctx.fillStyle = colorOf(node, p.catalog, colors)
  ctx.fillRect(node.left + 10, node.top + 12, 30, 30)
  if (zoom >= readable) {
    ctx.fillStyle = colors.text
    ctx.font = '600 17px "Inter Variable", "Noto Sans CJK SC", sans-serif'
    ctx.fillText(p.titleOf(node), node.left + 50, node.top + 34, node.width - 60)
  }
  ctx.globalAlpha = 1
}

function edgeColor(node: SceneNode, decoration: NodeDecoration | undefined, { colors, selection }: FarPicture): string {
  if (selection.has(node.id)) return colors.accent
  if (decoration?.paused || decoration?.status === 'paused') return colors.warn
  if (decoration?.errors || decoration?.status === 'failed') return colors.bad
  return decoration?.status === 'succeeded' ? colors.ok : colors.line
}

/** All wires as one path. */
export function wiresOf(scene: Scene): Path2D {
  const path = new Path2D()
  for (const edge of scene.edges) {
    const route = routeOf(scene, edge)
    if (route) path.addPath(new Path2D(pathOf(route.from, route.to).d))
  }
  return path
}
