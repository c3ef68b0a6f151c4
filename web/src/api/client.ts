import { i18n } from '../i18n/setup'
import { ApiError } from './errors'
import type { Json } from './json'
import { isObject, JsonSyntaxError, parseJson, writeJson } from './json'
import { useOnline } from './online'
import { prefix } from './prefix'
import type { Operations } from './schema'
import { addresses } from './schema'
import { renewed, useSession } from './session'

type Id = keyof Operations

/** The parts of a call that it has; those with nothing required may be left out. */
type Part<K extends string, T> = [T] extends [undefined] ? unknown : undefined extends T ? { [P in K]?: T } : object extends T ? { [P in K]?: T } : { [P in K]: T }
export type Arguments<O extends Id> = Part<'path', Operations[O]['path']> &
  Part<'query', Operations[O]['query']> &
  Part<'header', Operations[O]['header']> &
  Part<'body', Operations[O]['body']>
export type Answer<O extends Id> = Operations[O]['answer']

interface Loose {
  path?: Record<string, string>
  query?: Record<string, string | number | boolean | undefined>
  header?: Record<string, string | undefined>
  body?: Json
}

function address(path: string, a: Loose): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(a.path?.[name] ?? ''))
  const query = new URLSearchParams()
  for (const [k, v] of Object.entries(a.query ?? {})) if (v !== undefined) query.set(k, String(v))
  return prefix + filled + (query.size > 0 ? `?${query}` : '')
}

/** Sends a request once somebody is signed in, and once more if their session was over. Throws ApiError, or what aborted it. */
export async function send(method: string, path: string, init: { headers?: Headers; body?: string; signal?: AbortSignal } = {}): Promise<Response> {
  if (!useSession.getState().session) await renewed(init.signal)
  for (;;) {
    const headers = new Headers(init.headers)
    headers.set('Accept-Language', i18n.language)
    const csrf = useSession.getState().session?.csrf
    if (csrf && method !== 'GET') headers.set('X-CSRF-Token', csrf)
    if (init.body !== undefined) headers.set('Content-Type', 'application/json')
    const response = await reach(path, { method, headers, body: init.body, signal: init.signal, credentials: 'same-origin' })
    if (response.ok) return response
    const error = await refusal(response)
    if (response.status !== 401 && error.code !== 'api.csrf') throw error
    await renewed(init.signal)
  }
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    const response = await fetch(path, init)
    useOnline.getState().reached()
    return response
  } catch (e) {
    if (init.signal?.aborted) throw e
    useOnline.getState().missed()
    throw new ApiError('client.offline', i18n.t('app:errors.offline'), 0)
  }
}

async function refusal(response: Response): Promise<ApiError> {
  const request = response.headers.get('X-Request-Id') ?? undefined
  try {
    const body = parseJson(await response.text())
    const error = isObject(body) ? body['error'] : undefined
    if (isObject(error)) return new ApiError(String(error['code']), String(error['message']), response.status, error['details'], request)
  } catch {
    // It is not from the server, perhaps from a proxy: its status is all there is to tell.
  }
  return new ApiError('client.answer', i18n.t('app:errors.answer', { status: response.status }), response.status, undefined, request)
}

/** An answer and the version of what it holds, for calls that answer with an ETag. */
export interface Tagged<T> {
  data: T
  etag: string | undefined
}

/** Makes a call of the API and gives its answer with the ETag. Throws ApiError, or what aborted it. */
export async function callTagged<O extends Id>(id: O, a: Arguments<O>, signal?: AbortSignal): Promise<Tagged<Answer<O>>> {
  const [method, path] = addresses[id]
  const { header, body, ...rest } = a as Loose
  const headers = new Headers()
  for (const [k, v] of Object.entries(header ?? {})) if (v !== undefined) headers.set(k, v)
  const response = await send(method, address(path, rest), { headers, body: body === undefined ? undefined : writeJson(body), signal })
  const text = await response.text()
  const etag = response.headers.get('ETag') ?? undefined
  if (text === '') return { data: undefined as Answer<O>, etag }
  if (!/json/.test(response.headers.get('Content-Type') ?? '')) return { data: text as unknown as Answer<O>, etag }
  try {
    return { data: parseJson(text) as unknown as Answer<O>, etag }
  } catch (e) {
    if (e instanceof JsonSyntaxError) throw new ApiError('client.answer', i18n.t('app:errors.answer', { status: response.status }), response.status)
    throw e
  }
}

/** Makes a call of the API and gives its answer. Throws ApiError, or what aborted it. */
export async function call<O extends Id>(id: O, a: Arguments<O>, signal?: AbortSignal): Promise<Answer<O>> {
  return (await callTagged(id, a, signal)).data
}
