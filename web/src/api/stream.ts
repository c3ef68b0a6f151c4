import { send } from './client'
import { isApiError } from './errors'
import type { Json } from './json'
import { parseJson } from './json'
import { prefix } from './prefix'

/** One server-sent event, its data read exactly. */
export interface StreamEvent {
  type: string
  data: Json
}

/** Reads server-sent events from text as it arrives. */
export class EventReader {
  /** The id of the last event that was whole. */
  lastId = ''
  private rest = ''

  push(text: string): StreamEvent[] {
    this.rest += text
    const blocks = this.rest.split(/\r?\n\r?\n/)
    this.rest = blocks.pop() ?? ''
    return blocks.map((b) => this.one(b)).filter((e) => e !== undefined)
  }

  private one(block: string): StreamEvent | undefined {
    let type = 'message'
    const data: string[] = []
    for (const line of block.split(/\r?\n/)) {
      const colon = line.indexOf(':')
      if (colon <= 0) continue
      const value = line.slice(colon + 1).replace(/^ /, '')
      const field = line.slice(0, colon)
      if (field === 'event') type = value
      else if (field === 'data') data.push(value)
      else if (field === 'id') this.lastId = value
    }
    return data.length > 0 ? { type, data: parseJson(data.join('\n')) } : undefined
  }
}

const firstPause = 500
const longestPause = 15_000

/**
 * Follows a stream of the API until the signal aborts or the stream is over for good (a run that ended). It connects again
 * after a break and goes on after the last event that was seen; onLive tells whether it is connected.
 */
export async function follow(path: string, on: { event: (e: StreamEvent) => void; live?: (live: boolean) => void }, signal: AbortSignal): Promise<void> {
  const reader = { lastId: '' }
  let pause = firstPause
  while (!signal.aborted) {
    try {
      const events = new EventReader()
      events.lastId = reader.lastId
      const headers = new Headers({ Accept: 'text/event-stream' })
      if (reader.lastId) headers.set('Last-Event-ID', reader.lastId)
      const response = await send('GET', prefix + path, { headers, signal })
      if (response.status === 204 || !response.body) return
      on.live?.(true)
      pause = firstPause
      for await (const text of texts(response.body)) {
        for (const e of events.push(text)) on.event(e)
        reader.lastId = events.lastId
      }
    } catch (e) {
      if (signal.aborted) return
      // What is not there will not be there later; everything else may come back.
      if (isApiError(e) && e.status === 404) throw e
    }
    on.live?.(false)
    await delay(pause, signal)
    pause = Math.min(pause * 2, longestPause)
  }
}

async function* texts(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield decoder.decode(value, { stream: true })
  }
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
