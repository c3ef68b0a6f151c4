import type { Json } from './json'
import { isObject } from './json'
import type { Finding } from './schema'

/** A call that was refused or did not get through. */
export class ApiError extends Error {
  /** Dotted and stable: the server's code, or client.offline where no answer came, client.answer where it was no JSON. */
  readonly code: string
  /** The HTTP status; 0 without an answer. */
  readonly status: number
  readonly details: Json | undefined
  /** Under which the server's log has the request. */
  readonly request: string | undefined

  constructor(code: string, message: string, status: number, details?: Json, request?: string) {
    super(message)
    this.name = 'ApiError'
    this.code = code
    this.status = status
    this.details = details
    this.request = request
  }

  /** What is wrong with the document that was sent, if the server said so. */
  get findings(): Finding[] {
    if (!Array.isArray(this.details)) return []
    return this.details.filter(isObject) as unknown as Finding[]
  }
}

export function isApiError(e: unknown, code?: string): e is ApiError {
  return e instanceof ApiError && (code === undefined || e.code === code)
}
