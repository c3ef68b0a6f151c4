import type { ReactNode } from 'react'
import type { Json } from '../../api/json'
import type { Path } from '../../data/path'
import type { Field } from '../schema'

/** What every control of a field is given. */
export interface ControlProps {
  field: Field
  value: Json | undefined
  /** Where the value stands within the node, from `config` on. */
  path: Path
  /** undefined takes the value out. */
  onChange: (value: Json | undefined) => void
  /** Id of the input, for its label. */
  id: string
  /** Ids of what describes it: help and findings. */
  describedBy: string | undefined
  invalid: boolean
}

export interface FieldViewProps {
  field: Field
  value: Json | undefined
  path: Path
  onChange: (value: Json | undefined) => void
  /** Stands in the place of the field's title, such as a choice between alternatives. */
  label?: ReactNode
  /** A member or an item: no title, and findings within belong to it. */
  small?: boolean
}
