import type { Page } from '@playwright/test'
import { expect, expectAccessible, settled, test } from './fixtures'
import type { Program } from './program'

// Runs are counted here: no other file's runs may be among them.
test.use({ installation: 'runs' })

const orderId = '6917223378889540123'

/** Pays or waits for the payment; then goes through the items, some of which cannot be divided. */
const fulfil = {
  sluice: 1, id: 'fulfil', title: { en: 'Order fulfilment', zh: '订单履约' }, keys: { order_id: 'trigger.body.order_id' },
  nodes: [
    { id: 'paid', type: 'branch', title: { en: 'Paid?', zh: '是否已付款' }, config: { when: 'trigger.body.paid == true' } },
    {
      id: 'each', type: 'foreach', title: { en: 'Each item', zh: '遍历商品' }, config: { items: 'trigger.body.items', onItemError: 'collect' },
      body: { nodes: [{ id: 'share', type: 'map', title: { en: 'Share', zh: '分摊' }, config: { fields: [{ to: 'share', value: '{{ 100 / item.n }}' }] } }] },
    },
    { id: 'wait', type: 'await', title: { en: 'Wait for payment', zh: '等待付款' }, config: { events: [{ port: 'paid', event: 'order.paid', key: '{{ trigger.body.order_id }}' }], timeout: '1h' } },
  ],
  edges: [{ from: 'paid', port: 'true', to: 'each' }, { from: 'paid', port: 'false', to: 'wait' }],
  output: { order_id: '{{ trigger.body.order_id }}' },
  layout: { paid: [40, 160], each: [320, 60], share: [40, 60], wait: [320, 360] },
}
const broken = {
  sluice: 1, id: 'broken', title: { en: 'Always fails', zh: '总是失败' }, keys: { order_id: 'trigger.body.order_id' },
  nodes: [{ id: 'stop', type: 'end', config: { status: 'failed', code: 'order.gone', message: 'There is no such order' } }],
}

async function start(program: Program, flow: string, input: object): Promise<string> {
  const response = await program.api('POST', `/flows/${flow}/runs`, JSON.stringify({ input }))
  return ((await response.json()) as { id: string }).id
}

function items(n: number, bad: (i: number) => boolean) {
  return Array.from({ length: n }, (_, i) => ({ sku: `SKU-${i}`, n: bad(i) ? null : 4 }))
}

const rows = (page: Page) => page.getByRole('table').getByRole('row').filter({ has: page.getByRole('cell') })

test.beforeAll(async ({ program }) => {
  for (const flow of [fulfil, broken]) await program.api('PUT', `/flows/${flow.id}?publish=true`, JSON.stringify(flow))
})

test('the list shows runs as they come and change, and is filtered by its address', async ({ page, program }) => {
  await page.goto('/runs?flow=fulfil')
  await expect(page.getByText('实时')).toBeVisible()
  const waiting = await start(program, 'fulfil', { order_id: orderId, paid: false, items: [] })
  await expect(rows(page)).toHaveCount(1)
  await expect(rows(page).first()).toContainText('等待')
  await expect(rows(page).first()).toContainText(orderId)
  await program.api('POST', '/signals', JSON.stringify({ event: 'order.paid', key: orderId }))
  await expect(rows(page).first()).toContainText('成功')

  await start(program, 'broken', { order_id: 'B-1' })
  await page.goto('/runs')
  await page.getByRole('button', { name: /^失败/ }).click()
  await expect(page).toHaveURL(/status=failed/)
  await expect(rows(page)).toHaveCount(1)
  await expect(rows(page).first()).toContainText('order.gone')
  const search = page.getByRole('textbox', { name: '运行 ID、业务键或错误' })
  await search.fill('no such order')
  await search.press('Enter')
  await expect(page).toHaveURL(/text=no\+such\+order/)
  await expect(rows(page)).toHaveCount(1)
  await page.getByRole('button', { name: /^全部/ }).click()
  await search.fill(`order_id:${orderId}`)
  await search.press('Enter')
  // Nineteen digits are what they were, in the address too.
  await expect(page).toHaveURL(new RegExp(`key=order_id%3A${orderId}`))
  await expect(rows(page)).toHaveCount(1)
  await page.reload()
  await expect(rows(page).getByRole('link', { name: waiting.slice(-8) })).toBeVisible()
})

test('many rows are quick, and new ones wait above while one reads', async ({ page, program }) => {
  for (let i = 0; i < 12; i++) await Promise.all(Array.from({ length: 25 }, (_, j) => start(program, 'broken', { order_id: `M-${i}-${j}` })))
  await page.goto('/runs?flow=broken')
  await expect(rows(page).first()).toContainText('M-')
  expect(await rows(page).count()).toBeLessThan(60)
  await page.locator('[role=rowgroup][tabindex]').evaluate((el) => el.scrollTo(0, 4_000))
  const shown = await rows(page).nth(12).innerText()
  await start(program, 'broken', { order_id: 'NEW-1' })
  await expect(page.getByRole('button', { name: '1 条新运行' })).toBeVisible()
  expect(await rows(page).nth(12).innerText()).toBe(shown)
  await page.getByRole('button', { name: '1 条新运行' }).click()
  await expect(rows(page).first()).toContainText('NEW-1')
  await page.locator('[role=rowgroup][tabindex]').evaluate((el) => el.scrollTo(0, 1e6))
  await expect(rows(page).last()).toBeVisible()
})

test('runs are chosen and cancelled together', async ({ page, program }) => {
  for (const n of ['1', '2', '3']) await start(program, 'fulfil', { order_id: `C-${n}`, paid: false, items: [] })
  await page.goto('/runs?flow=fulfil&status=waiting')
  await expect(rows(page)).toHaveCount(3)
  await rows(page).nth(0).getByRole('checkbox').click()
  await rows(page).nth(2).getByRole('checkbox').click({ modifiers: ['Shift'] })
  await expect(page.getByText('已选 3 条运行')).toBeVisible()
  await page.getByRole('button', { name: '取消（3）' }).click()
  await page.getByRole('button', { name: '取消运行' }).click()
  await expect(page.getByText('没有符合条件的运行')).toBeVisible()
  await page.goto('/runs?flow=fulfil&status=cancelled')
  await expect(rows(page)).toHaveCount(3)
})

test('all failed runs of a flow are tried again', async ({ page, program }) => {
  const flow = { sluice: 1, id: 'down', nodes: [{ id: 'ask', type: 'http.request', config: { url: 'http://127.0.0.1:9/' } }] }
  await program.api('PUT', '/flows/down?publish=true', JSON.stringify(flow))
  for (const n of ['1', '2']) await start(program, 'down', { n })
  await page.goto('/runs?flow=down&status=failed')
  await expect(rows(page)).toHaveCount(2)
  await page.getByRole('button', { name: '全部重试…' }).click()
  await page.getByRole('button', { name: '统计' }).click()
  await expect(page.getByText('共有 2 条失败的运行可以重试。')).toBeVisible()
  await page.getByRole('button', { name: '重试 2 条' }).click()
  await expect(page.getByText('已处理 2 / 2，已重试 2')).toBeVisible()
  await page.getByRole('button', { name: '关闭（后台继续）' }).click()
  await rows(page).first().getByRole('link').first().click()
  await expect(page.locator('header').first()).toContainText('已重试 1 次')
})

test('a run shows the way it went, its items by the thousand and their data', async ({ page, program }) => {
  const id = await start(program, 'fulfil', { order_id: orderId, paid: true, items: items(3_000, (i) => i === 97 || i === 2_500) })
  await page.goto(`/runs/${id}`)
  await settled(page)
  await expect(page.getByRole('heading', { name: '订单履约' })).toBeVisible()
  await expect(page.getByRole('tab', { name: '步骤（3003）' })).toBeVisible()
  await page.getByRole('button', { name: '展开 遍历商品' }).click()
  await expect(page.getByRole('button', { name: /^第 1 项/ })).toBeVisible()
  expect(await rows(page).count()).toBeLessThan(60)
  await page.getByRole('checkbox', { name: '只看失败' }).check()
  await expect(page.getByRole('button', { name: /^第 98 项/ })).toBeVisible()
  await page.getByRole('button', { name: /^分摊/ }).first().click()
  await expect(page).toHaveURL(/step=each%5B97%5D.share/)
  const panel = page.getByRole('complementary')
  await expect(panel).toContainText('each[97].share')
  await panel.getByRole('button', { name: '下一个失败项' }).click()
  await expect(panel).toContainText('each[2500].share')
  await panel.getByRole('tab', { name: '输入' }).click()
  await expect(panel).toContainText('SKU-2500')
  await page.getByRole('tab', { name: '输入与输出' }).click()
  await expect(page.getByRole('tabpanel').last()).toContainText(orderId)
  await page.getByRole('tab', { name: '事件日志' }).click()
  await expect(page.getByRole('tabpanel').last()).toContainText('RunStarted')
  await page.getByRole('button', { name: '更多操作' }).click()
  const file = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: '保存为流程测试' }).click()
  expect((await file).suggestedFilename()).toMatch(/^fulfil-.*\.json$/)
})

test('a run that waits says what for, and all of an order is on one page', async ({ page, program }) => {
  const id = await start(program, 'fulfil', { order_id: 'K-1', paid: false, items: [] })
  await start(program, 'broken', { order_id: 'K-1' })
  await page.goto(`/runs/${id}`)
  await expect(page.getByText('事件 order.paid，键为 K-1')).toBeVisible()
  await program.api('POST', '/signals', JSON.stringify({ event: 'order.paid', key: 'K-1', data: {} }))
  await expect(page.getByRole('banner').or(page.locator('header')).first()).toContainText('成功')
  await page.locator('header').getByRole('link', { name: /K-1/ }).click()
  await expect(page).toHaveURL(/\/keys\/order_id\/K-1/)
  await expect(page.getByRole('main').getByRole('listitem')).toHaveCount(2)
  await expect(page.getByRole('main')).toContainText('There is no such order')
})

for (const [language, theme] of [['zh', 'dark'], ['en', 'light']] as const) {
  test.describe(`${language} ${theme}`, () => {
    test.use({ language, theme })
    test('the pages of runs are accessible, wide and on a phone', async ({ page, program }) => {
      const done = await start(program, 'fulfil', { order_id: orderId, paid: true, items: items(4, (i) => i === 2) })
      const failed = await start(program, 'broken', { order_id: 'A-1' })
      for (const size of [{ width: 1600, height: 940 }, { width: 390, height: 844 }]) {
        await page.setViewportSize(size)
        for (const path of ['/runs', `/runs/${done}?step=each%5B2%5D.share`, `/runs/${failed}?tab=data`, `/keys/order_id/${orderId}`]) {
          await page.goto(path)
          await settled(page)
          await expectAccessible(page)
        }
      }
    })
  })
}
