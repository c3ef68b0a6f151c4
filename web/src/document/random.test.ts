import { readFileSync } from 'node:fs'
import { Validator } from '@cfworker/json-schema'
import { describe, expect, it } from 'vitest'
import { copy, paste } from './clipboard'
import { type PortsOf, reaches } from './connect'
import { moveTo, unwrap, wrap } from './containers'
import { addNode, connect, insertOnEdge, place, removeEdges, removeNodes, rewire, setNodeKey, toggleDisabled } from './edit'
import { edgesOf, indexOf } from './graphs'
import { addNotes, newNote, removeNotes, setNote } from './notes'
import { emptyDocument, readDocument } from './read'
import { expressionsOfSchema, renameNode } from './rename'
import { createDocumentStore, redo, undo } from './store'
import { addTrigger, removeTriggers } from './triggers'
import { edgeKey, type FlowDocument } from './types'

/** Random edits must keep the document as its published schema says, and the history must lead back and forth. */

function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const ports: PortsOf = (node) => (node.type === 'branch' ? ['true', 'false'] : node.type === 'end' ? [] : ['out'])
const types = ['http.request', 'branch', 'map', 'end', 'foreach', 'group', 'db.exec']
const containers = new Set(['foreach', 'group'])
const expressions = () => expressionsOfSchema({ properties: { when: { 'x-expression': true } } })

function oneEdit(doc: FlowDocument, random: () => number): FlowDocument {
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)]
  const ids = [...indexOf(doc).places.keys()]
  const some = ids.filter(() => random() < 0.15)
  const id = pick(ids) ?? 'none'
  const edges = [...indexOf(doc).graphs.values()].flatMap(edgesOf).map(edgeKey)
  const at = { x: Math.floor(random() * 2000), y: Math.floor(random() * 900) }
  const container = pick([null, ...ids.filter((i) => indexOf(doc).places.get(i)?.node.body)]) ?? null
  const shallow = container === null || (indexOf(doc).places.get(container)?.depth ?? 0) < 5 ? container : null
  const port = pick(['out', 'true', 'false', 'error']) ?? 'out'
  const edits: (() => FlowDocument)[] = [
    () => {
      const type = pick(types) ?? 'map'
      return addNode(doc, { type, graph: shallow, at, container: containers.has(type), config: { when: `nodes.${id}.x` } }).doc
    },
    () => connect(doc, { from: id, port, to: pick(ids) ?? 'none' }, ports),
    () => connect(doc, { from: id, port, to: pick(ids) ?? 'none' }, ports),
    () => place(doc, new Map(some.map((i) => [i, at]))),
    () => (random() < 0.3 ? removeNodes(doc, some.slice(0, 2), random() < 0.5) : doc),
    () => removeEdges(doc, new Set([pick(edges) ?? ''])),
    () => rewire(doc, pick(edges) ?? '', { from: id, port, to: pick(ids) ?? 'none' }, ports),
    () => insertOnEdge(doc, pick(edges) ?? '', id, ports),
    () => moveTo(doc, some.slice(0, 3), shallow, new Map(some.map((i) => [i, at]))),
    () => wrap(doc, some, 'group', at, new Map())?.doc ?? doc,
    () => unwrap(doc, id),
    () => renameNode(doc, id, `n${Math.floor(random() * 1e6)}${random() < 0.5 ? '-x' : ''}`, expressions) ?? doc,
    () => toggleDisabled(doc, some),
    () => setNodeKey(doc, id, 'title', random() < 0.5 ? 'A title' : undefined),
    () => {
      const clip = copy(doc, some.slice(0, 4))
      return clip && ids.length < 200 ? paste(doc, clip, shallow, at, expressions).doc : doc
    },
    () => addNotes(doc, [newNote(at)]).doc,
    () => setNote(doc, pick(doc.layout?.$notes ?? [])?.id ?? '', { text: 'note', color: 'blue' }),
    () => removeNotes(doc, new Set([pick(doc.layout?.$notes ?? [])?.id ?? ''])),
    () => addTrigger(doc, 'webhook', { path: 'a' }).doc,
    () => removeTriggers(doc, new Set([pick(doc.triggers ?? [])?.id ?? ''])),
  ]
  return pick(edits)?.() ?? doc
}

// A flow that is being drawn may have no nodes yet; all else is the schema's.
function publishedSchema(): Validator {
  const schema = JSON.parse(readFileSync('../flows/document.schema.json', 'utf8')) as { $defs: { nodes: { minItems?: number } } }
  delete schema.$defs.nodes.minItems
  return new Validator(schema, '2020-12', false)
}

function hold(doc: FlowDocument, schema: Validator) {
  expect(schema.validate(doc).errors).toEqual([])
  expect(readDocument(doc)).not.toBeNull()
  const ids = new Set<string>()
  const count = (nodes: FlowDocument['nodes']) => {
    for (const node of nodes) {
      expect(ids.has(node.id), `two nodes ${node.id}`).toBe(false)
      ids.add(node.id)
      if (node.body) count(node.body.nodes)
    }
  }
  count(doc.nodes)
  for (const graph of indexOf(doc).graphs.values()) {
    const own = new Set(graph.nodes.map((node) => node.id))
    const keys = edgesOf(graph).map(edgeKey)
    expect(new Set(keys).size).toBe(keys.length)
    for (const edge of edgesOf(graph)) {
      expect(own.has(edge.from) && own.has(edge.to), `${edgeKey(edge)} crosses a border`).toBe(true)
      expect(reaches({ ...graph, edges: edgesOf(graph).filter((e) => e !== edge) }, edge.to, edge.from), `${edgeKey(edge)} closes a circle`).toBe(false)
    }
  }
}

describe('300 random edits', () => {
  const schema = publishedSchema()
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('seed %i', (seed) => {
    const random = randomFrom(seed)
    const store = createDocumentStore()
    store.getState().load(emptyDocument('random'))
    const start = store.getState().doc
    const states = [start]
    for (let step = 0; step < 300; step++) {
      store.getState().commit('edit', (doc) => oneEdit(doc, random))
      const { doc } = store.getState()
      if (doc !== states.at(-1)) states.push(doc)
      if (step % 20 === 0) hold(doc, schema)
    }
    const end = store.getState().doc
    hold(end, schema)
    expect(states.length).toBeGreaterThan(80)
    for (const expected of states.toReversed()) {
      expect(store.getState().doc).toBe(expected)
      undo(store)
    }
    expect(store.getState().doc).toBe(start)
    for (const expected of states) {
      expect(store.getState().doc).toBe(expected)
      redo(store)
    }
    expect(store.getState().doc).toBe(end)
  })
})

describe('a commit on 500 nodes', () => {
  it('takes under 10 ms', () => {
    let doc = emptyDocument('large')
    for (let i = 0; i < 500; i++) doc = addNode(doc, { type: 'map', name: `n${i}`, graph: null, at: { x: i, y: i }, container: false }).doc
    for (let i = 1; i < 500; i++) doc = connect(doc, { from: `n${i - 1}`, port: 'out', to: `n${i}` }, ports)
    const store = createDocumentStore()
    store.getState().load(doc)
    const times: number[] = []
    for (let i = 0; i < 60; i++) {
      const began = performance.now()
      store.getState().commit('move', (d) => place(d, new Map([[`n${i}`, { x: -i - 1, y: 0 }]])))
      store.getState().commit('connect', (d) => connect(d, { from: `n${i}`, port: 'error', to: 'n499' }, ports))
      times.push((performance.now() - began) / 2)
    }
    const median = times.toSorted((a, b) => a - b)[30] ?? 0
    expect(median).toBeLessThan(10)
  })
})
