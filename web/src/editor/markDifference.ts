import type { EdgeDecoration, NodeDecoration } from '../canvas/types'
import type { Difference } from '../document/diff'

/** A difference as marks on the canvas. */
export function markDifference(d: Difference): { nodes: ReadonlyMap<string, NodeDecoration>; edges: ReadonlyMap<string, EdgeDecoration> } {
  const nodes = new Map<string, NodeDecoration>()
  for (const id of d.moved) nodes.set(id, { change: 'moved' })
  for (const [id, change] of d.nodes) nodes.set(id, { change: change.kind })
  for (const [id, change] of d.triggers) nodes.set(`@${id}`, { change: change.kind })
  return { nodes, edges: new Map([...d.edges].map(([key, change]) => [key, { change }])) }
}
