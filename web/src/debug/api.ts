/** The debugging calls of the API, by what they are for. */
import { call } from '../api/client'
import type { Answer, Arguments } from '../api/client'
import type { Json } from '../api/json'
import type { Breakpoint, Difference, Replay, Retries, Run, Scope, State, Step, Stop } from '../api/schema'

export type { Breakpoint, Difference, Replay, Retries, Run, Scope, State, Step }

/** Where a run stands stopped, and why. */
export type PausedAt = NonNullable<Stop>
export type When = NonNullable<Breakpoint['on']>
type Body<T extends { body?: unknown }> = NonNullable<T['body']>
export type Resume = Body<Arguments<'resumeRun'>>
export type Patch = NonNullable<Resume['patch']>
export type Mode = NonNullable<Resume['mode']>
export type RetryFilter = NonNullable<Body<Arguments<'startRetries'>>['filter']>
export type Preview = Exclude<Answer<'startRetries'>, Retries>

/** How long a call that moves a run waits for it to stand still again. */
const wait = '5s'

export const debugApi = {
  start: (flow: string, body: Body<Arguments<'startRun'>>) => call('startRun', { path: { id: flow }, body }),
  pause: (id: string) => call('pauseRun', { path: { id } }),
  resume: (id: string, body: Resume) => call('resumeRun', { path: { id }, body: { ...body, wait } }),
  judge: (id: string, body: Omit<Body<Arguments<'judgeRun'>>, 'wait'>) => call('judgeRun', { path: { id }, body: { ...body, wait } }),
  retry: (id: string, body: { latest?: boolean; stop?: boolean } = {}) => call('retryRun', { path: { id }, body }),
  fork: (id: string, body: Body<Arguments<'forkRun'>>) => call('forkRun', { path: { id }, body }),
  replay: (id: string, body: { version: number } | { draft: true }) => call('replayRun', { path: { id }, body }),
  /** The run as a flow test: a document to be kept beside the flow. */
  saveTest: (id: string, name: string) => call('recordTest', { path: { id }, body: { name } }),
}

/** The output that a step gave. */
export async function outputOf(id: string, path: string): Promise<Json> {
  const page = await call('listSteps', { path: { id }, query: { path } })
  return page.items[0]?.output ?? null
}
