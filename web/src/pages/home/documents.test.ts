import { expect, it } from 'vitest'
import { JsonNumber } from '../../api/json'
import { idOf, idShape, lineOf, readDocument } from './documents'

it('makes ids of names', () => {
  expect(idOf('Order paid – 2nd try!')).toBe('order-paid-2nd-try')
  expect(idOf('2026 订单 sync')).toBe('sync')
  expect(idOf('订单')).toBe('')
  expect(idShape.test('a-1')).toBe(true)
  expect(idShape.test('1a')).toBe(false)
})

it('reads documents exactly and says what is wrong with others', () => {
  const { id, document } = readDocument('{"id": "a", "vars": {"seller": 6917223378889540123}}', 'no id')
  expect(id).toBe('a')
  expect(document['vars']).toEqual({ seller: new JsonNumber('6917223378889540123') })
  expect(() => readDocument('[]', 'no id')).toThrow('no id')
})

it('finds the line of a mistake', () => {
  const text = '{\n "a": tru\n}'
  try {
    readDocument(text, '')
    expect.unreachable()
  } catch (e) {
    expect(lineOf(text, e)).toBe(2)
  }
})
