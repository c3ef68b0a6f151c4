import { ChoiceControl, NumberControl, PathControl, SwitchControl } from './controls'
import { ExpressionControl, JsonControl, SoleExpressionControl, SqlControl, TemplateControl } from './CodeControls'
import { KeyValueControl } from './KeyValueControl'
import { ListControl } from './ListControl'
import type { Mode } from './mode'
import { ObjectFields } from './ObjectFields'
import { ConnectionControl } from './ConnectionControl'
import { FlowControl } from './FlowControl'
import type { ControlProps } from './types'

/** The control for a field in one of its forms. */
export function Control(props: ControlProps & { mode: Mode; small: boolean }) {
  const { field, mode, value } = props
  if (mode === 'expression') return <SoleExpressionControl {...props} />
  if (mode === 'json') return <JsonControl {...props} />
  if (mode === 'text') return <TemplateControl {...props} />
  switch (field.kind) {
    case 'expression':
      return <ExpressionControl {...props} />
    case 'sql':
      return <SqlControl {...props} />
    case 'path':
      return <PathControl {...props} />
    case 'number':
      return <NumberControl {...props} />
    case 'boolean':
      return <SwitchControl {...props} />
    case 'choice':
      return <ChoiceControl {...props} />
    case 'connection':
      return <ConnectionControl {...props} />
    case 'flow':
      return <FlowControl {...props} />
    case 'keyValue':
      // Positional values, for those who write a list.
      return Array.isArray(value) ? <JsonControl {...props} /> : <KeyValueControl {...props} />
    case 'object':
      return <ObjectFields {...props} />
    case 'list':
      return <ListControl {...props} />
    default:
      return <TemplateControl {...props} />
  }
}
