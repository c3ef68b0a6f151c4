import { type ReactNode, useMemo } from 'react'
import { useAll } from '../api/hooks'
import type { JsonObject } from '../api/json'
import type { ExpressionFunction, Finding } from '../api/schema'
import { useSettings } from '../app/settings'
import { useDocument } from '../document/store'
import { type Panel, PanelContext } from '../panel/context'
import { FieldView } from '../panel/fields/FieldView'
import { FieldViewContext } from '../panel/fields/Nested'
import type { Sample } from '../panel/sample'

const noFunctions: readonly ExpressionFunction[] = []

// A trigger sees no outputs: what a webhook brings is all that an expression there can name.
const webhook: JsonObject = { trigger: { id: '', type: '', at: '', method: '', path: '', params: {}, query: {}, headers: {}, body: {}, raw: '' } }

const sample: Sample = {
  run: undefined, runs: [], choose: () => undefined, steps: [], step: undefined, chooseStep: () => undefined,
  scope: webhook,
  body: {}, known: new Set(), pins: {}, loading: false, error: null,
}

interface Props {
  readonly id: string
  readonly findings: readonly Finding[]
  readonly config: JsonObject
  /** What expressions can name, where it is more than what a webhook brings. */
  readonly scope?: JsonObject
  /** The run that the scope is of. */
  readonly run?: string | undefined
  readonly children: ReactNode
}

/** Fields of what is no node: a trigger, the flow's own settings. */
export function PlainPanel({ id, findings, config, scope = webhook, run, children }: Props) {
  const language = useSettings((s) => s.language)
  const timezone = useDocument((s) => s.doc.timezone)
  const functions = useAll('listFunctions', {}, { staleTime: Infinity })
  const panel: Panel = useMemo(
    () => ({ node: id, language, readOnly: false, sample: { ...sample, scope, run }, timezone, functions: functions.data ?? noFunctions, titles: {}, config, findings }),
    [id, language, timezone, functions.data, config, findings, scope, run],
  )
  return (
    <PanelContext value={panel}>
      <FieldViewContext value={FieldView}>{children}</FieldViewContext>
    </PanelContext>
  )
}
