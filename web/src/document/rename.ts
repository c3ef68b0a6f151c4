import { edgesOf, idPattern, indexOf } from './graphs'
import { type IsExpression, renameInValue } from './references'
import { type FlowDocument, type FlowNode, type Graph, isRecord, type Layout } from './types'

/** Which strings of a node type's config are bare expressions, by its schema. */
export type ExpressionsOf = (type: string) => IsExpression

/** Changes a node's id everywhere: edges, layout, and what expressions say of it. Null where the id is taken or none. */
export function renameNode(doc: FlowDocument, from: string, to: string, expressionsOf: ExpressionsOf): FlowDocument | null {
  const { places } = indexOf(doc)
  if (from === to || !places.has(from)) return doc
  if (places.has(to) || !idPattern.test(to)) return null
  const ids = new Map([[from, to]])
  const renamed = { ...doc, ...renameInGraph(doc, ids, expressionsOf) }
  if (doc.layout?.[from] === undefined) return renamed
  const layout = Object.fromEntries(Object.entries(doc.layout).map(([id, at]) => [ids.get(id) ?? id, at])) as Layout
  return { ...renamed, layout }
}

/** A graph with the ids of nodes replaced throughout. */
export function renameInGraph<G extends Graph>(graph: G, ids: ReadonlyMap<string, string>, expressionsOf: ExpressionsOf): G {
  const nodes = sameOr(graph.nodes, graph.nodes.map((node) => renameInNode(node, ids, meeting(graph, node.id, ids), expressionsOf)))
  const edges = sameOr(edgesOf(graph), edgesOf(graph).map((edge) =>
    ids.has(edge.from) || ids.has(edge.to) ? { ...edge, from: ids.get(edge.from) ?? edge.from, to: ids.get(edge.to) ?? edge.to } : edge))
  const output = renameInValue(graph.output, ids, () => false)
  if (nodes === graph.nodes && edges === edgesOf(graph) && output === graph.output) return graph
  return { ...graph, nodes, ...(graph.edges ? { edges } : {}), ...(output === undefined ? {} : { output }) }
}

const none: ReadonlyMap<string, string> = new Map()

/** The ids that `input` of a node holds: where several edges meet it is what came along each, by node. */
function meeting(graph: Graph, id: string, ids: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const edges = edgesOf(graph).filter((edge) => edge.to === id)
  return edges.length < 2 ? none : new Map([...ids].filter(([from]) => edges.some((edge) => edge.from === from)))
}

function renameInNode(node: FlowNode, ids: ReadonlyMap<string, string>, met: ReadonlyMap<string, string>, expressionsOf: ExpressionsOf): FlowNode {
  const id = ids.get(node.id) ?? node.id
  const renamed = <T>(value: T, isExpression: IsExpression): T => renameInValue(renameInValue(value, ids, isExpression), met, isExpression, 'input')
  const config = renamed(node.config, expressionsOf(node.type))
  const when = node.retry?.when === undefined ? undefined : renamed(node.retry.when, () => true)
  const undo = node.compensate?.config && renamed(node.compensate.config, expressionsOf(node.compensate.type))
  const body = node.body && renameInGraph(node.body, ids, expressionsOf)
  if (id === node.id && config === node.config && when === node.retry?.when && undo === node.compensate?.config && body === node.body) return node
  return {
    ...node,
    id,
    ...(config ? { config } : {}),
    ...(node.retry && when !== undefined ? { retry: { ...node.retry, when } } : {}),
    ...(node.compensate && undo ? { compensate: { ...node.compensate, config: undo } } : {}),
    ...(body ? { body } : {}),
  }
}

function sameOr<T>(old: readonly T[], next: readonly T[]): readonly T[] {
  return next.every((item, i) => item === old[i]) ? old : next
}

/** Reads from a config's JSON Schema which of its strings are bare expressions (`x-expression`). */
export function expressionsOfSchema(schema: unknown): IsExpression {
  return (path) => leads(schema, schema, path)
}

function leads(root: unknown, schema: unknown, path: readonly (string | number)[]): boolean {
  if (!isRecord(schema)) return false
  const reference = schema.$ref
  if (typeof reference === 'string' && reference.startsWith('#/')) {
    const target = reference.slice(2).split('/').reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), root)
    if (leads(root, target, path)) return true
  }
  for (const key of ['anyOf', 'oneOf', 'allOf'] as const) {
    const list = schema[key]
    if (Array.isArray(list) && list.some((part: unknown) => leads(root, part, path))) return true
  }
  const [head, ...rest] = path
  if (head === undefined) return schema['x-expression'] === true
  if (typeof head === 'number') return leads(root, schema.items, rest)
  const property = isRecord(schema.properties) ? schema.properties[head] : undefined
  return leads(root, property ?? schema.additionalProperties, rest)
}
