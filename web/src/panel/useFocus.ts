import { useEffect, useRef } from 'react'

/** How long a field may take to be there: editors are fetched with the first of them. */
const patience = 4000
const typing = 'input, textarea, [contenteditable=true], [role=combobox], button'

/** Brings the field at a JSON Pointer into view and puts the cursor into it; of a place without a field of its own, the one around it. */
export function useFocus(pointer: string | undefined): React.RefObject<HTMLDivElement | null> {
  const root = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const place = root.current
    if (pointer === undefined || !place) return
    const look = () => {
      const field = fieldAround(place, pointer)
      const input = field?.matches(typing) ? field : field?.querySelector<HTMLElement>(typing)
      if (!field || !input) return
      field.scrollIntoView({ block: 'center' })
      input.focus()
      observer.disconnect()
    }
    const observer = new MutationObserver(look)
    observer.observe(place, { childList: true, subtree: true })
    const timer = setTimeout(() => observer.disconnect(), patience)
    look()
    return () => {
      observer.disconnect()
      clearTimeout(timer)
    }
  }, [pointer])
  return root
}

function fieldAround(place: HTMLElement, pointer: string): HTMLElement | null {
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const found = place.querySelector<HTMLElement>(`[data-field="${CSS.escape(at)}"]`)
    if (found) return found
  }
  return null
}
