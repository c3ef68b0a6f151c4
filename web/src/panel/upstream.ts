/** Which nodes an expression at a node can name, and example values where no run has any. No React. */
import type { Json, JsonObject } from '../api/json'
import { isObject } from '../api/json'
import type { NodeType } from '../api/schema'
import { edgesOf, graphOf, indexOf } from '../document/graphs'
import type { FlowDocument, FlowNode, GraphId } from '../document/types'
import { defaultPort } from '../document/types'

/** The ids of the nodes that have run before a node can: those its edges come from, in its own graph and in those around it. */
export function upstream(doc: FlowDocument, id: string): string[] {
  const { places } = indexOf(doc)
  const found = new Set<string>()
  for (let at: GraphId | undefined = id; at; at = places.get(at)?.owner) {
    const edges = edgesOf(graphOf(doc, places.get(at)?.owner ?? null))
    const queue = [at]
    for (let to = queue.pop(); to !== undefined; to = queue.pop()) {
      for (const edge of edges) {
        if (edge.to === to && !found.has(edge.from) && edge.from !== id) {
          found.add(edge.from)
          queue.push(edge.from)
        }
      }
    }
  }
  return [...found]
}

/** The nodes whose taken edges can give the node its input; none at the start of a graph. */
export function before(doc: FlowDocument, id: string): string[] {
  const owner = indexOf(doc).places.get(id)?.owner ?? null
  return [...new Set(edgesOf(graphOf(doc, owner)).filter((e) => e.to === id).map((e) => e.from))]
}

/** The ids of the nodes in a container's body. */
export function bodyIds(node: FlowNode | undefined): string[] {
  return node?.body?.nodes.map((n) => n.id) ?? []
}

/** Whether item and index are in scope: the node stands in a container that goes over a list. */
export function inItems(doc: FlowDocument, id: string, typeOf: (type: string) => NodeType | undefined): boolean {
  const { places } = indexOf(doc)
  for (let owner = places.get(id)?.owner; owner; owner = places.get(owner)?.owner) {
    if (typeOf(places.get(owner)?.node.type ?? '')?.schema['x-items'] === true) return true
  }
  return false
}

/** Whether the node is reached over an error port, so that `error` is in scope. */
export function afterError(doc: FlowDocument, id: string): boolean {
  const ids = new Set([id, ...upstream(doc, id)])
  return [...indexOf(doc).graphs.values()].some((g) => edgesOf(g).some((e) => (e.port ?? defaultPort) === 'error' && ids.has(e.to)))
}

/** What a node type's examples say it gives. */
export function exampleOutput(type: NodeType | undefined): Json {
  if (!type || !Array.isArray(type.examples)) return null
  for (const example of type.examples) {
    const want = isObject(example) ? example['want'] : undefined
    if (isObject(want) && want['output'] !== undefined && want['output'] !== null) return want['output']
  }
  return null
}

/** A value of the shape that a JSON Schema asks for, its own examples and defaults where it has them. */
export function exampleOf(schema: Json | undefined, depth = 0): Json {
  if (!isObject(schema) || depth > 8) return null
  if (Array.isArray(schema['examples']) && schema['examples'][0] !== undefined) return schema['examples'][0]
  if (schema['default'] !== undefined) return schema['default']
  if (Array.isArray(schema['enum'])) return schema['enum'][0] ?? null
  if (isObject(schema['properties'])) {
    return Object.fromEntries(Object.entries(schema['properties']).map(([k, v]) => [k, exampleOf(v, depth + 1)]))
  }
  const type = Array.isArray(schema['type']) ? schema['type'][0] : schema['type']
  const plain: Record<string, Json> = { string: '', integer: 0, number: 0, boolean: false, object: {} }
  if (type === 'array') return schema['items'] === undefined ? [] : [exampleOf(schema['items'], depth + 1)]
  return typeof type === 'string' ? (plain[type] ?? null) : null
}

/** The scope of a node where there is no run: shapes rather than values. */
export function exampleScope(doc: FlowDocument, id: string, typeOf: (type: string) => NodeType | undefined): JsonObject {
  const { places } = indexOf(doc)
  const outputs: JsonObject = Object.fromEntries(upstream(doc, id).map((n) => [n, exampleOutput(typeOf(places.get(n)?.node.type ?? ''))]))
  const trigger = doc.triggers?.[0]
  const body = exampleOf(doc.input as Json | undefined)
  const webhook: JsonObject = trigger?.type === 'webhook' ? { method: 'POST', path: '', params: {}, query: {}, headers: {}, raw: '' } : {}
  const [first] = before(doc, id)
  return {
    trigger: { id: trigger?.id ?? 'call', type: trigger?.type ?? 'call', at: '2026-01-01T00:00:00Z', ...webhook, body },
    input: first === undefined ? body : (outputs[first] ?? null),
    nodes: outputs,
    vars: (doc.vars as JsonObject | undefined) ?? {},
    ...(inItems(doc, id, typeOf) ? { item: null, index: 0 } : {}),
    ...(afterError(doc, id) ? { error: { code: '', message: '', node: '', attempt: 1 } } : {}),
  }
}
