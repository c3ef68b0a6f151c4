import { useState } from 'react'

const storageKey = (flow: string) => `sluice.watches.${flow}`

function stored(flow: string): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(storageKey(flow)) ?? '[]')
    return Array.isArray(kept) ? kept.filter((w): w is string => typeof w === 'string') : []
  } catch {
    return []
  }
}

/** The expressions that are watched in runs of a flow; kept in this browser. */
export function useWatches(flow: string) {
  const [watches, setWatches] = useState(() => stored(flow))
  const set = (list: string[]) => {
    setWatches(list)
    try {
      localStorage.setItem(storageKey(flow), JSON.stringify(list))
    } catch {
      // A browser that keeps nothing: they hold for this page.
    }
  }
  return {
    watches,
    add: (expression: string) => set(watches.includes(expression) ? watches : [...watches, expression]),
    remove: (expression: string) => set(watches.filter((w) => w !== expression)),
  }
}
