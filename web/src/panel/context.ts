import { useQuery } from '@tanstack/react-query'
import { createContext, useContext, useMemo } from 'react'
import { call } from '../api/client'
import type { Json, JsonObject } from '../api/json'
import { isObject } from '../api/json'
import type { ExpressionFunction, Finding } from '../api/schema'
import { expressionValue } from '../code/complete'
import type { Names } from '../code/complete'
import type { Path } from '../data/path'
import { pointerOf } from '../data/path'
import type { Language } from '../i18n/setup'
import type { Ground } from './preview'
import type { Sample } from './sample'
import type { Field } from './schema'

/** What the fields of one node share. */
export interface Panel {
  node: string
  language: Language
  readOnly: boolean
  sample: Sample
  timezone: string | undefined
  functions: readonly ExpressionFunction[]
  titles: Readonly<Record<string, string>>
  config: JsonObject
  /** The findings on the node, by JSON Pointer within it. */
  findings: readonly Finding[]
}

export const PanelContext = createContext<Panel | null>(null)

export function usePanel(): Panel {
  const panel = useContext(PanelContext)
  if (!panel) throw new Error('a field stands outside a node panel')
  return panel
}

/** The findings on a place, and where it is shown as one on all that is within it. */
export function useFindings(path: Path, within: boolean): Finding[] {
  const { findings } = usePanel()
  const pointer = pointerOf(path)
  return findings.filter((f) => f.path === pointer || (within && f.path.startsWith(`${pointer}/`)))
}

/** What expressions of a field can name, and where they are evaluated. */
export function useScope(field: Pick<Field, 'item' | 'body'>): { names: Names; ground: Ground } {
  const { sample, functions, titles, timezone, config } = usePanel()
  const { run, step, scope: seen, body, known } = sample
  const each = field.item === true ? 'input' : typeof field.item === 'string' ? config[field.item] : undefined
  const at = step?.path
  const list = typeof each === 'string' && each.trim() !== '' ? each : undefined
  const first = useQuery({
    queryKey: ['first', run, at, list],
    queryFn: ({ signal }) => call('evaluate', { body: { expression: `first(${list ?? ''})`, run, at } }, signal),
    enabled: list !== undefined && run !== undefined && at !== undefined,
    staleTime: 60_000,
  }).data
  return useMemo(() => {
    const names = (scope: JsonObject): Names => ({ scope, titles, functions })
    const item = list === undefined ? undefined : first && 'value' in first ? first.value : firstOf(expressionValue(list, names(seen)))
    const nodes = isObject(seen['nodes']) ? seen['nodes'] : {}
    const scope: JsonObject = {
      ...seen,
      ...(field.body ? { nodes: { ...nodes, ...body } } : {}),
      ...(item === undefined ? {} : { item, index: 0 }),
    }
    // Where the field sees more than the step did, the engine is given the scope instead.
    const inRun = run !== undefined && at !== undefined && item === undefined && !field.body
    return { names: names(scope), ground: { scope, run: inRun ? { id: run, at, known } : undefined, timezone } }
  }, [seen, body, known, run, at, list, first, field.body, functions, titles, timezone])
}

function firstOf(v: Json | undefined): Json | undefined {
  return Array.isArray(v) ? v[0] : undefined
}
