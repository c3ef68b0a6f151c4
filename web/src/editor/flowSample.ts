import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useCall } from '../api/hooks'
import type { Json, JsonObject } from '../api/json'
import { isObject } from '../api/json'
import type { Catalog } from '../canvas/catalog'
import type { FlowDocument } from '../document/types'
import { scopeOf } from '../panel/sample'
import { exampleOutput, exampleScope } from '../panel/upstream'

/** What expressions of the flow itself see: of its latest run where there is one, else shapes. */
export interface FlowSample {
  /** At the start of a run. */
  readonly start: JsonObject
  /** At its end. */
  readonly end: JsonObject
  /** What the latest run was started with; undefined without one. */
  readonly body: Json | undefined
  /** Undefined where all are shapes. */
  readonly run: string | undefined
}

export function useFlowSample(doc: FlowDocument, catalog: Catalog): FlowSample {
  const runs = useCall('listRuns', { query: { flow: doc.id, limit: 1 } }, { staleTime: Infinity })
  const run = runs.data?.items[0]?.id
  const ids = doc.nodes.map((node) => node.id).join(' ')
  const seen = useQuery({
    queryKey: ['sample', run, '', ids],
    queryFn: ({ signal }) => scopeOf(run ?? '', undefined, ids.split(' '), signal),
    enabled: run !== undefined && ids !== '',
    staleTime: 60_000,
  }).data
  return useMemo(() => {
    const shapes = exampleScope(doc, '', catalog.find)
    const nodes = Object.fromEntries(doc.nodes.map((node) => [node.id, exampleOutput(catalog.find(node.type))]))
    const trigger = seen?.['trigger'] ?? shapes['trigger'] ?? null
    return {
      start: { trigger },
      end: { ...shapes, nodes, ...seen, trigger },
      body: seen && isObject(trigger) ? trigger['body'] : undefined,
      run: seen && run,
    }
  }, [doc, catalog, seen, run])
}
