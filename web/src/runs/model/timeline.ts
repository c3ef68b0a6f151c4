/** Where the bars of a time line lie. Pure. */
import type { StepTree, TreeLine } from './steps'
import { endOf, startOf } from './steps'

/** From milliseconds to a share of the width, 0 to 1. Long stretches in which nothing happens are drawn short. */
export interface TimeScale {
  from: number
  to: number
  at: (ms: number) => number
  /** The stretches drawn short, as shares of the width. */
  breaks: { from: number; to: number; ms: number }[]
  /** Round times to draw lines at. */
  ticks: { at: number; ms: number }[]
}

/** A gap is cut when it is this share of the whole, and then takes gapWidth of the width. */
const gapShare = 0.4
const gapWidth = 0.08

/** Types that only wait. */
const waiting = new Set(['wait', 'await', 'approval', 'subflow'])

/** The scale for the steps of a tree: a stretch is cut where nothing works in it, however many wait. */
export function scaleOf(tree: StepTree, now: number): TimeScale {
  const moments: number[] = []
  const busy: Span[] = []
  for (const step of tree.byPath.values()) {
    const span = { from: startOf(step), to: endOf(step, now) }
    moments.push(span.from, span.to)
    const works = !tree.items.has(step.path) && !waiting.has(step.type.split('@')[0] ?? '') && step.status !== 'waiting' && step.status !== 'paused'
    if (works) busy.push(span)
  }
  return timeScale(moments, busy)
}

interface Span {
  from: number
  to: number
}

/** A scale by the moments at which something happened and the spans in which something was at work. */
export function timeScale(moments: readonly number[], busy: readonly Span[] = []): TimeScale {
  const times = [...new Set(moments)].toSorted((a, b) => a - b)
  const from = times[0] ?? 0
  const to = Math.max(times.at(-1) ?? 0, from + 1)
  const gaps = times.slice(1).flatMap((end, i) => {
    const start = times[i] ?? end
    const long = end - start > (to - from) * gapShare && end - start > 2_000
    return long && !busy.some((b) => b.from <= start && b.to >= end) ? [{ start, end }] : []
  })
  const hidden = gaps.reduce((sum, g) => sum + g.end - g.start, 0)
  const shown = to - from - hidden
  // Where next to nothing is left beside the gaps, cutting them would magnify moments into stretches.
  if (gaps.length === 0 || shown <= 0) return linear(from, to)
  const room = 1 - gaps.length * gapWidth
  const at = (ms: number) => {
    const t = Math.min(Math.max(ms, from), to)
    let share = ((t - from) / shown) * room
    for (const g of gaps) {
      if (t >= g.end) share += gapWidth - ((g.end - g.start) / shown) * room
      else if (t > g.start) share += ((t - g.start) / (g.end - g.start)) * gapWidth - ((t - g.start) / shown) * room
    }
    return share
  }
  return { from, to, at, ticks: [], breaks: gaps.map((g) => ({ from: at(g.start), to: at(g.end), ms: g.end - g.start })) }
}

function linear(from: number, to: number): TimeScale {
  const at = (ms: number) => (Math.min(Math.max(ms, from), to) - from) / (to - from)
  const step = roundStep((to - from) / 5)
  const ticks = []
  for (let ms = step; ms < to - from; ms += step) ticks.push({ at: ms / (to - from), ms })
  return { from, to, at, breaks: [], ticks }
}

/** The smallest of 1, 2, 5, 10, … that is not below, in milliseconds; above a minute in minutes, above an hour in hours. */
export function roundStep(ms: number): number {
  const unit = ms > 3_600_000 ? 3_600_000 : ms > 60_000 ? 60_000 : 1
  const n = Math.max(ms / unit, 1)
  const power = 10 ** Math.floor(Math.log10(n))
  const factor = [1, 2, 5, 10].find((f) => f * power >= n) ?? 10
  return factor * power * unit
}

export interface Bar {
  /** Shares of the width. */
  left: number
  width: number
}

/** The span of a line in milliseconds. */
export function spanOf(line: TreeLine, now: number): { from: number; to: number } {
  if (line.step) return { from: startOf(line.step), to: endOf(line.step, now) }
  return { from: line.item?.startedAt ?? 0, to: line.item?.endedAt ?? 0 }
}

export function barOf(line: TreeLine, scale: TimeScale, now: number): Bar {
  const { from, to } = spanOf(line, now)
  const left = scale.at(from)
  return { left, width: Math.max(0, scale.at(to) - left) }
}
