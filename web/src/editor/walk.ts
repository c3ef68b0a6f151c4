import type { Scene, SceneNode } from '../canvas/scene'

export type Direction = 'left' | 'right' | 'up' | 'down'

/** The node that the keyboard goes to: along wires to the left and right, to the nearest above and below; into a container and out of it. */
export function walk(scene: Scene, from: string | undefined, to: Direction): string | undefined {
  const at = scene.byId.get(from ?? '')
  if (!at) return scene.nodes.find((n) => n.kind !== 'note')?.id
  const ends = to === 'right' ? scene.edges.filter((e) => e.from === at.id).map((e) => e.to) : to === 'left' ? scene.edges.filter((e) => e.to === at.id).map((e) => e.from) : []
  const found = ends.flatMap((id) => scene.byId.get(id) ?? []).toSorted((a, b) => Math.abs(a.top - at.top) - Math.abs(b.top - at.top))[0]
  if (found) return found.id
  if (to === 'right' && at.kind === 'container') return nearest(at, scene.nodes.filter((n) => n.parent === at.id))
  if (to === 'left' && at.parent !== null) return at.parent
  return nearest(at, scene.nodes.filter((n) => n !== at && n.parent === at.parent && n.kind !== 'note' && lies(at, n, to)))
}

function lies(at: SceneNode, other: SceneNode, to: Direction): boolean {
  switch (to) {
    case 'left':
      return other.left + other.width / 2 < at.left
    case 'right':
      return other.left + other.width / 2 > at.left + at.width
    case 'up':
      return other.top < at.top
    case 'down':
      return other.top > at.top
  }
}

function nearest(at: SceneNode, others: readonly SceneNode[]): string | undefined {
  const distance = (n: SceneNode) => Math.hypot(n.left - at.left, (n.top - at.top) * 1.5)
  return others.toSorted((a, b) => distance(a) - distance(b))[0]?.id
}
