import type { KeyboardEvent, PointerEvent, ReactNode } from 'react'
import { create } from 'zustand'
import { useTranslation } from 'react-i18next'
import styles from './Drawer.module.css'

export interface DrawerTab {
  key: string
  label: string
  content: ReactNode
}

const least = 42
const usual = Math.min(300, Math.round(innerHeight * 0.36))
const step = 40

/** How high the drawer is: the same on every run's page, until the page is left. */
const useHeight = create<{ height: number; set: (height: number) => void }>((set) => ({ height: usual, set: (height) => set({ height }) }))

export function useDrawerHeight(): [number, (height: number) => void] {
  const { height, set } = useHeight()
  return [height, (h) => set(Math.round(Math.min(Math.max(h, least), innerHeight - 220)))]
}

interface Props {
  tabs: readonly DrawerTab[]
  current: string
  choose: (key: string) => void
  height: number
}

/** What lies at the foot of a run's page, as high as one likes. */
export function Drawer({ tabs, current, choose, height }: Props) {
  const { t } = useTranslation('runs')
  const [, setHeight] = useDrawerHeight()
  const tab = tabs.find((one) => one.key === current) ?? tabs[0]
  const drag = (e: PointerEvent<HTMLDivElement>) => {
    if (e.currentTarget.hasPointerCapture(e.pointerId)) setHeight(innerHeight - e.clientY)
  }
  const onKey = (e: KeyboardEvent) => {
    const by = { ArrowUp: step, ArrowDown: -step }[e.key]
    if (by === undefined) return
    e.preventDefault()
    setHeight(height + by)
  }
  return (
    <section className={styles.drawer} style={{ height }}>
      <div
        className={styles.grip}
        role="separator"
        aria-orientation="horizontal"
        aria-label={t('tabs.resize')}
        aria-valuenow={height}
        aria-valuemin={least}
        tabIndex={0}
        onPointerDown={(e) => e.currentTarget.setPointerCapture(e.pointerId)}
        onPointerMove={drag}
        onDoubleClick={() => setHeight(height > least ? least : usual)}
        onKeyDown={onKey}
      />
      <div className={styles.tabs} role="tablist" aria-label={t('tabs.label')}>
        {tabs.map((one) => (
          <button key={one.key} type="button" role="tab" id={`tab-${one.key}`} className={styles.tab} aria-selected={one === tab} aria-controls="drawer" onClick={() => choose(one.key)}>
            {one.label}
          </button>
        ))}
      </div>
      <div id="drawer" className={styles.content} role="tabpanel" aria-labelledby={`tab-${tab?.key ?? ''}`}>
        {tab?.content}
      </div>
    </section>
  )
}
