import { useEffect } from 'react'
import { isComposing } from '../app/commands'
import { useLatest } from '../canvas/useLatest'

/** One key and what it does. `keys` as it is written for people: "Ctrl+Shift+Z". */
export interface Shortcut {
  readonly id: string
  readonly keys: readonly string[]
  run(): void
  /** Also while nothing of the canvas has the focus but a field has. */
  readonly everywhere?: boolean
  /** Before what has the focus hears of it: a node moves at every arrow key, whatever is held with it. */
  readonly first?: boolean
}

interface Stroke {
  readonly key: string
  readonly ctrl: boolean
  readonly shift: boolean
  readonly alt: boolean
}

export function strokeOf(text: string): Stroke {
  const parts = text === '+' ? ['+'] : text.split('+')
  return { key: (parts.at(-1) ?? '').toLowerCase(), ctrl: parts.includes('Ctrl'), shift: parts.includes('Shift'), alt: parts.includes('Alt') }
}

/** Letters and digits go by their place on the keyboard too: with Shift or another layout the key has another name. */
export function fits(stroke: Stroke, e: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>): boolean {
  if (stroke.ctrl !== (e.ctrlKey || e.metaKey) || stroke.alt !== e.altKey) return false
  const key = e.key.toLowerCase()
  if (stroke.key === '?') return key === '?'
  if (stroke.shift !== e.shiftKey) return false
  return key === stroke.key || e.code === `Key${stroke.key.toUpperCase()}` || e.code === `Digit${stroke.key}`
}

/** Whether what has the focus takes keys for itself. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.closest('input, textarea, select, [contenteditable="true"], [role="dialog"], [role="listbox"], [role="menu"], .cm-editor') !== null
}

/** Hears the shortcuts while the page is open. None fires while somebody types, composes or answers a dialog. */
export function useShortcuts(shortcuts: readonly Shortcut[]) {
  const latest = useLatest(shortcuts)
  useEffect(() => {
    const hear = (e: KeyboardEvent, first: boolean) => {
      if (e.defaultPrevented || isComposing(e)) return
      const typing = isTyping(e.target)
      for (const shortcut of latest.current) {
        if ((typing && !shortcut.everywhere) || (shortcut.first ?? false) !== first) continue
        if (!shortcut.keys.some((k) => fits(strokeOf(k), e))) continue
        // Enter and Space on a button are the button's.
        if (['enter', ' '].includes(e.key.toLowerCase()) && e.target instanceof HTMLElement && e.target.closest('button, a')) continue
        e.preventDefault()
        if (first) e.stopPropagation()
        shortcut.run()
        return
      }
    }
    const before = (e: KeyboardEvent) => hear(e, true)
    const after = (e: KeyboardEvent) => hear(e, false)
    window.addEventListener('keydown', before, true)
    window.addEventListener('keydown', after)
    return () => {
      window.removeEventListener('keydown', before, true)
      window.removeEventListener('keydown', after)
    }
  }, [latest])
}
