import { expect, it } from 'vitest'
import { formatOf } from './format'

it('writes durations as people say them', () => {
  const { duration } = formatOf('en')
  expect([0, 86, 1_234, 12_345, 59_999, 200_000, 7_500_000].map(duration)).toEqual(['0 ms', '86 ms', '1.23 s', '12.3 s', '60 s', '3 min 20 s', '2 h 5 min'])
  expect(formatOf('zh').duration(200_000)).toBe('3 分 20 秒')
})

it('writes moments relative to now', () => {
  const now = Date.parse('2026-11-22T10:00:00Z')
  expect(formatOf('en').ago('2026-11-22T09:58:00Z', now)).toBe('2 minutes ago')
  expect(formatOf('zh').ago('2026-11-22T13:00:00Z', now)).toBe('3小时后')
})
