import { useState } from 'react'

/** A choice that this browser keeps. */
export function useStored<T extends boolean | number | string>(name: string, first: T): [T, (v: T) => void] {
  const [value, setValue] = useState<T>(() => {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(`sluice.${name}`) ?? 'null')
      return typeof kept === typeof first ? (kept as T) : first
    } catch {
      return first
    }
  })
  const store = (v: T) => {
    setValue(v)
    try {
      localStorage.setItem(`sluice.${name}`, JSON.stringify(v))
    } catch {
      // A browser that keeps nothing: the choice holds for this page.
    }
  }
  return [value, store]
}
