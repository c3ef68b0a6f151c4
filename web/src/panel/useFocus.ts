import { useEffect, useRef } from 'react'

/** How long a field may take to be there: editors are fetched with the first of them. */
const patience = 4000
const typing = 'input, textarea, [contenteditable=true], [role=combobox], [role=switch]'

/** A field that somebody wants to see, by JSON Pointer. Another object asks again. */
export interface Asked {
  readonly pointer: string
}

/** Brings the field at a JSON Pointer into view and puts the cursor into it; of a place without a field of its own, the one around it. */
export function useFocus(asked: Asked | undefined): React.RefObject<HTMLDivElement | null> {
  const root = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const place = root.current
    if (asked === undefined || !place) return
    const { pointer } = asked
    let seen: HTMLElement | null = null
    const look = () => {
      const field = fieldAround(place, pointer)
      if (field && field !== seen) field.scrollIntoView({ block: 'center' })
      seen = field
      const input = field?.matches(typing) ? field : field?.querySelector<HTMLElement>(typing)
      input?.focus()
      // What is hidden, in a tab that is being opened, takes no focus yet.
      if (!input || document.activeElement !== input) return
      observer.disconnect()
      // A name is asked for to be written anew.
      if (pointer === '/title' && input instanceof HTMLInputElement) input.select()
    }
    const observer = new MutationObserver(look)
    observer.observe(place, { childList: true, subtree: true, attributes: true, attributeFilter: ['style', 'class', 'hidden'] })
    const timer = setTimeout(() => observer.disconnect(), patience)
    look()
    return () => {
      observer.disconnect()
      clearTimeout(timer)
    }
  }, [asked])
  return root
}

function fieldAround(place: HTMLElement, pointer: string): HTMLElement | null {
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const found = place.querySelector<HTMLElement>(`[data-field="${CSS.escape(at)}"]`)
    if (found) return found
  }
  return null
}
