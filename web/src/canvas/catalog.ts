import { useMemo } from 'react'
import { useAll } from '../api/hooks'
import type { NodeType } from '../api/schema'
import type { PortsOf } from '../document/connect'
import { type ExpressionsOf, expressionsOfSchema } from '../document/rename'
import type { IsExpression } from '../document/references'
import { isRecord, type FlowNode } from '../document/types'

/** The node types that the server has, as the canvas and the palette need them. */
export interface Catalog {
  readonly types: readonly NodeType[]
  /** By type, with or without a major version. */
  find(type: string): NodeType | undefined
  readonly portsOf: PortsOf
  readonly expressionsOf: ExpressionsOf
  isContainer(type: string): boolean
}

// Of a type that is not known every edge that there is may stay.
const unknownPorts = ['out']

/** The ports of a node: those its type has, before them those its config names (`cases[].port`, `events[].port`). */
export function portsOfType(type: NodeType | undefined, node: FlowNode): readonly string[] {
  if (!type) return unknownPorts
  if (!type.portsByConfig) return type.ports
  const named = Object.values(node.config ?? {}).flatMap((value) => (Array.isArray(value) ? value.flatMap((item: unknown) => (isRecord(item) && typeof item.port === 'string' ? [item.port] : [])) : []))
  return [...new Set([...named, ...type.ports])]
}

export function catalogOf(types: readonly NodeType[]): Catalog {
  const byName = new Map<string, NodeType>()
  for (const type of types) {
    byName.set(type.name, type)
    const newest = byName.get(type.type)
    if (!newest || newest.major < type.major) byName.set(type.type, type)
  }
  const expressions = new Map<string, IsExpression>()
  return {
    types,
    find: (type) => byName.get(type),
    portsOf: (node) => portsOfType(byName.get(node.type), node),
    expressionsOf: (type) => {
      let known = expressions.get(type)
      if (!known) {
        known = expressionsOfSchema(byName.get(type)?.schema)
        expressions.set(type, known)
      }
      return known
    },
    isContainer: (type) => byName.get(type)?.container ?? false,
  }
}

const noTypes: readonly NodeType[] = []

/** The catalog of the server that is spoken to; empty until it is known. */
export function useCatalog(): Catalog {
  const { data } = useAll('listNodeTypes', {}, { staleTime: Infinity })
  return useMemo(() => catalogOf(data ?? noTypes), [data])
}
