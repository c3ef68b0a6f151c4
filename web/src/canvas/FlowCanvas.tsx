import { ReactFlowProvider } from '@xyflow/react'
import { forwardRef, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useSettings } from '../app/settings'
import { useCatalog } from './catalog'
import { boundsOf, sceneOf, startId } from './scene'
import { Stage } from './Stage'
import type { CanvasHandle, FlowCanvasProps } from './types'
import type { View } from './paint'
import { firstView } from './view'
import styles from './Canvas.module.css'

const nowhere = {}

/** The canvas: a view of a flow document, with what a run, a debugger or a comparison says of it drawn on top. */
export const FlowCanvas = forwardRef<CanvasHandle, FlowCanvasProps>(function FlowCanvas(props, ref) {
  const { document: doc, insets = nowhere } = props
  const root = useRef<HTMLDivElement>(null)
  const catalog = useCatalog()
  const language = useSettings((s) => s.language)
  const [folded, setFolded] = useState<ReadonlySet<string>>(() => new Set())
  const scene = useMemo(() => sceneOf(doc, catalog, folded), [doc, catalog, folded])
  const [first, setFirst] = useState<View | null>(null)
  const known = catalog.types.length > 0
  // Once the place and the node types are known, so that nothing jumps.
  useLayoutEffect(() => {
    const box = root.current?.getBoundingClientRect()
    if (first || !box || !known) return
    setFirst(firstView(boundsOf(scene.nodes), scene.byId.get(startId)?.top ?? 0, box, insets))
  }, [first, known, scene, insets])
  return (
    <div ref={root} className={styles.root} role="region" aria-label={props.label} data-flow={doc.id}>
      {first && (
        <ReactFlowProvider>
          <Stage {...props} insets={insets} ref={ref} root={root} scene={scene} catalog={catalog} language={language} first={first} onFold={(id) => setFolded((old) => toggled(old, id))} />
        </ReactFlowProvider>
      )}
    </div>
  )
})

function toggled(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(set)
  if (!next.delete(id)) next.add(id)
  return next
}
