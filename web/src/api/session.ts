import { create } from 'zustand'
import type { Session } from './schema'

/**
 * Who is signed in. A call that meets the end of a session waits in renewed() until somebody has signed in again, so that
 * nothing on the page is lost: the dialog lies over it.
 */
interface SessionState {
  session: Session | undefined
  /** Whether the dialog asks for a token. */
  asking: boolean
  signedIn: (session: Session) => void
  ask: () => void
  signedOut: () => void
}

let waiting: (() => void)[] = []

export const useSession = create<SessionState>((set) => ({
  session: undefined,
  asking: false,
  signedIn: (session) => {
    set({ session, asking: false })
    const go = waiting
    waiting = []
    for (const resume of go) resume()
  },
  ask: () => set({ asking: true }),
  signedOut: () => set({ session: undefined, asking: true }),
}))

/** Asks for a token and is done when somebody has signed in; never, if nobody does. */
export function renewed(signal?: AbortSignal): Promise<void> {
  useSession.getState().ask()
  return new Promise((resolve, reject) => {
    waiting.push(resolve)
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/** How the server lets this browser in at first: a session is open, a demonstration needs no token, or it asks for one. */
export function firstSession(): 'open' | 'loopback' | 'token' {
  const said = document.querySelector('meta[name=sluice-session]')?.getAttribute('content')
  return said === 'open' || said === 'loopback' ? said : 'token'
}
