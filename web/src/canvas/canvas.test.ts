import { describe, expect, it } from 'vitest'
import type { NodeType } from '../api/schema'
import { readDocument } from '../document/read'
import type { FlowDocument } from '../document/types'
import { catalogOf } from './catalog'
import { graphFor, placesFrom } from './layout'
import { edgeMaker, nodeMaker } from './model'
import { edgeNear, pathOf } from './routes'
import { boundsOf, containerAt, nodeAt, sceneOf, sizes, startId } from './scene'
import { summaryOf } from './summary'
import { fitting, revealing } from './view'

const type = (name: string, more: Partial<NodeType> = {}): NodeType => ({
  name: `${name}@1`, type: name, major: 1, effect: 'pure', category: 'data', icon: '', title: { en: name, zh: name }, summary: { en: '', zh: '' },
  ports: ['out'], portsByConfig: false, container: false, schema: {}, texts: { zh: {} }, doc: { en: '', zh: '' }, examples: [], ...more,
})
const catalog = catalogOf([
  type('map'),
  type('switch', { ports: ['default'], portsByConfig: true }),
  type('end', { ports: [] }),
  type('foreach', { container: true }),
  type('repeat', { container: true, ports: ['out', 'exhausted'] }),
])

const doc = readDocument({
  sluice: 1,
  id: 'f',
  triggers: [{ id: 'hook', type: 'webhook' }, { id: 'daily', type: 'cron' }],
  nodes: [
    { id: 'a', type: 'map' },
    { id: 'way', type: 'switch', config: { cases: [{ port: 'paid', when: 'true' }, { port: 'late', when: 'true' }] } },
    { id: 'loop', type: 'foreach', body: { nodes: [{ id: 'inner', type: 'map' }, { id: 'again', type: 'repeat', body: { nodes: [{ id: 'deep', type: 'map' }] } }], edges: [{ from: 'inner', to: 'again' }] } },
    { id: 'stop', type: 'end' },
  ],
  edges: [{ from: 'a', to: 'way' }, { from: 'way', port: 'paid', to: 'loop' }, { from: 'a', port: 'error', to: 'stop' }],
  layout: { a: [0, 0], way: [280, 0], loop: [560, 0], stop: [280, 200], inner: [40, 60], again: [320, 60], deep: [40, 60], $notes: [{ id: 'why', text: 'x', at: [0, -200, 240, 120] }] },
}) as FlowDocument

const scene = sceneOf(doc, catalog)

describe('the scene', () => {
  it('gives a card a row for each port where it has several, or an error that goes somewhere', () => {
    expect(scene.byId.get('way')?.ports.map((p) => p.name)).toEqual(['paid', 'late', 'default', 'error'])
    expect(scene.byId.get('way')?.height).toBe(sizes.head + 3 * sizes.row + sizes.rowsPad)
    expect(scene.byId.get('a')?.ports.map((p) => [p.name, p.named])).toEqual([['out', true], ['error', true]])
    expect(scene.byId.get('stop')?.ports).toEqual([])
  })

  it('lets a container grow around what is in it, at any depth', () => {
    const [loop, again, deep] = ['loop', 'again', 'deep'].map((id) => scene.byId.get(id))
    expect([deep?.left, deep?.top]).toEqual([560 + 320 + 40, 0 + 60 + 60])
    expect((loop?.left ?? 0) + (loop?.width ?? 0)).toBeGreaterThan((again?.left ?? 0) + (again?.width ?? 0))
    expect(scene.nodes.findIndex((n) => n.id === 'loop')).toBeLessThan(scene.nodes.findIndex((n) => n.id === 'inner'))
  })

  it('begins at every node that no edge leads to', () => {
    expect(scene.edges.filter((e) => e.implied).map((e) => e.to)).toEqual(['a'])
    expect(scene.byId.get(startId)?.height).toBe(sizes.head + 2 * sizes.startRow + sizes.rowsPad)
  })

  it('shows a folded container as a card and nothing of its body', () => {
    const folded = sceneOf(doc, catalog, new Set(['loop']))
    expect(folded.byId.get('loop')?.kind).toBe('node')
    expect(folded.byId.has('inner')).toBe(false)
    expect(folded.edges.some((e) => e.from === 'inner')).toBe(false)
  })

  it('puts nodes without a place into columns by what leads to them', () => {
    const { layout: _, ...bare } = doc
    const loose = sceneOf(bare, catalog)
    expect(['a', 'way', 'loop'].map((id) => loose.byId.get(id)?.x)).toEqual([0, sizes.column, 2 * sizes.column])
    expect(loose.byId.get('stop')?.y).toBeGreaterThan(0)
  })

  it('finds what is at a point, the innermost first, never within what moves', () => {
    const deep = scene.byId.get('deep')
    const at = { x: (deep?.left ?? 0) + 5, y: (deep?.top ?? 0) + 5 }
    expect(nodeAt(scene, at)?.id).toBe('deep')
    expect(containerAt(scene, at, new Set(['deep']))?.id).toBe('again')
    expect(containerAt(scene, at, new Set(['again']))?.id).toBe('loop')
    expect(containerAt(scene, at, new Set(['loop']))).toBeNull()
  })

  it('finds the wire near a point, in its own graph only', () => {
    const between = { x: (sizes.width + 280) / 2, y: sizes.head + sizes.rowsPad / 2 + sizes.row / 2 - 20 }
    expect(edgeNear(scene, between, null, 60, null)?.key).toBe('a:out:way')
    expect(edgeNear(scene, between, 'loop', 60, null)).toBeNull()
    expect(edgeNear(scene, between, null, 60, 'a')).toBeNull()
  })
})

describe('wires', () => {
  it('run around nodes when they go back', () => {
    expect(pathOf({ x: 0, y: 0 }, { x: 100, y: 50 }).d).toContain('C')
    expect(pathOf({ x: 300, y: 0 }, { x: 0, y: 100 }).d).not.toContain('C')
  })
})

describe("React Flow's nodes and edges", () => {
  it('stay the same objects while nothing about them changes', () => {
    const [nodes, edges] = [nodeMaker(), edgeMaker()]
    const wishes = { decorations: undefined, selection: new Set<string>(), editable: true, tabStop: 'a', labelOf: () => '' }
    const [first, wires] = [nodes(scene, wishes), edges(scene, undefined, new Set(), true)]
    const moved = sceneOf({ ...doc, layout: { ...doc.layout, a: [5, 5] } }, catalog)
    const [second, later] = [nodes(moved, wishes), edges(moved, undefined, new Set(), true)]
    expect(second.filter((n, i) => n !== first[i]).map((n) => n.id)).toEqual([startId, 'a'])
    expect(later).toEqual(wires)
    expect(later.every((e, i) => e === wires[i])).toBe(true)
    const chosen = nodes(moved, { ...wishes, selection: new Set(['way']) })
    expect(chosen.filter((n, i) => n !== second[i]).map((n) => n.id)).toEqual(['way'])
  })
})

describe('auto-layout', () => {
  it('hands over nested graphs with their ports and own edges', () => {
    const graph = graphFor(scene, null)
    expect(graph.children?.map((c) => c.id)).toEqual([startId, 'a', 'way', 'loop', 'stop'])
    const loop = graph.children?.find((c) => c.id === 'loop')
    expect(loop?.children?.map((c) => c.id)).toEqual(['inner', 'again'])
    expect(loop?.edges?.map((e) => e.id)).toEqual(['inner:out:again'])
    expect(graph.edges?.map((e) => e.id)).toEqual(['a:out:way', 'way:paid:loop', 'a:error:stop', `${startId}:out:a`])
    expect(graph.children?.find((c) => c.id === 'way')?.ports?.map((p) => p.id)).toEqual(['way:in', 'way:paid', 'way:late', 'way:default'])
  })

  it('leaves what is not selected alone, and a part about where it was', () => {
    const graph = graphFor(scene, new Set(['way', 'loop']))
    expect(graph.children?.map((c) => c.id)).toEqual(['way', 'loop'])
    const places = placesFrom({ id: 'root', children: [{ id: 'way', x: 12, y: 12 }, { id: 'loop', x: 300, y: 20 }] }, scene, true)
    expect([places.get('way'), places.get('loop')]).toEqual([{ x: 280, y: 0 }, { x: 568, y: 8 }])
  })
})

describe('the view', () => {
  const size = { width: 1000, height: 600 }
  it('fits a box into what no panel covers', () => {
    const view = fitting({ x: 0, y: 0, width: 400, height: 100 }, size, { right: 400 })
    expect(view.zoom).toBe(1)
    expect(view.x + 400).toBeLessThanOrEqual(600)
  })
  it('moves as little as shows a node, and not at all where it is in sight', () => {
    expect(revealing({ x: 100, y: 100, width: 100, height: 50 }, { x: 0, y: 0, zoom: 1 }, size, {})).toBeNull()
    expect(revealing({ x: 700, y: 100, width: 200, height: 50 }, { x: 0, y: 0, zoom: 1 }, size, { right: 400 })).toEqual({ x: -340, y: 0, zoom: 1 })
  })
  it('knows the box around all', () => expect(boundsOf(scene.nodes)?.x).toBe(-sizes.column))
})

describe('a summary', () => {
  it.each([
    [{ method: 'GET', path: '/order/{{ trigger.body.id }}' }, 'GET /order/trigger.body.id'],
    [{ statements: [{ sql: 'UPDATE orders\n  SET a = 1' }] }, 'UPDATE orders SET a = 1'],
    [{ fields: [] }, ''],
  ])('%o', (config, text) => expect(summaryOf({ id: 'x', type: 'y', config })).toBe(text))
})
