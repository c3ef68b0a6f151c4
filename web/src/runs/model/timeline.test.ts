import { describe, expect, it } from 'vitest'
import { linesOf, treeOf } from './steps'
import { start, step } from './fixture'
import { barOf, roundStep, scaleOf, timeScale } from './timeline'

const long = (type: string) => treeOf([step('a'), step('b', { type, durationMs: 60_000 }, 10), step('c', {}, 60_010)], start)

describe('the time line', () => {
  it('is even where nothing is waited for long', () => {
    const scale = timeScale([start, start + 40, start + 60, start + 100])
    expect(scale.at(start + 25)).toBeCloseTo(0.25)
    expect(scale.breaks).toEqual([])
    expect(scale.ticks.map((t) => t.ms)).toEqual([20, 40, 60, 80])
  })
  it('draws a long wait short, and time never goes back', () => {
    const hour = 3_600_000
    const scale = timeScale([start, start + 100, start + 200, start + hour, start + hour + 200])
    expect(scale.breaks).toHaveLength(1)
    expect(scale.at(start + 200)).toBeCloseTo(0.46)
    expect(scale.at(start + hour)).toBeCloseTo(0.54)
    expect(scale.at(start + hour + 200)).toBeCloseTo(1)
    let before = 0
    for (let ms = 0; ms <= hour + 200; ms += 997) {
      const at = scale.at(start + ms)
      expect(at).toBeGreaterThanOrEqual(before)
      before = at
    }
  })
  it('does not cut what was work', () => {
    expect(scaleOf(long('wait@1'), start).breaks).toHaveLength(1)
    expect(scaleOf(long('http.request@1'), start).breaks).toEqual([])
  })
  it('stands one moment, and none', () => {
    expect(timeScale([]).at(5)).toBe(1)
    expect(timeScale([start]).at(start)).toBe(0)
  })
  it('lays bars of steps and of items', () => {
    const steps = [step('each', { type: 'foreach', durationMs: 100 }), step('each[0].a', {}, 50)]
    const lines = linesOf(treeOf(steps, start + 100), new Set(['each']))
    const scale = timeScale([start, start + 50, start + 60, start + 100])
    expect(lines.map((l) => barOf(l, scale, start + 100))).toEqual([{ left: 0, width: 1 }, { left: 0.5, width: expect.closeTo(0.1) }])
  })
  it('has a bar that grows while a step goes on', () => {
    const [line] = linesOf(treeOf([step('a', { status: 'running', durationMs: 0 })], start + 80), new Set())
    if (!line) throw new Error('there is no line')
    expect(barOf(line, timeScale([start, start + 100]), start + 80).width).toBeCloseTo(0.8)
  })
  it('has round steps', () => {
    expect([3, 30, 101, 61_000, 3_700_000].map(roundStep)).toEqual([5, 50, 200, 120_000, 7_200_000])
  })
})
