/** What the charts draw, from the figures. Pure. */
import type { EChartsCoreOption } from 'echarts/core'
import type { RunsSummary } from '../model/types'

export interface Look {
  text: string
  line: string
  accent: string
  bad: string
  soft: string
  warn: string
  raised: string
  font: string
}

export interface Words {
  succeeded: string
  failed: string
  median: string
  p95: string
  /** A stretch's time, short, for the axis. */
  short: (at: string) => string
  /** A stretch's time in full. */
  full: (at: string) => string
  count: (n: number) => string
  duration: (ms: number) => string
}

interface Point {
  dataIndex: number
}

function base(summary: RunsSummary, look: Look, words: Words, tooltip: (b: RunsSummary['buckets'][number]) => [string, string, string][]): EChartsCoreOption {
  const axis = { axisLine: { lineStyle: { color: look.line } }, axisTick: { show: false }, axisLabel: { color: look.text, fontSize: 11, hideOverlap: true } }
  return {
    animation: false,
    aria: { enabled: true },
    textStyle: { fontFamily: look.font },
    grid: { left: 4, right: 8, top: 10, bottom: 0, containLabel: true },
    tooltip: {
      trigger: 'axis',
      confine: true,
      backgroundColor: look.raised,
      borderColor: look.line,
      textStyle: { color: look.text, fontSize: 12 },
      formatter: (points: Point[]) => {
        const b = summary.buckets[points[0]?.dataIndex ?? -1]
        if (!b) return ''
        // Numbers and catalogue texts only: nothing here comes from outside.
        return [words.full(b.at), ...tooltip(b).map(([colour, name, value]) => `<span style="color:${colour}">●</span> ${name}&nbsp;&nbsp;<b>${value}</b>`)].join('<br>')
      },
    },
    xAxis: { type: 'category', data: summary.buckets.map((b) => words.short(b.at)), ...axis, boundaryGap: true },
  }
}

function valueAxis(look: Look, label: (n: number) => string, whole: boolean) {
  return {
    type: 'value', minInterval: whole ? 1 : 0, splitNumber: 3, splitLine: { lineStyle: { color: look.line, type: 'dashed' } },
    axisLabel: { color: look.text, fontSize: 11, formatter: label },
  }
}

function bar(name: string, color: string, data: number[]) {
  return { type: 'bar', stack: 'runs', name, data, itemStyle: { color }, barCategoryGap: '25%', cursor: 'pointer' }
}

function line(name: string, color: string, data: (number | null)[]) {
  const few = data.filter((n) => n !== null).length < 3
  return { type: 'line', name, data, connectNulls: true, showSymbol: few, symbolSize: 5, lineStyle: { color, width: 2 }, itemStyle: { color } }
}

/** How many runs started, those that failed at the foot of each bar. */
export function rateOption(summary: RunsSummary, look: Look, words: Words): EChartsCoreOption {
  return {
    ...base(summary, look, words, (b) => [
      [look.accent, words.succeeded, words.count(b.started - b.failed)],
      [look.bad, words.failed, words.count(b.failed)],
    ]),
    yAxis: valueAxis(look, words.count, true),
    series: [
      bar(words.failed, look.bad, summary.buckets.map((b) => b.failed)),
      bar(words.succeeded, look.accent, summary.buckets.map((b) => b.started - b.failed)),
    ],
  }
}

/** How long runs took. */
export function latencyOption(summary: RunsSummary, look: Look, words: Words): EChartsCoreOption {
  const time = (ms: number | null) => (ms === null ? '–' : words.duration(ms))
  return {
    ...base(summary, look, words, (b) => [
      [look.accent, words.median, time(b.p50Ms)],
      [look.warn, words.p95, time(b.p95Ms)],
    ]),
    yAxis: valueAxis(look, words.duration, false),
    series: [line(words.median, look.accent, summary.buckets.map((b) => b.p50Ms)), line(words.p95, look.warn, summary.buckets.map((b) => b.p95Ms))],
  }
}

/** The share of runs that failed, of those that are looked at. */
export function failedShare(summary: RunsSummary): number {
  const started = summary.buckets.reduce((n, b) => n + b.started, 0)
  return started === 0 ? 0 : summary.buckets.reduce((n, b) => n + b.failed, 0) / started
}

/** The slowest stretch's 95th percentile is what the eye looks for; null without runs that ended. */
export function worstP95(summary: RunsSummary): number | null {
  const list = summary.buckets.flatMap((b) => (b.p95Ms === null ? [] : [b.p95Ms]))
  return list.length === 0 ? null : Math.max(...list)
}
