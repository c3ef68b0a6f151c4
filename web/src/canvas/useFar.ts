import { useStore } from '@xyflow/react'
import { useEffect, useState } from 'react'

/** From how many nodes on, and below which zoom, a flow is drawn on one canvas; above `near` its nodes come back. */
const far = { nodes: 150, below: 0.42, near: 0.46 } as const
/** How many nodes are mounted in one frame on the way back. */
const chunk = 40

/** Whether the flow is looked at from afar, and how many of its nodes may be mounted already. */
export function useFar(count: number): { far: boolean; mounted: number } {
  const level = useStore((s) => (s.transform[2] < far.below ? 0 : s.transform[2] > far.near ? 2 : 1))
  const large = count > far.nodes
  const [state, setState] = useState({ far: large && level === 0, mounted: large ? 0 : Infinity })
  const isFar = large && (level === 0 || (level === 1 && state.far))
  if (isFar !== state.far) setState({ far: isFar, mounted: 0 })
  const { mounted } = state
  useEffect(() => {
    if (isFar || mounted === Infinity) return
    const frame = requestAnimationFrame(() => setState((s) => (s.far ? s : { far: false, mounted: s.mounted + chunk >= count ? Infinity : s.mounted + chunk })))
    return () => cancelAnimationFrame(frame)
  }, [isFar, mounted, count])
  return { far: isFar, mounted: isFar ? 0 : mounted }
}
