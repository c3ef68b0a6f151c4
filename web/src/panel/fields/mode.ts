/** In which form a value is edited: as it stands, as a text with templates, as JSON, or as one expression. */
import type { Json } from '../../api/json'
import { soleExpression } from '../../code/tokens'
import { asExpression, asTemplate, literalOf } from '../edit'
import type { Field } from '../schema'

export type Mode = 'fixed' | 'text' | 'json' | 'expression'

/** Kinds that are typed into, so that a template in them is text like any other. */
const written = new Set<Field['kind']>(['text', 'longText', 'duration', 'zone', 'flow'])
/** Kinds whose texts are a language of their own. */
const ownLanguage = new Set<Field['kind']>(['expression', 'path', 'cell', 'sql'])

/** The forms that a field can be edited in. One alone needs no switch. */
export function modesOf(field: Field): Mode[] {
  if (ownLanguage.has(field.kind)) return ['fixed']
  if (field.literal) return field.kind === 'json' ? ['json'] : ['fixed']
  if (field.kind === 'json') return field.texts ? ['text', 'json', 'expression'] : ['json', 'expression']
  if (field.kind === 'object' || field.kind === 'list') return ['fixed']
  return ['fixed', 'expression']
}

/** The form that a value is in. `small` places, such as a member's value, begin with a text. */
export function modeOf(field: Field, value: Json | undefined, small = false): Mode {
  const modes = modesOf(field)
  const first = modes[0] ?? 'fixed'
  if (modes.includes('expression') && typeof value === 'string' && soleExpression(value) !== undefined) return 'expression'
  if (field.kind === 'json' && !field.literal) {
    if (typeof value === 'string') return field.texts ? 'text' : 'json'
    return value === undefined && small && field.texts ? 'text' : 'json'
  }
  // A template with more than one part in a field for a number or a choice.
  if (!written.has(field.kind) && !ownLanguage.has(field.kind) && !field.literal && typeof value === 'string' && value.includes('{{')) return 'text'
  return first
}

/** The value in another form; undefined where it cannot be kept. */
export function converted(value: Json | undefined, to: Mode): Json | undefined {
  const sole = typeof value === 'string' ? soleExpression(value) : undefined
  if (to === 'expression') {
    const expression = asExpression(value)
    return expression === '' || expression === '""' ? undefined : asTemplate(expression)
  }
  if (to === 'fixed') return sole === undefined ? value : literalOf(sole)
  if (to === 'text') return sole === undefined && typeof value !== 'string' ? undefined : typeof literalOf(sole ?? '') === 'string' ? literalOf(sole ?? '') : value
  return sole === undefined ? value : (literalOf(sole) ?? value)
}
