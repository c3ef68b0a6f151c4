import type { Language } from '../i18n/setup'
import { useSettings } from './settings'

/** How times and figures are written in a language; times in the browser's zone. */
export interface Format {
  /** 1,234 */
  count: (n: number) => string
  /** 12.5 % */
  percent: (share: number) => string
  /** 2026-11-22 09:31:08 */
  time: (at: string | number | Date) => string
  /** 2 minutes ago; in 3 hours */
  ago: (at: string | number | Date, now?: number) => string
  /** 86 ms, 1.2 s, 3 min 20 s, 2 h 5 min */
  duration: (ms: number) => string
  /** The zone that times are in, such as GMT+8. */
  zone: string
}

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
]

export function formatOf(language: Language): Format {
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB'
  const count = new Intl.NumberFormat(locale)
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })
  // Swedish writes dates as ISO 8601 does, which both languages read without doubt.
  const time = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const decimal = (n: number, digits: number) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(n)
  const [h, min] = language === 'zh' ? ['小时', '分'] : ['h', 'min']
  const second = language === 'zh' ? '秒' : 's'
  const millisecond = language === 'zh' ? '毫秒' : 'ms'
  return {
    count: (n) => count.format(n),
    percent: (share) => percent.format(share),
    time: (at) => time.format(new Date(at)),
    ago: (at, now = Date.now()) => {
      const ms = new Date(at).getTime() - now
      const [unit, size] = units.find(([, s]) => Math.abs(ms) >= s) ?? ['second', 1_000]
      return relative.format(Math.round(ms / size), unit)
    },
    duration: (ms) => {
      if (ms < 1_000) return `${decimal(ms, 0)} ${millisecond}`
      if (ms < 60_000) return `${decimal(ms / 1_000, ms < 10_000 ? 2 : 1)} ${second}`
      const s = Math.round(ms / 1_000)
      if (s < 3_600) return `${Math.floor(s / 60)} ${min} ${s % 60} ${second}`
      const m = Math.round(s / 60)
      return `${count.format(Math.floor(m / 60))} ${h} ${m % 60} ${min}`
    },
    zone: new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' }).formatToParts().find((p) => p.type === 'timeZoneName')?.value ?? '',
  }
}

const formats = { en: formatOf('en'), zh: formatOf('zh') }

export function useFormat(): Format {
  return formats[useSettings((s) => s.language)]
}
