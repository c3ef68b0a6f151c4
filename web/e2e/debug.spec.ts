import type { Page } from '@playwright/test'
import { expect, expectAccessible, settled, test } from './fixtures'
import type { Program } from './program'

/** Counts, asks, then goes through the items. */
function flow(done: string) {
  return {
    sluice: 1, id: 'sync', title: { en: 'Order sync', zh: '订单同步' }, vars: { limit: 3 },
    nodes: [
      { id: 'count', type: 'set', title: { en: 'Count', zh: '计数' }, config: { vars: { n: '{{ len(trigger.body.items) }}' } } },
      { id: 'fetch', type: 'http.request', title: { en: 'Ask', zh: '查询' }, config: { method: 'POST', url: 'http://127.0.0.1:9/orders', body: { n: '{{ vars.n }}' } } },
      {
        id: 'each', type: 'foreach', title: { en: 'Each item', zh: '遍历商品' }, config: { items: 'trigger.body.items' },
        body: { nodes: [{ id: 'sku', type: 'map', title: { en: 'SKU', zh: '规格' }, config: { fields: [{ to: 'sku', value: '{{ item }}' }] } }] },
      },
      { id: 'done', type: 'map', title: { en: 'Done', zh: '完成' }, config: { fields: [{ to: 'n', value: done }] } },
    ],
    edges: [{ from: 'count', to: 'fetch' }, { from: 'fetch', to: 'each' }, { from: 'each', to: 'done' }],
    output: { n: '{{ nodes.done.n }}' },
    layout: { count: [40, 160], fetch: [320, 160], each: [600, 60], sku: [40, 60], done: [1000, 160] },
  }
}

async function stopped(program: Program, breakpoints: object[]): Promise<string> {
  const response = await program.api('POST', '/flows/sync/runs', JSON.stringify({ input: { items: ['A', 'B', 'C'] }, breakpoints, wait: '10s' }))
  const run = (await response.json()) as { id: string; status: string }
  expect(run.status).toBe('paused')
  return run.id
}

const panel = (page: Page) => page.getByRole('complementary')
const bar = (page: Page) => page.getByRole('toolbar')

/** Puts a value into the dialog that asks for one. */
async function give(page: Page, json: string, ok: string) {
  const dialog = page.getByRole('dialog')
  await dialog.locator('.cm-content').click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(json)
  await dialog.getByRole('button', { name: ok }).click()
  await expect(dialog).toBeHidden()
}

test.beforeAll(async ({ program }) => {
  await program.api('PUT', '/flows/sync?publish=true', JSON.stringify(flow('{{ vars.n }}')))
})

test('what a node is about to do shows before it does it; a value is changed, the node skipped, the run goes on', async ({ page, program }) => {
  const id = await stopped(program, [{ node: 'fetch' }])
  await page.goto(`/flows/sync/debug/${id}`)
  await expect(bar(page)).toContainText('已停在 查询 之前')
  await expect(panel(page)).toContainText('POST http://127.0.0.1:9/orders')
  await panel(page).getByRole('tab', { name: '变量' }).click()
  await panel(page).getByRole('button', { name: '修改 n' }).click()
  await give(page, '6917223378889540123', '下一步时生效')
  await expect(bar(page)).toContainText('带 1 处修改继续')
  await panel(page).getByRole('tab', { name: '当前' }).click()
  await panel(page).getByRole('button', { name: '跳过并给出输出…' }).click()
  await give(page, '{"status": 200}', '跳过')
  await page.keyboard.press('F8')
  await expect(page.locator('header').first()).toContainText('成功')
  await page.getByRole('tab', { name: '输入与输出' }).click()
  await expect(page.getByRole('tabpanel').last()).toContainText('6917223378889540123')
  const steps = (await (await program.api('GET', `/runs/${id}/steps`)).json()) as { items: { path: string; forced: string | null; by: string | null }[] }
  expect(steps.items.find((s) => s.path === 'fetch')).toMatchObject({ forced: 'skip', by: 'administrator' })
})

test('stops are set by a click and by F9, steps go over, into and to a node, conditions hold', async ({ page, program }) => {
  const id = await stopped(program, [{ node: 'count' }])
  await page.goto(`/flows/sync/debug/${id}`)
  await expect(bar(page)).toContainText('已停在 计数 之前')
  await page.keyboard.press('F10')
  await expect(bar(page)).toContainText('查询')
  await panel(page).getByRole('button', { name: '跳过并给出输出…' }).click()
  await give(page, '{"status": 200}', '跳过')
  await expect(bar(page)).toContainText('遍历商品')
  await page.keyboard.press('F11')
  await expect(bar(page)).toContainText('规格')
  await expect(panel(page)).toContainText('each[0].sku')
  await page.keyboard.press('F9')
  await panel(page).getByRole('tab', { name: /^断点/ }).click()
  await panel(page).locator('.cm-content').last().click()
  await page.keyboard.insertText('index == 2')
  await panel(page).getByRole('tab', { name: '监视' }).click()
  await panel(page).getByRole('textbox', { name: '监视表达式' }).fill('item + "!"')
  await panel(page).getByRole('textbox', { name: '监视表达式' }).press('Enter')
  await expect(panel(page)).toContainText('"A!"')
  await page.keyboard.press('F8')
  await expect(panel(page)).toContainText('"C!"')
  await page.keyboard.press('Shift+F11')
  await expect(bar(page)).toContainText('完成')
  await page.keyboard.press('F8')
  await expect(page.locator('header').first()).toContainText('成功')
})

test('the past is gone through, and the draft is tried against it', async ({ page, program }) => {
  const id = await stopped(program, [{ node: 'fetch' }, { node: 'done' }])
  await program.api('PUT', '/flows/sync', JSON.stringify(flow('{{ vars.n * 2 }}')))
  await program.api('POST', `/runs/${id}/resume`, JSON.stringify({ mode: 'over', skip: { output: {} }, wait: '10s' }))
  await program.api('POST', `/runs/${id}/resume`, JSON.stringify({ mode: 'continue', wait: '10s' }))
  await page.goto(`/flows/sync/debug/${id}`)
  await expect(bar(page)).toContainText('完成')
  await page.keyboard.press('Alt+Comma')
  await expect(bar(page)).toContainText('正在回看')
  await page.getByRole('slider', { name: '运行的事件' }).focus()
  await page.keyboard.press('Home')
  await expect(page.getByRole('tab', { name: '步骤（2）' })).toBeVisible()
  await page.getByRole('button', { name: '回到现在' }).click()
  await page.keyboard.press('F8')
  await expect(page.locator('header').first()).toContainText('成功')
  await page.getByRole('tab', { name: '换版本重放' }).click()
  await page.getByRole('button', { name: '对比' }).click()
  await expect(page.getByText(/处不同/)).toBeVisible()
  await page.getByRole('button', { name: /输出 done/ }).click()
  await expect(page.getByRole('tabpanel').last()).toContainText('6')
})

test('a node that failed is stopped at, tried again from where it failed, and a new run begins there', async ({ page, program }) => {
  const run = (await (await program.api('POST', '/flows/sync/runs', JSON.stringify({ input: { items: [] }, wait: '10s' }))).json()) as { id: string; status: string }
  expect(run.status).toBe('failed')
  await page.goto(`/flows/sync/debug/${run.id}`)
  await bar(page).getByRole('button', { name: '重试，并停在失败步骤' }).click()
  await expect(bar(page)).toContainText('查询')
  await panel(page).getByRole('button', { name: '跳过并给出输出…' }).click()
  await give(page, '{"status": 201}', '跳过')
  await page.keyboard.press('F8')
  await expect(page.locator('header').first()).toContainText('成功')
  await page.getByRole('button', { name: /^计数/ }).click()
  await panel(page).getByRole('button', { name: '从这里开始的其他方式' }).click()
  await page.getByRole('menuitem', { name: '新建运行并停在这里调试' }).click()
  await expect(page).not.toHaveURL(new RegExp(run.id))
  await expect(bar(page)).toContainText('计数')
})

for (const [language, theme] of [['zh', 'light'], ['en', 'dark']] as const) {
  test.describe(`${language} ${theme}`, () => {
    test.use({ language, theme })
    test('the debugger is accessible', async ({ page, program }) => {
      const id = await stopped(program, [{ node: 'fetch', when: 'true' }])
      await page.goto(`/flows/sync/debug/${id}`)
      await settled(page)
      await expect(bar(page)).toBeVisible()
      for (const n of [0, 1, 2, 3]) {
        await panel(page).getByRole('tab').nth(n).click()
        await expectAccessible(page)
      }
    })
  })
}
