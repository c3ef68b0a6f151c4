import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useOnline } from '../api/online'
import { prefix } from '../api/prefix'

const pause = 3_000

/** Asks for the server while it does not answer; when it does again, everything is read anew. */
export function useReconnect(): void {
  const client = useQueryClient()
  const online = useOnline((s) => s.online)
  useEffect(() => {
    // A page whose code could not be loaded means the same as a call without an answer.
    const missed = () => useOnline.getState().missed()
    window.addEventListener('vite:preloadError', missed)
    return () => window.removeEventListener('vite:preloadError', missed)
  }, [])
  useEffect(() => {
    if (online) return undefined
    const ask = async () => {
      const answer = await fetch(`${prefix}/healthz`, { cache: 'no-store' }).catch(() => undefined)
      if (!answer?.ok) return
      useOnline.getState().reached()
      await client.invalidateQueries()
    }
    const timer = setInterval(() => void ask(), pause)
    return () => clearInterval(timer)
  }, [online, client])
}
