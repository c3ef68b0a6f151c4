import { expect, it } from 'vitest'
import { debugKey } from './keys'

const press = (key: string, more: Partial<Record<'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey', boolean>> = {}) =>
  debugKey({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more })

it('knows the keys of debuggers', () => {
  expect([press('F8'), press('F10'), press('F11'), press('F11', { shiftKey: true }), press('F10', { metaKey: true }), press('F9')]).toEqual([
    'continue', 'over', 'into', 'out', 'toHere', 'breakpoint',
  ])
  expect([press('F8', { altKey: true }), press('a'), press('F5')]).toEqual([undefined, undefined, undefined])
})
