/** Which runs are shown: what the address says of a list of runs. Pure. */
import type { Arguments } from '../../api/client'
import type { RunStatus, RunSummary } from './types'
import { runStatuses } from './types'

export const ranges = { '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000 } as const
export type Range = keyof typeof ranges

/** All parts are optional: none shows every run. */
export interface RunFilters {
  flow?: string
  status?: RunStatus
  /** name:value, found by the index. */
  key?: string
  /** Part of an id, a flow, a key's value or an error. */
  text?: string
  /** Up to now; from and to are then absent. */
  range?: Range
  /** RFC 3339. */
  from?: string
  to?: string
}

/** Reads filters from an address; what makes no sense is left out. A number is taken as the text it was. */
export function readFilters(search: Readonly<Record<string, unknown>>): RunFilters {
  const text = (name: string) => {
    const v = search[name]
    const said = typeof v === 'string' ? v.trim() : typeof v === 'number' && Number.isSafeInteger(v) ? String(v) : ''
    return said === '' ? undefined : said
  }
  const time = (name: string) => {
    const v = text(name)
    return v !== undefined && !Number.isNaN(Date.parse(v)) ? v : undefined
  }
  const status = text('status')
  const range = text('range')
  const key = text('key')
  const known = range !== undefined && range in ranges ? (range as Range) : undefined
  return compact({
    flow: text('flow'),
    status: runStatuses.find((s) => s === status),
    key: key !== undefined && /^[^:]+:./.test(key) ? key : undefined,
    text: text('text')?.slice(0, 200),
    range: known,
    from: known ? undefined : time('from'),
    to: known ? undefined : time('to'),
  })
}

function compact(f: { [K in keyof RunFilters]: RunFilters[K] | undefined }): RunFilters {
  return Object.fromEntries(Object.entries(f).filter(([, v]) => v !== undefined)) as RunFilters
}

/** The filters with some changed; undefined removes one. A range and a span of time take each other's place. */
export function withFilters(f: RunFilters, change: { [K in keyof RunFilters]?: RunFilters[K] | undefined }): RunFilters {
  const next = { ...f, ...change }
  if (change.range) next.from = next.to = undefined
  if (change.from || change.to) next.range = undefined
  return compact(next as Required<RunFilters>)
}

/** What somebody typed into the search field: a key where it reads as name:value, else a text. */
export function fromSearchField(typed: string): Pick<RunFilters, 'key' | 'text'> {
  const text = typed.trim()
  const key = /^([A-Za-z_][\w.-]*)[:=]\s*(\S.*)$/.exec(text)
  if (key) return { key: `${key[1]}:${key[2]}` }
  return text === '' ? {} : { text }
}

/** What the search field shows of the filters. */
export function toSearchField(f: RunFilters): string {
  return f.key ?? f.text ?? ''
}

/** The query that the server is asked with. A range begins at a whole minute, so that asking again is the same question. */
export function toQuery(f: RunFilters, now: number): NonNullable<Arguments<'listRuns'>['query']> {
  const { range, ...rest } = f
  if (!range) return rest
  return { ...rest, from: new Date(Math.floor((now - ranges[range]) / 60_000) * 60_000).toISOString() }
}

/** Whether a run is among those the filters show. */
export function selects(f: RunFilters, run: RunSummary, now: number): boolean {
  if (f.flow && run.flow !== f.flow) return false
  if (f.status && run.status !== f.status) return false
  if (f.key) {
    const colon = f.key.indexOf(':')
    if (run.keys[f.key.slice(0, colon)] !== f.key.slice(colon + 1)) return false
  }
  const started = Date.parse(run.startedAt)
  if (f.range && started < now - ranges[f.range]) return false
  if (f.from && started < Date.parse(f.from)) return false
  if (f.to && started >= Date.parse(f.to)) return false
  return !f.text || has(run, f.text.toLowerCase())
}

function has(run: RunSummary, text: string): boolean {
  const places = [run.id, run.flow, ...Object.values(run.keys), run.error?.code ?? '', run.error?.message ?? '']
  return places.some((p) => p.toLowerCase().includes(text))
}
