import { i18n } from '../i18n/setup'
import { ApiError } from './errors'
import { isObject, parseJson } from './json'
import { prefix } from './prefix'
import type { Session } from './schema'
import { firstSession, useSession } from './session'

/** Signs in or asks who is: without the waiting for a session that all other calls have. */
async function ask(body?: string): Promise<Session> {
  const headers: Record<string, string> = { 'Accept-Language': i18n.language }
  const post = body === undefined ? {} : { method: 'POST', body }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  const response = await fetch(`${prefix}/api/v1/session`, { ...post, headers, credentials: 'same-origin' }).catch(() => {
    throw new ApiError('client.offline', i18n.t('app:errors.offline'), 0)
  })
  const text = await response.text()
  if (response.ok) return parseJson(text) as unknown as Session
  let error
  try {
    const answer = parseJson(text)
    error = isObject(answer) ? answer['error'] : undefined
  } catch {
    error = undefined
  }
  if (isObject(error)) throw new ApiError(String(error['code']), String(error['message']), response.status)
  throw new ApiError('client.answer', i18n.t('app:errors.answer', { status: response.status }), response.status)
}

/** Trades a token for a session; calls that waited for one go on. Throws ApiError. */
export async function openSession(token: string): Promise<void> {
  useSession.getState().signedIn(await ask(JSON.stringify({ token })))
}

/** Finds the session that there is, or lets a demonstration open one; else the dialog asks. */
export async function startSession(): Promise<void> {
  const way = firstSession()
  try {
    if (way === 'token') useSession.getState().ask()
    else useSession.getState().signedIn(await ask(way === 'open' ? undefined : '{}'))
  } catch {
    useSession.getState().ask()
  }
}
