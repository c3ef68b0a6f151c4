/** What an expression gives, asked of the engine as it is typed: the preview and a run cannot differ. */
import { useEffect, useState } from 'react'
import { call } from '../api/client'
import type { Json, JsonObject } from '../api/json'
import { writeJson } from '../api/json'
import type { Problem } from '../api/schema'
import { templateHoles, expressionTokens } from '../code/tokens'

/** Where expressions of a place are evaluated. */
export interface Ground {
  scope: JsonObject
  /** The step of a run that has seen the scope; the engine then takes it from there. */
  run: { id: string; at: string; known: ReadonlySet<string> } | undefined
  timezone: string | undefined
}

export type Preview = { state: 'none' } | { state: 'waiting' } | { state: 'value'; value: Json } | { state: 'problem'; problem: Problem }

/** Typing is over after so long; what is asked before is aborted. */
const pause = 150
/** A scope that would take longer to send than to type the next character is not sent. */
const largestScope = 400_000

export function usePreview(text: string, ground: Ground): Preview {
  const [preview, setPreview] = useState<{ of: string; ground: Ground; shown: Preview }>()
  const empty = text.trim() === ''
  useEffect(() => {
    if (empty) return
    const abort = new AbortController()
    const timer = setTimeout(() => {
      evaluated(text, ground, abort.signal).then(
        (shown) => setPreview({ of: text, ground, shown }),
        () => {
          // Aborted, or the server is away: the shell says so, a field has nothing to add.
          if (!abort.signal.aborted) setPreview({ of: text, ground, shown: { state: 'none' } })
        },
      )
    }, pause)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [text, ground, empty])
  if (empty) return { state: 'none' }
  return preview?.of === text && preview.ground === ground ? preview.shown : { state: 'waiting' }
}

async function evaluated(expression: string, ground: Ground, signal: AbortSignal): Promise<Preview> {
  const { run } = ground
  const inRun = run && mentioned(expression).every((id) => run.known.has(id))
  if (!inRun && writeJson(ground.scope).length > largestScope) return { state: 'none' }
  const body = inRun ? { expression, run: run.id, at: run.at } : { expression, scope: ground.scope, timezone: ground.timezone }
  const answer = await call('evaluate', { body }, signal)
  return 'problem' in answer ? { state: 'problem', problem: answer.problem } : { state: 'value', value: answer.value }
}

/** The ids of the nodes that an expression, or a text with templates, names. */
export function mentioned(text: string): string[] {
  const holes = templateHoles(text)
  const parts = holes.length > 0 ? holes : [{ from: 0, to: text.length }]
  return parts.flatMap(({ from, to }) => {
    const tokens = expressionTokens(text, from, to)
    return tokens.flatMap((t, i) => {
      if (t.kind !== 'name' || text.slice(t.from, t.to) !== 'nodes') return []
      const next = tokens[i + 2]
      if (!next) return []
      const word = text.slice(next.from, next.to)
      return [next.kind === 'string' ? word.slice(1, -1) : word]
    })
  })
}
