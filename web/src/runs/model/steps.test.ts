import { describe, expect, it } from 'vitest'
import { ancestorsOf, frameOf, isCompensation, linesOf, parsePath, treeOf } from './steps'
import { start, step } from './fixture'

describe('paths', () => {
  it('have parts', () => {
    expect(parsePath('each[3].inner[0].node')).toEqual([{ node: 'each', index: 3 }, { node: 'inner', index: 0 }, { node: 'node' }])
    expect(['node', 'each[3].node', 'a[1].b[2].c'].map(frameOf)).toEqual(['', 'each[3]', 'a[1].b[2]'])
    expect(ancestorsOf('a[1].b[2].c')).toEqual(['a[1].b[2]', 'a[1].b', 'a[1]', 'a'])
  })
  it('tell a compensation from a node of that name', () => {
    expect(['save.compensate', 'each[1].save.compensate', 'each[1].compensate', 'compensate'].map(isCompensation)).toEqual([true, true, false, false])
    expect(frameOf('save.compensate')).toBe('')
    expect(frameOf('each[1].save.compensate')).toBe('each[1]')
  })
})

describe('the tree of steps', () => {
  const steps = [
    step('fetch'),
    step('each', { type: 'foreach', durationMs: 100 }, 10),
    step('each[1].ship', { status: 'failed' }, 20),
    step('each[0].ship', {}, 30),
    step('each[0].note', { status: 'skipped' }, 40),
    step('all', { type: 'group@1' }, 50),
    step('all[0].save', {}, 60),
  ]
  const tree = treeOf(steps, start)
  it('shows containers shut at first', () => {
    expect(linesOf(tree, new Set()).map((l) => [l.path, l.size])).toEqual([['fetch', 0], ['each', 2], ['all', 1]])
  })
  it('opens containers to items, items to steps, a group to its steps at once', () => {
    expect(linesOf(tree, new Set(['each', 'each[0]', 'all'])).map((l) => `${l.depth} ${l.path}`)).toEqual([
      '0 fetch', '0 each', '1 each[0]', '2 each[0].ship', '2 each[0].note', '1 each[1]', '0 all', '1 all[0].save',
    ])
  })
  it('sums up items', () => {
    expect(tree.items.get('each')?.map((i) => [i.index, i.status, i.failed])).toEqual([[0, 'succeeded', 0], [1, 'failed', 1]])
    expect(tree.items.get('each')?.[0]).toMatchObject({ startedAt: start + 30, endedAt: start + 50 })
  })
  it('keeps what leads to the steps that are looked for', () => {
    expect(linesOf(tree, new Set(), (s) => s.status === 'failed').map((l) => l.path)).toEqual(['each', 'each[1]', 'each[1].ship'])
  })
  it('is quick with thousands of items', () => {
    const many = [step('each', { type: 'foreach' }), ...Array.from({ length: 20_000 }, (_, i) => step(`each[${i % 10_000}].n${Math.floor(i / 10_000)}`))]
    const begin = performance.now()
    const big = treeOf(many, start)
    expect(linesOf(big, new Set(['each']))).toHaveLength(10_001)
    expect(performance.now() - begin).toBeLessThan(1_000)
  })
})
