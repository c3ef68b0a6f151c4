import { Button } from 'antd'
import { useCallback, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { say } from '../app/say'
import type { Catalog } from '../canvas/catalog'
import { arrangeScene } from '../canvas/layout'
import { isNodeId } from '../canvas/model'
import { sceneOf } from '../canvas/scene'
import type { CanvasHandle } from '../canvas/types'
import { place } from '../document/edit'
import { outermost, ownerOf } from '../document/graphs'
import { useDocument } from '../document/store'
import { i18n } from '../i18n/setup'
import { useView } from './view'
import styles from './Editor.module.css'

export interface Tidying {
  readonly busy: number
  start(): void
  cancel(): void
}

/** Arranges what is selected, else all; one step of the history. The wait can be cut short. */
export function useTidy(catalog: Catalog, canvas: React.RefObject<CanvasHandle | null>): Tidying {
  const [busy, setBusy] = useState(0)
  const under = useRef<AbortController | null>(null)
  const start = useCallback(async () => {
    under.current?.abort()
    const abort = new AbortController()
    under.current = abort
    const { doc } = useDocument.getState()
    const chosen = outermost(doc, useView.getState().selection.filter(isNodeId)).filter((id) => ownerOf(doc, id) === null)
    const only = chosen.length > 1 ? new Set(chosen) : null
    const scene = sceneOf(doc, catalog)
    // Short work needs no word; what takes long says so and can be stopped.
    const late = setTimeout(() => setBusy(scene.nodes.length), 400)
    try {
      const places = await arrangeScene(scene, only, abort.signal)
      useDocument.getState().commit('tidy', (d) => place(d, places))
      requestAnimationFrame(() => canvas.current?.fit(only ? [...only] : undefined))
    } catch (e) {
      if (!abort.signal.aborted) say('error', i18n.t('editor:tidy.failed', { why: (e as Error).message }))
    } finally {
      clearTimeout(late)
      if (under.current === abort) setBusy(0)
    }
  }, [catalog, canvas])
  const cancel = useCallback(() => {
    under.current?.abort()
    setBusy(0)
  }, [])
  return { busy, start: () => void start(), cancel }
}

export function TidyBar({ of }: { of: Tidying }) {
  const { t } = useTranslation('editor')
  if (of.busy === 0) return null
  return (
    <div className={styles.busy} role="status">
      {t('tidy.busy', { count: of.busy })}
      <Button size="small" onClick={of.cancel}>
        {t('tidy.cancel')}
      </Button>
    </div>
  )
}
