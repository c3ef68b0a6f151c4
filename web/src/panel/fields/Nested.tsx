import type { ComponentType } from 'react'
import { createContext, createElement, useContext } from 'react'
import type { FieldViewProps } from './types'

/** Fields hold controls and some controls hold fields: those find the view of a field here. */
export const FieldViewContext = createContext<ComponentType<FieldViewProps> | null>(null)

/** A field within a control. */
export function Nested(props: FieldViewProps) {
  const view = useContext(FieldViewContext)
  if (!view) throw new Error('a field stands outside a node panel')
  return createElement(view, props)
}
