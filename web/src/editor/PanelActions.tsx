import { useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { Pin, PinOff, Play } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../api/client'
import { keyOf } from '../api/hooks'
import { say } from '../app/say'
import { runAlone } from '../debug/alone'
import { useFlowPins } from '../debug/pins'
import { useDocument } from '../document/store'
import { saveNow } from './draft'

/** At the foot of a node's panel: run it alone, pin what it gave. */
export function PanelActions({ id, onPin }: { id: string; onPin(id: string): void }) {
  const { t } = useTranslation('editor')
  const navigate = useNavigate()
  const client = useQueryClient()
  const search = useSearch({ strict: false })
  const flow = useDocument((s) => s.doc.id)
  const pins = useFlowPins(flow)
  const [busy, setBusy] = useState(false)
  const pinned = Object.hasOwn(pins, id)
  const run = async () => {
    setBusy(true)
    try {
      await saveNow()
      const made = await runAlone(flow, id, await placeIn(search.run, flow, id), pins)
      // The editor reads its example data anew when it is come back to: there is a newer run now.
      await client.invalidateQueries({ queryKey: keyOf('listRuns'), refetchType: 'none' })
      await navigate({ to: '/flows/$flow/debug/$run', params: { flow, run: made.id } })
    } catch (e) {
      say('error', (e as Error).message)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Button icon={pinned ? <PinOff size={15} /> : <Pin size={15} />} onClick={() => onPin(id)}>
        {t(pinned ? 'node.unpin' : 'node.pin')}
      </Button>
      <Button icon={<Play size={15} />} loading={busy} onClick={() => void run()}>
        {t('node.runAlone')}
      </Button>
    </>
  )
}

/** Where the node ran last, so that it runs again with what came before it. */
async function placeIn(chosen: string | undefined, flow: string, id: string): Promise<{ run: string; path: string } | undefined> {
  const run = chosen ?? (await call('listRuns', { query: { flow, limit: 1 } })).items[0]?.id
  if (run === undefined) return undefined
  const steps = await call('listSteps', { path: { id: run }, query: { brief: true, limit: 1000 } })
  const step = steps.items.find((s) => s.node === id && s.status !== 'skipped')
  return step ? { run, path: step.path } : undefined
}
