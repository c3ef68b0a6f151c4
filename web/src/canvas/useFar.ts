import { useStore } from '@xyflow/react'
import { useEffect, useRef, useState } from 'react'

/** From how many nodes on, and below which zoom, a flow is drawn on one canvas; above `near` its nodes come back. */
const far = { nodes: 150, below: 0.42, near: 0.46 } as const
/** How many nodes are mounted in one frame on the way back. */
const chunk = 40

/** Whether the flow is looked at from afar, and how many of its nodes may be mounted already. */
export function useFar(count: number): { far: boolean; mounted: number } {
  const level = useStore((s) => (s.transform[2] < far.below ? 0 : s.transform[2] > far.near ? 2 : 1))
  const was = useRef(count > far.nodes && level === 0)
  const isFar = count > far.nodes && (level === 0 || (level === 1 && was.current))
  was.current = isFar
  const [mounted, setMounted] = useState(isFar ? 0 : Infinity)
  useEffect(() => {
    if (isFar) {
      setMounted(0)
      return
    }
    let shown = 0
    let frame = 0
    const more = () => {
      shown += chunk
      setMounted(shown >= count ? Infinity : shown)
      if (shown < count) frame = requestAnimationFrame(more)
    }
    if (was.current || count > far.nodes) more()
    else setMounted(Infinity)
    return () => cancelAnimationFrame(frame)
    // A flow that grows while it is near is mounted already.
  }, [isFar])
  return { far: isFar, mounted: isFar ? 0 : mounted }
}
