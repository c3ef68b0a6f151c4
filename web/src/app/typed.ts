/** What is typed and not taken over yet: some fields keep a text to themselves until it is whole. */
import { useCallback, useEffect, useLayoutEffect, useRef } from 'react'
import { say } from './say'

/**
 * Has the field that is typed in take over what it holds, as when it loses the focus, for a moment that does not take the
 * focus away by itself: saving by keyboard, or the page going.
 */
export function takeTyped() {
  const field = document.activeElement
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return
  field.blur()
  if (field.isConnected) field.focus()
}

/**
 * For a field that shows what the document cannot keep. `refusal` says so: it is told when the field goes, and the browser
 * asks before the page does. What is given back is for a field that goes as its text is kept, before it could be drawn anew.
 */
export function useUnkept(refusal: string | undefined): () => void {
  const latest = useRef(refusal)
  const unkept = refusal !== undefined
  useLayoutEffect(() => {
    latest.current = refusal
  })
  useEffect(
    () => () => {
      if (latest.current !== undefined) say('warning', latest.current)
    },
    [],
  )
  useEffect(() => {
    if (!unkept) return
    const ask = (e: BeforeUnloadEvent) => e.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [unkept])
  return useCallback(() => {
    latest.current = undefined
  }, [])
}
