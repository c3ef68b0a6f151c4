import { expect, it } from 'vitest'
import { matches, pinyinInitials } from './match'

it('knows the initials of pinyin', () => {
  expect(pinyinInitials('消息通知 HTTP')).toBe('xxtz HTTP')
  expect(pinyinInitials('订单履约主流程')).toBe('ddlyzlc')
})

it('finds words in any order, and initials', () => {
  expect(matches('消息通知', 'xxtz')).toBe(true)
  expect(matches('消息通知', '通知')).toBe(true)
  expect(matches('Order fulfilment', 'ful order')).toBe(true)
  expect(matches('Order fulfilment', 'xxtz')).toBe(false)
  expect(matches('Order', '')).toBe(true)
})
