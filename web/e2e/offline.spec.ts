import { expect, settled, test } from './fixtures'

test('a server that does not answer is told, and its return too', async ({ page, context, watch }) => {
  await page.goto('/connections')
  await settled(page)
  watch.expectStatus(0, /./)
  await context.setOffline(true)
  const told = page.getByText('服务没有响应，当前内容可能不是最新的')
  await expect(told).toBeVisible({ timeout: 20_000 })
  // What was there stays.
  await expect(page.getByText('还没有连接')).toBeVisible()
  await context.setOffline(false)
  await expect(told).toBeHidden()
})
