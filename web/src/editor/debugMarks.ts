import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { call } from '../api/client'
import { keyOf, useCall } from '../api/hooks'
import { say } from '../app/say'
import type { NodeDecoration } from '../canvas/types'
import { toggled } from '../debug/model'
import { outputOf } from '../debug/api'
import { useFlowPins, usePins } from '../debug/pins'
import { i18n } from '../i18n/setup'

/** Breakpoints and pins of the flow that is drawn, on top of other marks; and setting them. */
export function useDebugMarks(flow: string, marks: ReadonlyMap<string, NodeDecoration>) {
  const client = useQueryClient()
  const found = useCall('getBreakpoints', { path: { id: flow } })
  const pins = useFlowPins(flow)
  const breakpoints = found.data?.items
  const decorations = useMemo(() => {
    const all = new Map(marks)
    for (const b of breakpoints ?? []) if (b.flow === undefined) all.set(b.node, { ...all.get(b.node), breakpoint: b.when ? 'conditional' : 'plain' })
    for (const id of Object.keys(pins)) all.set(id, { ...all.get(id), pinned: true })
    return all
  }, [marks, breakpoints, pins])
  const toggleBreakpoint = useCallback(
    (node: string) => {
      const change = async () => {
        const now = await call('getBreakpoints', { path: { id: flow } })
        await call('putBreakpoints', { path: { id: flow }, body: toggled(now.items, node) })
        await client.invalidateQueries({ queryKey: keyOf('getBreakpoints') })
      }
      change().catch((e: Error) => say('error', e.message))
    },
    [flow, client],
  )
  const togglePin = useCallback(
    (node: string) => {
      if (Object.hasOwn(usePins.getState().flows[flow] ?? {}, node)) return usePins.getState().unpin(flow, node)
      pinLatest(flow, node).catch((e: Error) => say('error', e.message))
    },
    [flow],
  )
  return { decorations, toggleBreakpoint, togglePin }
}

/** Pins what a node gave in the newest run in which it gave something. */
async function pinLatest(flow: string, node: string) {
  const runs = await call('listRuns', { query: { flow, limit: 5 } })
  for (const run of runs.items) {
    const steps = await call('listSteps', { path: { id: run.id }, query: { brief: true, limit: 1000 } })
    const step = steps.items.find((s) => s.node === node && s.status === 'succeeded')
    if (!step) continue
    usePins.getState().pin(flow, node, await outputOf(run.id, step.path))
    return say('success', i18n.t('editor:pinned'))
  }
  say('info', i18n.t('editor:noOutput'))
}
