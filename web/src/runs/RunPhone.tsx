import { Drawer as Sheet } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Failed, PageLoading } from '../app/states'
import { FlowCanvas } from '../canvas/FlowCanvas'
import { decorationsOf, edgesTaken, focusOf, talliesOf } from './model/picture'
import { treeOf } from './model/steps'
import type { Run } from './model/types'
import { Related } from './Related'
import { RunData } from './RunData'
import type { RunPlace } from './RunPage'
import styles from './RunPhone.module.css'
import { StepPanel } from './StepPanel'
import { Timeline } from './Timeline'
import type { useRun } from './useRun'
import { useNow } from './useRun'

interface Props {
  run: Run
  data: ReturnType<typeof useRun>
  place: RunPlace
  go: (by: RunPlace) => void
}

const tabs = ['timeline', 'flow', 'data', 'related'] as const

/** A run on a phone: one thing at a time, a step as a sheet over it. */
export function RunPhone({ run, data, place, go }: Props) {
  const { t } = useTranslation('runs')
  const now = useNow(data.live)
  const steps = useMemo(() => data.steps ?? [], [data.steps])
  const tree = useMemo(() => treeOf(steps, now), [steps, now])
  const tab = tabs.find((name) => name === place.tab) ?? 'timeline'
  return (
    <div className={styles.phone}>
      <div className={styles.tabs} role="tablist" aria-label={t('tabs.label')}>
        {tabs.map((name) => (
          <button key={name} type="button" role="tab" aria-selected={name === tab} className={styles.tab} onClick={() => go({ tab: name })}>
            {t(`tabs.${name}`)}
          </button>
        ))}
      </div>
      <div className={styles.content} role="tabpanel">
        {tab === 'timeline' && data.steps === undefined && !data.stepsError && <PageLoading />}
        {tab === 'timeline' && data.stepsError && !data.steps && <Failed error={data.stepsError} retry={data.read} />}
        {tab === 'timeline' && data.steps && <Timeline tree={tree} now={now} document={data.document} place={place} go={go} />}
        {tab === 'flow' && <PhoneCanvas run={run} data={data} place={place} go={go} />}
        {tab === 'data' && <RunData run={run} />}
        {tab === 'related' && <Related run={run} document={data.document} />}
      </div>
      <Sheet
        open={place.step !== undefined}
        onClose={() => go({ step: undefined })}
        placement="bottom"
        size="80%"
        closable={false}
        title={null}
        styles={{ body: { padding: 0, display: 'flex' } }}
        aria-label={t('steps.label')}
      >
        {place.step !== undefined && <StepPanel run={run} tree={tree} document={data.document} path={place.step} go={go} loading={data.steps === undefined} />}
      </Sheet>
    </div>
  )
}

function PhoneCanvas({ run, data, place, go }: Props) {
  const { t } = useTranslation('runs')
  const { document } = data
  const { steps } = data
  const trigger = run.trigger?.['id']
  const nodes = useMemo(
    () => decorationsOf(talliesOf(steps ?? [], focusOf(place.step)), typeof trigger === 'string' ? trigger : undefined),
    [steps, place.step, trigger],
  )
  const edges = useMemo(() => (document ? edgesTaken(document, steps ?? [], focusOf(place.step)) : new Map()), [document, steps, place.step])
  if (!document) return null
  const look = (ids: readonly string[]) => {
    const node = ids.find((id) => !/[@#:]/.test(id))
    if (node) go({ step: steps?.find((s) => s.node === node)?.path ?? node })
  }
  return <FlowCanvas document={document} label={t('run.canvas')} decorations={nodes} edgeDecorations={edges} onSelectionChange={look} />
}
