import { useEffect, useMemo } from 'react'
import { create } from 'zustand'
import { call } from '../api/client'
import type { JsonObject } from '../api/json'
import type { Finding } from '../api/schema'
import type { NodeDecoration } from '../canvas/types'
import { targetOf } from '../document/pointer'
import { useDocument } from '../document/store'
import type { FlowDocument } from '../document/types'

/** A finding of the server with where on the canvas it belongs. */
export interface Problem extends Finding {
  /** Canvas id; null for the flow itself. */
  readonly target: string | null
  /** JSON Pointer within the target. */
  readonly rest: string
}

interface Problems {
  readonly list: readonly Problem[]
  /** Whether the list is of the document as it stands. */
  readonly fresh: boolean
}

export const useProblems = create<Problems>(() => ({ list: [], fresh: false }))

const askAfter = 350

export function problemsOf(doc: FlowDocument, findings: readonly Finding[]): Problem[] {
  return findings.map((finding) => {
    const { id, rest } = targetOf(doc, finding.path)
    return { ...finding, target: id ?? finding.node ?? null, rest }
  })
}

/** Has every state of the document checked by the server, a moment after it came to be. */
export function useValidation(language: string) {
  const doc = useDocument((s) => s.doc)
  useEffect(() => {
    useProblems.setState({ fresh: false })
    const abort = new AbortController()
    const timer = setTimeout(async () => {
      try {
        const answer = await call('validateFlow', { body: doc as unknown as JsonObject }, abort.signal)
        useProblems.setState({ list: problemsOf(doc, answer.diagnostics), fresh: true })
      } catch {
        // Without an answer the list stays as it was, and says that it is not of this state.
      }
    }, askAfter)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
    // The texts of findings are in the page's language.
  }, [doc, language])
}

/** The problems of one node or trigger. */
export function useProblemsOf(id: string): readonly Problem[] {
  const list = useProblems((s) => s.list)
  return useMemo(() => list.filter((p) => p.target === id), [list, id])
}

/** Problems as marks on the canvas. */
export function useProblemMarks(): ReadonlyMap<string, NodeDecoration> {
  const list = useProblems((s) => s.list)
  return useMemo(() => {
    const marks = new Map<string, { errors: number; warnings: number; hint: string }>()
    for (const problem of list) {
      if (problem.target === null) continue
      const mark = marks.get(problem.target) ?? { errors: 0, warnings: 0, hint: '' }
      if (problem.severity === 'warning') mark.warnings++
      else mark.errors++
      mark.hint += (mark.hint === '' ? '' : '\n') + problem.message
      marks.set(problem.target, mark)
    }
    return marks
  }, [list])
}
