import { expect, it } from 'vitest'
import { eachRun } from './bulk'

it('does all, a few at a time, and counts why some were refused', async () => {
  let under = 0
  let most = 0
  const progress: number[] = []
  const result = await eachRun(
    Array.from({ length: 10 }, (_, i) => String(i)),
    async (id) => {
      most = Math.max(most, ++under)
      await Promise.resolve()
      under--
      if (Number(id) < 3) throw new Error('it has ended')
      if (id === '9') throw new Error('gone')
    },
    (n) => progress.push(n),
  )
  expect(result).toEqual({ done: 6, refused: [{ reason: 'it has ended', count: 3 }, { reason: 'gone', count: 1 }] })
  expect(most).toBe(4)
  expect(progress).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})
