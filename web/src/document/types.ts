/**
 * The flow document as the editor holds it: design.md's contract, read-only, shared by structure. Values inside configs
 * are whatever the exact JSON reader gave and are never looked into except through `isRecord`, so numbers that a float
 * cannot hold pass through unharmed.
 */

export type JsonObject = Readonly<Record<string, unknown>>

/** A title or description: plain, or by language. */
export type Text = string | Readonly<Record<string, string>>

export interface FlowEdge {
  readonly from: string
  /** The port it leaves from; absent means `out`. */
  readonly port?: string
  readonly to: string
}

export interface Graph {
  readonly nodes: readonly FlowNode[]
  readonly edges?: readonly FlowEdge[]
  readonly output?: unknown
}

export interface Retry {
  readonly max: number
  readonly delay?: string
  readonly backoff?: number
  readonly maxDelay?: string
  readonly jitter?: number
  readonly when?: string
}

export interface FlowNode {
  readonly id: string
  readonly type: string
  readonly title?: Text
  readonly description?: Text
  readonly config?: JsonObject
  readonly timeout?: string
  readonly retry?: Retry
  readonly onError?: 'fail' | 'continue'
  readonly join?: 'all' | 'any' | { readonly count: number }
  readonly cancelRest?: boolean
  readonly compensate?: { readonly type: string; readonly config?: JsonObject }
  readonly onUnknown?: 'retry' | 'pause'
  readonly disabled?: boolean
  readonly body?: Graph
}

export interface FlowTrigger {
  readonly id: string
  readonly type: string
  readonly title?: Text
  readonly description?: Text
  readonly config?: JsonObject
}

/** A comment on the canvas. `at` is x, y, width, height. */
export interface Note {
  readonly id: string
  readonly text: string
  readonly at: readonly number[]
  readonly color?: NoteColor
}

export const noteColors = ['yellow', 'blue', 'green', 'red'] as const
export type NoteColor = (typeof noteColors)[number]

/** Where things stand: by node id, relative to the container they are in. `$notes` holds the comments. */
export interface Layout {
  readonly [id: string]: readonly number[] | readonly Note[] | undefined
  readonly $notes?: readonly Note[]
}

export interface FlowDocument extends Graph {
  readonly sluice: 1
  readonly id: string
  readonly title?: Text
  readonly description?: Text
  readonly timezone?: string
  readonly input?: unknown
  readonly vars?: JsonObject
  readonly keys?: Readonly<Record<string, string>>
  readonly triggers?: readonly FlowTrigger[]
  readonly settings?: JsonObject
  readonly layout?: Layout
}

/** A graph is named by the container whose body it is; the flow's own is null. */
export type GraphId = string | null

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Box extends Point {
  readonly width: number
  readonly height: number
}

export const errorPort = 'error'
export const defaultPort = 'out'

/** Names an edge; node ids are unique in the document, so this is too. */
export function edgeKey(edge: FlowEdge): string {
  return `${edge.from}:${edge.port ?? defaultPort}:${edge.to}`
}

/** Whether a value is a JSON object, and not a list or one of the exact number classes. */
export function isRecord(value: unknown): value is JsonObject {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** The text in a language; else what there is. */
export function textIn(text: Text | undefined, lang: string): string {
  if (text === undefined) return ''
  if (typeof text === 'string') return text
  return text[lang] ?? text.en ?? text.zh ?? Object.values(text)[0] ?? ''
}

/** The text with its part in a language replaced; a plain text stays plain. */
export function withText(text: Text | undefined, lang: string, value: string): Text | undefined {
  if (text === undefined || typeof text === 'string') return value === '' ? undefined : value
  if (value !== '') return { ...text, [lang]: value }
  const { [lang]: _, ...rest } = text
  return Object.keys(rest).length > 0 ? rest : undefined
}
