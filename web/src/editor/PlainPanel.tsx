import { type ReactNode, useMemo } from 'react'
import { useAll } from '../api/hooks'
import type { JsonObject } from '../api/json'
import type { ExpressionFunction, Finding } from '../api/schema'
import { useSettings } from '../app/settings'
import { useDocument } from '../document/store'
import { type Panel, PanelContext } from '../panel/context'
import type { Sample } from '../panel/sample'

const noFunctions: readonly ExpressionFunction[] = []

// A trigger and the flow itself see no outputs: what a webhook brings is all that an expression there can name.
const sample: Sample = {
  run: undefined, runs: [], choose: () => undefined, steps: [], step: undefined, chooseStep: () => undefined,
  scope: { trigger: { id: '', type: '', at: '', method: '', path: '', params: {}, query: {}, headers: {}, body: {}, raw: '' } },
  body: {}, known: new Set(), pins: {}, loading: false, error: null,
}

interface Props {
  readonly id: string
  readonly findings: readonly Finding[]
  readonly config: JsonObject
  readonly children: ReactNode
}

/** Fields of what is no node: a trigger, the flow's own settings. */
export function PlainPanel({ id, findings, config, children }: Props) {
  const language = useSettings((s) => s.language)
  const timezone = useDocument((s) => s.doc.timezone)
  const functions = useAll('listFunctions', {}, { staleTime: Infinity })
  const panel: Panel = useMemo(
    () => ({ node: id, language, readOnly: false, sample, timezone, functions: functions.data ?? noFunctions, titles: {}, config, findings }),
    [id, language, timezone, functions.data, config, findings],
  )
  return <PanelContext value={panel}>{children}</PanelContext>
}
