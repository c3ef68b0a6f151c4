import { expect, it } from 'vitest'
import { clockOf } from './moment'
import { curlOf } from './curl'
import type { Webhook } from '../../api/schema'

it('shows a schedule’s own clock', () => {
  expect(clockOf('2026-11-22T20:00:00.018700583+08:00')).toBe('2026-11-22 20:00:00')
})

it('writes curl lines for what a terminal can send', () => {
  const hook: Webhook = { flow: 'f', trigger: 't', path: '/hooks/orders/:shop', methods: ['POST'], verify: null, result: false }
  expect(curlOf(hook, 'https://x.example')).toBe(`curl -X POST 'https://x.example/hooks/orders/{shop}' \\\n  -H 'Content-Type: application/json' \\\n  -d '{"order_id": "1"}'`)
  const signed = curlOf({ ...hook, verify: { scheme: 'hmac-sha256', connection: 'c' } }, 'https://x.example')
  expect(signed).toContain('openssl dgst -sha256 -hmac "$SECRET"')
  expect(curlOf({ ...hook, verify: { scheme: 'wechatpay', connection: 'c' } }, '')).toBeUndefined()
  expect(curlOf({ ...hook, methods: ['GET'] }, 'https://x.example')).toBe(`curl 'https://x.example/hooks/orders/{shop}'`)
})
