import type { ReactNode, RefObject } from 'react'
import { useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Failed, PageLoading } from '../app/states'
import { FlowCanvas } from '../canvas/FlowCanvas'
import type { CanvasHandle, EdgeDecoration, NodeDecoration } from '../canvas/types'
import type { DrawerTab } from './Drawer'
import { Drawer, useDrawerHeight } from './Drawer'
import { Journal } from './Journal'
import { decorationsOf, edgesTaken, focusOf, stepOf, talliesOf } from './model/picture'
import { treeOf } from './model/steps'
import type { Run, Step } from './model/types'
import { Related } from './Related'
import { RunData } from './RunData'
import type { RunPlace } from './RunPage'
import styles from './RunView.module.css'
import { StepPanel } from './StepPanel'
import { StepsTable } from './StepsTable'
import { Timeline } from './Timeline'
import type { useRun } from './useRun'
import { useNow } from './useRun'

/** What a debugger adds to the picture of a run. */
export interface Overlay {
  /** Over the canvas, at its top. */
  bar?: ReactNode
  /** In place of the panel of the step that is looked at; open says whether there is one. */
  panel?: { open: boolean; content: ReactNode }
  tabs?: readonly DrawerTab[]
  /** In place of the run's steps of now. */
  steps?: readonly Step[]
  decorate?: (nodes: Map<string, NodeDecoration>) => ReadonlyMap<string, NodeDecoration>
  onBreakpointToggle?: (node: string) => void
  onNodeMenu?: (node: string, screen: { x: number; y: number }) => void
}

interface Props {
  run: Run
  data: ReturnType<typeof useRun>
  place: RunPlace
  go: (by: RunPlace) => void
  overlay?: Overlay
}

const panelWidth = 396
const noSteps: readonly Step[] = []

/** A run on the canvas of its flow, the step that is looked at at the right, everything over time at the foot. */
export function RunView({ run, data, place, go, overlay = {} }: Props) {
  const { t } = useTranslation('runs')
  const steps = overlay.steps ?? data.steps ?? noSteps
  const now = useNow(data.live)
  const tree = useMemo(() => treeOf(steps, now), [steps, now])
  const picture = usePicture(run, data.document, steps, place.step, overlay)
  const canvas = useRef<CanvasHandle>(null)
  const [height] = useDrawerHeight()
  const selected = place.step === undefined ? undefined : (tree.byPath.get(place.step)?.node ?? place.step.split('.').at(-1))
  useView(canvas, data.document !== null, selected)
  const look = (ids: readonly string[]) => {
    const node = ids.find((id) => !/[@#:]/.test(id))
    if (node === selected) return
    go({ step: node === undefined ? undefined : (stepOf(steps, node, focusOf(place.step))?.path ?? node) })
  }
  const shared = { tree, now, document: data.document, place, go }
  const loading = data.steps === undefined
  const broken = loading ? data.stepsError ? <Failed error={data.stepsError} retry={data.read} /> : <PageLoading /> : undefined
  const tabs: DrawerTab[] = [
    { key: 'timeline', label: t('tabs.timeline'), content: broken ?? <Timeline {...shared} /> },
    { key: 'steps', label: loading ? t('steps.label') : t('tabs.steps', { count: steps.length }), content: broken ?? <StepsTable {...shared} /> },
    ...(overlay.tabs ?? []),
    { key: 'data', label: t('tabs.data'), content: <RunData run={run} /> },
    { key: 'related', label: t('tabs.related'), content: <Related run={run} document={data.document} /> },
    { key: 'journal', label: t('tabs.journal'), content: <Journal run={run.id} /> },
  ]
  const panel = overlay.panel ?? {
    open: place.step !== undefined,
    content: place.step !== undefined && <StepPanel run={run} tree={tree} document={data.document} path={place.step} go={go} loading={loading} />,
  }
  return (
    <div className={styles.view}>
      <div className={styles.stage}>
        {data.document ? (
          <FlowCanvas
            ref={canvas}
            document={data.document}
            label={t('run.canvas')}
            selection={selected ? [selected] : []}
            onSelectionChange={look}
            decorations={picture.nodes}
            edgeDecorations={picture.edges}
            insets={{ right: panel.open ? panelWidth : 0, top: overlay.bar ? 80 : 0 }}
            minimap
            {...(overlay.onBreakpointToggle ? { onBreakpointToggle: overlay.onBreakpointToggle } : {})}
            {...(overlay.onNodeMenu ? { onContextMenu: (id, _, screen) => id !== null && overlay.onNodeMenu?.(id, screen) } : {})}
          >
            {overlay.bar && <div className={`${styles.bar} ${panel.open ? styles.beside : ''}`}>{overlay.bar}</div>}
          </FlowCanvas>
        ) : data.flowError ? (
          <Failed error={data.flowError} />
        ) : (
          <PageLoading />
        )}
        {panel.open && <aside className={styles.panel}>{panel.content}</aside>}
      </div>
      <Drawer tabs={tabs} current={place.tab ?? 'timeline'} choose={(tab) => go({ tab })} height={height} />
    </div>
  )
}

/** Keeps what is looked at in view, as soon as the canvas has measured its place. */
function useView(canvas: RefObject<CanvasHandle | null>, drawn: boolean, selected: string | undefined) {
  useEffect(() => {
    if (!drawn || !selected) return
    let frame = 0
    const show = () => {
      if (canvas.current) canvas.current.reveal(selected)
      else frame = requestAnimationFrame(show)
    }
    frame = requestAnimationFrame(show)
    return () => cancelAnimationFrame(frame)
  }, [canvas, drawn, selected])
}

/** How the run is drawn on its flow. */
function usePicture(run: Run, document: Props['data']['document'], steps: readonly Step[], path: string | undefined, overlay: Overlay) {
  const trigger = run.trigger?.['id']
  const { decorate } = overlay
  const plain = useMemo(() => {
    const focus = focusOf(path)
    return {
      nodes: decorationsOf(talliesOf(steps, focus), typeof trigger === 'string' ? trigger : undefined),
      edges: document ? edgesTaken(document, steps, focus) : new Map<string, EdgeDecoration>(),
    }
  }, [document, steps, path, trigger])
  const nodes = useMemo(() => (decorate ? decorate(new Map(plain.nodes)) : plain.nodes), [decorate, plain])
  return { nodes, edges: plain.edges }
}
