import { useEffect, useRef, useState } from 'react'
import type { StreamEvent } from '../api/stream'
import { follow } from '../api/stream'

const batchMs = 200

/**
 * Follows a stream of the API while enabled, and hands its events over in batches: a busy server must not draw the page
 * for each of them. Tells whether it is connected.
 */
export function useStream(path: string, enabled: boolean, onEvents: (events: readonly StreamEvent[]) => void): boolean {
  const [live, setLive] = useState(false)
  const handler = useRef(onEvents)
  useEffect(() => {
    handler.current = onEvents
  })
  useEffect(() => {
    if (!enabled) return
    const stop = new AbortController()
    let batch: StreamEvent[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    const flush = () => {
      timer = undefined
      const events = batch
      batch = []
      handler.current(events)
    }
    const event = (e: StreamEvent) => {
      batch.push(e)
      timer ??= setTimeout(flush, batchMs)
    }
    // The stream ends by itself with what it is about; a run that is gone shows when it is read.
    follow(path, { event, live: setLive }, stop.signal).then(
      () => setLive(false),
      () => setLive(false),
    )
    return () => {
      stop.abort()
      clearTimeout(timer)
      setLive(false)
    }
  }, [path, enabled])
  return live
}
