import type { Page } from '@playwright/test'
import { expect, expectAccessible, settled, test } from './fixtures'
import type { Program } from './program'

/** What the flow itself is told, against the real program. */

const flow = {
  sluice: 1, title: { zh: '订单', en: 'Orders' },
  triggers: [{ id: 'hook', type: 'webhook', config: { path: 'settings-orders' } }],
  nodes: [{ id: 'ask', type: 'map', config: { fields: [{ to: 'order', value: '{{ trigger.body.order_id }}' }] } }],
}

async function open(page: Page, program: Program, id: string, more: object = {}) {
  await program.api('PUT', `/flows/${id}?publish=true`, JSON.stringify({ ...flow, ...more, id }))
  await page.goto(`/flows/${id}`)
  await settled(page)
  await expect(page.locator('.react-flow__node[data-id="ask"]')).toBeVisible()
}

async function settings(page: Page) {
  await page.getByRole('button', { name: '更多' }).click()
  await page.getByRole('menuitem', { name: '流程设置' }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
}

/** The draft's text, digits as they were written. */
async function draft(page: Page, program: Program, id: string): Promise<string> {
  await page.keyboard.press('Control+s')
  await expect(page.locator('[data-state="saved"]')).toBeVisible()
  return (await program.api('GET', `/flows/${id}?version=draft`)).text()
}

const field = (page: Page, pointer: string) => page.locator(`[data-field="${pointer}"]`)
const code = (page: Page, pointer: string) => field(page, pointer).locator('.cm-content')

async function write(page: Page, pointer: string, text: string) {
  await code(page, pointer).click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(text)
}

test('business keys, variables, schema, output and limits are written in forms, exactly, and taken back one by one', async ({ page, program }) => {
  await open(page, program, 'told')
  await program.api('POST', '/flows/told/runs', '{"input": {"order_id": 6917384950012345678, "total": 389.70}, "wait": "10s"}')
  await page.reload()
  await settled(page)
  await settings(page)
  await page.getByRole('tab', { name: '输入与业务键' }).click()
  await page.getByRole('button', { name: '按最近一次运行生成' }).click()
  await expect(code(page, '/input')).toContainText('order_id')
  await field(page, '/keys').getByRole('button', { name: '添加' }).click()
  await page.keyboard.type('order')
  await page.keyboard.press('Enter')
  await write(page, '/keys/order', 'trigger.body.order_id')
  await expect(field(page, '/keys/order')).toContainText('6917384950012345678')
  await field(page, '/vars').getByRole('button', { name: '添加' }).click()
  await page.keyboard.type('largest')
  await page.keyboard.press('Enter')
  await write(page, '/vars/largest', '6921738245618144297')
  await page.getByRole('tab', { name: '输出' }).click()
  await write(page, '/output', '{"order": "{{ nodes.ask.order }}"}')
  await page.getByRole('tab', { name: '限制与保留' }).click()
  await write(page, '/settings/timeout', '5m')
  await field(page, '/settings/concurrency/limit').getByRole('textbox').fill('3')
  await write(page, '/settings/concurrency/key', 'string(trigger.body.order_id)')
  // Escape closes the completions where they are open, and would close the dialog where they are not.
  if (await page.locator('.cm-tooltip-autocomplete').isVisible()) await page.keyboard.press('Escape')
  const text = await draft(page, program, 'told')
  expect(text).toContain('"largest":6921738245618144297')
  expect(text).toContain('"keys":{"order":"trigger.body.order_id"}')
  expect(text).toContain('"output":{"order":"{{ nodes.ask.order }}"}')
  expect(JSON.parse(text).document.settings).toEqual({ timeout: '5m', concurrency: { key: 'string(trigger.body.order_id)', limit: 3 } })
  expect(JSON.parse(text).document.input.required).toEqual(['order_id', 'total'])
  await page.getByRole('dialog').getByRole('button', { name: /完\s?成/ }).click()
  await page.keyboard.press('Control+z')
  expect(JSON.parse(await draft(page, program, 'told')).document.settings).toEqual({ timeout: '5m', concurrency: { limit: 3 } })
  await page.keyboard.press('Control+z')
  expect(JSON.parse(await draft(page, program, 'told')).document.settings).toEqual({ timeout: '5m' })
})

test('a problem of the flow itself leads to its field', async ({ page, program }) => {
  await program.api('PUT', '/flows/astray', JSON.stringify({ ...flow, triggers: [], id: 'astray', keys: { order: 'trigger.body.(' }, settings: { timeout: 'soon' } }))
  await page.goto('/flows/astray')
  await settled(page)
  await page.getByRole('button', { name: /个问题/ }).click()
  await page.getByRole('region', { name: '问题' }).getByRole('button').filter({ hasText: '/settings/timeout' }).click()
  await expect(field(page, '/settings/timeout').getByRole('listitem')).toBeVisible()
  await expect(code(page, '/settings/timeout')).toBeFocused()
  await page.getByRole('tab', { name: '输入与业务键' }).click()
  await expect(field(page, '/keys/order').getByRole('listitem')).toBeVisible()
})

for (const language of ['zh', 'en'] as const) {
  for (const theme of ['light', 'dark'] as const) {
    test.describe(`${language} ${theme}`, () => {
      test.use({ language, theme })
      test('every page of the dialog is accessible', async ({ page, program }) => {
        const id = `pages-${language}-${theme}`
        await open(page, program, id, { triggers: [], keys: { order: 'trigger.body.id' }, vars: { limit: 3 }, settings: { timeout: '5m' } })
        await page.getByRole('button', { name: language === 'zh' ? '更多' : 'More' }).click()
        await page.getByRole('menuitem').first().click()
        for (let n = 0; n < 4; n++) {
          await page.getByRole('dialog').getByRole('tab').nth(n).click()
          await expect(page.getByRole('dialog').getByRole('tab').nth(n)).toHaveAttribute('aria-selected', 'true')
          await expectAccessible(page)
        }
      })
    })
  }
}
