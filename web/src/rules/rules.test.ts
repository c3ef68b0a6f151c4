import { describe, expect, it } from 'vitest'
import type { Json } from '../api/json'
import { exactNumber } from '../api/json'
import type { Hit } from './analysis'
import { analyse } from './analysis'
import { parseCell, splitTop } from './cell'
import { compare, decimalOf } from './decimal'

const names = (region: { cell?: string; other?: string }[][]) => region.map((c) => c.map((n) => n.cell ?? `*${n.other}`).join(', ')).join(' | ')

function table(cells: Json[][], hit: Hit = 'first', priorities: number[] = []) {
  const found = analyse(cells.map((row, i) => ({ cells: row.map(parseCell), priority: priorities[i] ?? 0 })), cells[0]?.length ?? 0, hit)
  return { ...found, gaps: found.gaps.map(names), overlaps: found.overlaps.map((o) => `${o.rows.join('+')}: ${names(o.where)}`) }
}

const cmp = (a: string, b: string) => compare(decimalOf(a) ?? { digits: 0n, scale: 0 }, decimalOf(b) ?? { digits: 0n, scale: 0 })

describe('decimals', () => {
  it('compare exactly at any length', () => {
    expect(cmp('6917384950012345678', '6917384950012345679')).toBe(-1)
    expect(cmp('1.10', '1.1')).toBe(0)
    expect(cmp('-0.3', '-0.25')).toBe(-1)
    expect(cmp('1e3', '999.99')).toBe(1)
    expect(decimalOf('1.2.3')).toBeUndefined()
  })
})

describe('cells', () => {
  it('are read as the engine reads them', () => {
    expect(parseCell('')).toEqual({ kind: 'any' })
    expect(parseCell(null)).toEqual({ kind: 'any' })
    expect(parseCell('"a", \'b\', `c`')).toMatchObject({ literals: [{ value: 'a' }, { value: 'b' }, { value: 'c' }] })
    expect(parseCell('[1..10)')).toMatchObject({ kind: 'range', range: { lowIn: true, highIn: false } })
    expect(parseCell('>= -2.50')).toMatchObject({ range: { low: { text: '-2.50' }, lowIn: true } })
    expect(parseCell('!= nil')).toEqual({ kind: 'not', of: { kind: 'literals', literals: [{ kind: 'null' }] } })
    expect(parseCell('not("a, b", ")")')).toMatchObject({ of: { literals: [{ value: 'a, b' }, { value: ')' }] } })
    expect(parseCell(exactNumber('12.50'))).toMatchObject({ literals: [{ kind: 'number', value: { text: '12.50' } }] })
    expect(parseCell(true)).toMatchObject({ literals: [{ kind: 'boolean', value: true }] })
  })
  it('that compute something are not guessed at', () => {
    for (const text of ['it % 2 == 0', '> vars.limit', 'abc', '[1..vars.x)', '> "a"', 'not(it > 1)', '"a" + "b"', 'it in [1, 2]', 'not("a") || it == 1']) {
      expect(parseCell(text), text).toEqual({ kind: 'unknown' })
    }
    expect(splitTop('f(a, b), "c,d", [e, f]', ',')).toEqual(['f(a, b)', ' "c,d"', ' [e, f]'])
  })
})

describe('gaps', () => {
  it('between intervals are found to the bound', () => {
    expect(table([['< 100'], ['(100..500]'], ['> 500.00']]).gaps).toEqual(['100'])
    expect(table([['<= 100'], ['(100..500]'], ['> 500']]).gaps).toEqual([])
    expect(table([['[0..10)'], ['[20..30]']]).gaps).toEqual(['< 0, [10..20), > 30'])
    expect(table([['6917384950012345678'], ['!= 6917384950012345678']]).gaps).toEqual([])
  })
  it('name the texts that are left over', () => {
    expect(table([['"PAID"'], ['"SHIPPED"']]).gaps).toEqual(['*text'])
    expect(table([['"PAID"'], ['not("PAID")']]).gaps).toEqual([])
    expect(table([[true]]).gaps).toEqual(['false'])
    expect(table([[''], ['"x"']]).gaps).toEqual([])
  })
  it('combine columns', () => {
    expect(table([['"gold"', '>= 100'], ['"gold"', '< 50'], ['not("gold")', '']]).gaps).toEqual(['"gold" | [50..100)'])
    expect(table([['"西藏", "新疆"', ''], ['', '> 20'], ['', '']]).gaps).toEqual([])
  })
  it('are not claimed where a cell computes', () => {
    const found = table([['it > vars.limit'], ['< 10']])
    expect(found.unknown).toEqual([0])
    expect(found.gaps).toEqual([])
  })
})

describe('rows', () => {
  it('that overlap break unique', () => {
    expect(table([['[0..10]'], ['[10..20]']], 'unique').overlaps).toEqual(['0+1: 10'])
    expect(table([['[0..10)'], ['[10..20]']], 'unique').overlaps).toEqual([])
    expect(table([['"a"', ''], ['', '> 5']], 'unique').overlaps).toEqual(['0+1: "a" | > 5'])
    expect(table([['[0..10]'], ['[10..20]']], 'first').overlaps).toEqual([])
  })
  it('that never win are told', () => {
    expect(table([['> 0'], ['> 10'], ['']]).shadowed).toEqual([1])
    expect(table([[''], ['"a"']]).shadowed).toEqual([1])
    expect(table([['> 0'], ['> 10']], 'priority', [1, 2]).shadowed).toEqual([])
    expect(table([['> 0'], ['> 10']], 'priority', [2, 1]).shadowed).toEqual([1])
    expect(table([['> 0'], ['> 10']], 'collect').shadowed).toEqual([])
    expect(table([[true], [false], ['']]).shadowed).toEqual([])
  })
  it('behind a computed cell may win', () => {
    expect(table([['it > vars.x'], ['> 10']]).shadowed).toEqual([])
  })
  it('that hold nowhere are told', () => {
    expect(table([['[10..1]'], ['']]).empty).toEqual([0])
  })
})

describe('the search', () => {
  it('is bounded', () => {
    const wide = Array.from({ length: 40 }, (_row, i) => Array.from({ length: 12 }, (_cell, c) => `[${i * (c + 1)}..${i * (c + 2) + 3})`))
    const from = performance.now()
    expect(table(wide).gaps.length).toBeLessThanOrEqual(12)
    expect(performance.now() - from).toBeLessThan(3000)
  })
})
