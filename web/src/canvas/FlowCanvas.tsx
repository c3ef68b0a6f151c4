import { forwardRef } from 'react'
import type { CanvasHandle, FlowCanvasProps } from './types'

/** The canvas: a view of a flow document, with what a run, a debugger or a comparison says of it drawn on top. */
export const FlowCanvas = forwardRef<CanvasHandle, FlowCanvasProps>(function FlowCanvas(props, _ref) {
  return <div aria-label={props.label}>{props.children}</div>
})
