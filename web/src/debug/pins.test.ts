import { expect, it } from 'vitest'
import { parseJson } from '../api/json'
import { usePins } from './pins'

it('keeps pinned outputs by flow and node, to the digit', () => {
  const { pin, unpin, clear } = usePins.getState()
  pin('orders', 'fetch', parseJson('{"order_id": 6917223378889540123}'))
  pin('orders', 'save', null)
  pin('refunds', 'fetch', 1)
  expect(localStorage.getItem('sluice.pins')).toContain('6917223378889540123')
  unpin('orders', 'save')
  expect(Object.keys(usePins.getState().flows['orders'] ?? {})).toEqual(['fetch'])
  clear('orders')
  expect(usePins.getState().flows).toEqual({ orders: {}, refunds: { fetch: 1 } })
})
