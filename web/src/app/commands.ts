import { useEffect } from 'react'
import { create } from 'zustand'

/** Something that can be done from the palette (Ctrl+K). */
export interface Command {
  id: string
  /** In the user's language; it is found by it and by pinyin initials. */
  title: string
  /** More words to be found by, such as its name in the other language. */
  words?: string
  /** Keys that do the same, such as Ctrl+S. */
  keys?: string
  run: () => void
}

interface Commands {
  open: boolean
  setOpen: (open: boolean) => void
  /** By who offers them. */
  offered: ReadonlyMap<string, readonly Command[]>
}

export const usePalette = create<Commands>((set) => ({ open: false, setOpen: (open) => set({ open }), offered: new Map() }))

/** Offers commands in the palette while the component is mounted. The list has to be stable (useMemo). */
export function useCommands(owner: string, commands: readonly Command[]): void {
  useEffect(() => {
    usePalette.setState(({ offered }) => ({ offered: new Map(offered).set(owner, commands) }))
    return () =>
      usePalette.setState(({ offered }) => {
        const rest = new Map(offered)
        rest.delete(owner)
        return { offered: rest }
      })
  }, [owner, commands])
}

/** Whether a key belongs to an input method that is composing a character. */
export function isComposing(e: { isComposing?: boolean; keyCode?: number; nativeEvent?: { isComposing?: boolean; keyCode?: number } }): boolean {
  const native = e.nativeEvent ?? e
  return native.isComposing === true || native.keyCode === 229
}

/** Ctrl+K opens and closes the palette. */
export function usePaletteKey(): void {
  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      if ((e.ctrlKey || e.metaKey) && !e.shiftKey && !e.altKey && e.key.toLowerCase() === 'k' && !isComposing(e)) {
        e.preventDefault()
        const { open, setOpen } = usePalette.getState()
        setOpen(!open)
      }
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}
