import { expect, it } from 'vitest'
import { JsonNumber, parseJson } from '../../api/json'
import type { JsonObject } from '../../api/json'
import { cellText, columnsOf, readCell, withCell, withKey } from './cells'

it('reads what it writes', () => {
  for (const text of ['007', '"12"', '"true"', '""', '"\\"quoted\\""', '12.50', '6917223378889540123', '{"a":[1]}', 'null', '已签收', 'a b']) {
    expect(cellText(readCell(text))).toBe(text)
  }
  expect(readCell('  ')).toBeUndefined()
  expect(readCell('6917223378889540123')).toEqual(new JsonNumber('6917223378889540123'))
})

it('finds columns only where all rows have some', () => {
  expect(columnsOf(parseJson('{"1": {"a": 1}, "2": {"b": 2, "a": 3}}') as JsonObject)).toEqual(['a', 'b'])
  expect(columnsOf({ x: '2h' })).toBeUndefined()
  expect(columnsOf({})).toBeUndefined()
})

it('changes cells and keys in their place', () => {
  const table = { a: { n: 1 }, b: { n: 2 } }
  expect(withCell(table, 'a', 'n', undefined)).toEqual({ a: {}, b: { n: 2 } })
  expect(withCell({ x: '2h' }, 'x', undefined, '3h')).toEqual({ x: '3h' })
  expect(Object.keys(withKey(table, 'a', 'c'))).toEqual(['c', 'b'])
})
