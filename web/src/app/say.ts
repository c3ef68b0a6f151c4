import { App } from 'antd'
import { useEffect } from 'react'
import { create } from 'zustand'

interface Saying {
  readonly kind: 'success' | 'warning' | 'error' | 'info'
  readonly text: string
}

/** What was said last. */
export const useSaying = create<{ last: Saying | null }>(() => ({ last: null }))

/** Tells the operator something in passing, from code outside of components. */
export function say(kind: Saying['kind'], text: string) {
  useSaying.setState({ last: { kind, text } })
}

/** Shows what is said while the page is open. */
export function useSayings() {
  const { message } = App.useApp()
  useEffect(() => useSaying.subscribe(({ last }) => last && void message[last.kind](last.text)), [message])
}
