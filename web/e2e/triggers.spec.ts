import { expect, expectAccessible, settled, test } from './fixtures'

/** Triggers that are neither schedules nor webhooks, against the real program. */

const node = { id: 'keep', type: 'set', config: { vars: { seen: true } } }

for (const language of ['zh', 'en'] as const) {
  test.describe(language, () => {
    test.use({ language, theme: language === 'zh' ? 'light' : 'dark' })
    test('queues tell what they read and whether they do; events, whose', async ({ page, program }) => {
      await program.api('PUT', '/connections/broker-away', '{"type": "nats", "config": {"url": "nats://127.0.0.1:1"}}')
      const triggers = [
        { id: 'in', type: 'queue', config: { connection: 'broker-away', topic: 'orders.>' } },
        { id: 'gone', type: 'event', config: { events: ['run.failed', 'connection.expiring'], flows: ['shipping'] } },
      ]
      await program.api('PUT', '/flows/listening?publish=true', JSON.stringify({ sluice: 1, id: 'listening', title: 'Listening', triggers, nodes: [node] }))
      await page.goto('/triggers?tab=queues')
      await settled(page)
      const row = page.getByRole('row', { name: /Listening/ })
      await expect(row).toContainText('orders.>')
      await expect(row).toContainText('listening-in')
      await expect(row).toContainText(language === 'zh' ? '未连接' : 'Not connected')
      await expectAccessible(page)
      await page.getByRole('tab', { name: language === 'zh' ? '事件' : 'Events' }).click()
      const event = page.getByRole('row', { name: /gone/ })
      await expect(event).toContainText(language === 'zh' ? '运行失败' : 'A run fails')
      await expect(event).toContainText('shipping')
      await expect(event).toContainText(language === 'zh' ? '所有连接' : 'all connections')
      await expectAccessible(page)
    })
  })
}
