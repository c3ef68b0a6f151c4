import { useEffect, useRef } from 'react'
import { isComposing } from '../app/commands'

/** What keys do while debugging. Undefined: the key does nothing now. */
export interface DebugKeys {
  continue?: () => void
  over?: () => void
  into?: () => void
  out?: () => void
  toHere?: () => void
  pause?: () => void
  breakpoint?: () => void
  back?: () => void
  forth?: () => void
}

/** The keys as they are written. */
export const keyNames = {
  continue: 'F8', over: 'F10', into: 'F11', out: 'Shift+F11', toHere: 'Ctrl+F10', pause: 'F6', breakpoint: 'F9', back: 'Alt+,', forth: 'Alt+.',
} as const satisfies Record<keyof DebugKeys, string>

/** What a key press means while debugging. Pure. */
export function debugKey(e: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>): keyof DebugKeys | undefined {
  const parts = [e.ctrlKey || e.metaKey ? 'Ctrl' : '', e.altKey ? 'Alt' : '', e.shiftKey ? 'Shift' : '', e.key].filter(Boolean).join('+')
  return (Object.keys(keyNames) as (keyof DebugKeys)[]).find((name) => keyNames[name] === parts)
}

/** Function keys work while typing too: they type nothing. */
export function useDebugKeys(keys: DebugKeys): void {
  const now = useRef(keys)
  useEffect(() => {
    now.current = keys
  })
  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      const name = isComposing(e) ? undefined : debugKey(e)
      if (!name || document.querySelector('.ant-modal-wrap:not([style*="none"])')) return
      // Also where it does nothing now: F11 must not fill the screen, F6 must not leave the page.
      e.preventDefault()
      if (!e.repeat) now.current[name]?.()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}
