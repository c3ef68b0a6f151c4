import type { Scene, SceneEdge } from './scene'
import { defaultPort, type Point } from '../document/types'

/** How wires run. Those that go back run around, so that they do not loop through nodes. */

export interface Route {
  readonly from: Point
  readonly to: Point
}

export function routeOf(scene: Scene, edge: SceneEdge): Route | null {
  const a = scene.byId.get(edge.from)
  const b = scene.byId.get(edge.to)
  if (!a || !b) return null
  const port = a.ports.find((p) => p.name === edge.port) ?? a.ports.find((p) => p.name === defaultPort) ?? { x: a.width, y: Math.min(a.height / 2, 27) }
  return { from: { x: a.left + port.x, y: a.top + port.y }, to: { x: b.left, y: b.top + inputY(b) } }
}

/** Where wires come into a node, from its top. */
export function inputY(node: { readonly kind: string }): number {
  return node.kind === 'container' ? 20 : 27
}

export interface Path {
  /** For an SVG path or a Path2D. */
  readonly d: string
  readonly middle: Point
}

const reach = 28
const round = 10

export function pathOf(from: Point, to: Point): Path {
  if (to.x >= from.x + 8) {
    const bend = Math.max(24, Math.min(160, (to.x - from.x) / 2))
    return {
      d: `M${from.x},${from.y}C${from.x + bend},${from.y} ${to.x - bend},${to.y} ${to.x},${to.y}`,
      middle: { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 },
    }
  }
  return backPath(from, to)
}

function backPath(from: Point, to: Point): Path {
  const right = from.x + reach
  const left = to.x - reach
  const across = Math.abs(to.y - from.y) > 4 * round ? (from.y + to.y) / 2 : Math.max(from.y, to.y) + 70
  const r1 = Math.min(round, Math.abs(across - from.y) / 2)
  const r2 = Math.min(round, Math.abs(to.y - across) / 2)
  const v1 = Math.sign(across - from.y)
  const v2 = Math.sign(to.y - across)
  const d = [
    `M${from.x},${from.y}H${right - r1}Q${right},${from.y} ${right},${from.y + v1 * r1}`,
    `V${across - v1 * r1}Q${right},${across} ${right - r1},${across}`,
    `H${left + r2}Q${left},${across} ${left},${across + v2 * r2}`,
    `V${to.y - v2 * r2}Q${left},${to.y} ${left + r2},${to.y}H${to.x}`,
  ].join('')
  return { d, middle: { x: (right + left) / 2, y: across } }
}

/** The edge of a graph that passes near a point. */
export function edgeNear(scene: Scene, at: Point, graph: string | null, within: number, except: string | null): SceneEdge | null {
  let nearest: SceneEdge | null = null
  let least = within
  for (const edge of scene.edges) {
    if (edge.implied || edge.graph !== graph || edge.from === except || edge.to === except) continue
    const route = routeOf(scene, edge)
    if (!route) continue
    const distance = distanceTo(route.from, route.to, at)
    if (distance < least) {
      least = distance
      nearest = edge
    }
  }
  return nearest
}

const samples = 16

function distanceTo(from: Point, to: Point, at: Point): number {
  if (to.x < from.x + 8) {
    const middle = backPath(from, to).middle
    return Math.hypot(middle.x - at.x, middle.y - at.y)
  }
  const bend = Math.max(24, Math.min(160, (to.x - from.x) / 2))
  let least = Infinity
  for (let i = 0; i <= samples; i++) {
    const t = i / samples
    const u = 1 - t
    const x = u ** 3 * from.x + 3 * u * u * t * (from.x + bend) + 3 * u * t * t * (to.x - bend) + t ** 3 * to.x
    const y = (u ** 3 + 3 * u * u * t) * from.y + (3 * u * t * t + t ** 3) * to.y
    least = Math.min(least, Math.hypot(x - at.x, y - at.y))
  }
  return least
}
