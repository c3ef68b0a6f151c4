import { useStoreApi } from '@xyflow/react'
import { useEffect, useRef } from 'react'
import styles from './Canvas.module.css'

const step = 20
/** Below this zoom every fourth dot is enough. */
const sparse = 0.5

/** The dots behind the flow: one layer, moved by less than a step, so that a pan paints nothing. */
export function Grid() {
  const element = useRef<HTMLDivElement>(null)
  const store = useStoreApi()
  useEffect(() => {
    let size = 0
    const place = () => {
      const grid = element.current
      if (!grid) return
      const [x, y, zoom] = store.getState().transform
      const next = step * zoom * (zoom < sparse ? 4 : 1)
      if (next !== size) grid.style.backgroundSize = `${next}px ${next}px`
      size = next
      grid.style.transform = `translate(${(x % next) + (40 % next) - next}px, ${(y % next) + (40 % next) - next}px)`
    }
    place()
    return store.subscribe((state, old) => {
      if (state.transform !== old.transform) place()
    })
  }, [store])
  return <div ref={element} className={styles.grid} aria-hidden />
}
