import type { Page } from '@playwright/test'
import { expect, expectAccessible, settled, test } from './fixtures'
import type { Program } from './program'

/** Telling nodes what to do, against the real program: forms, expressions with the data of a run, rules. */

const flow = {
  sluice: 1, id: 'orders', timezone: 'Asia/Shanghai', title: { en: 'Orders', zh: '订单' },
  nodes: [
    { id: 'get-detail', type: 'map', title: { zh: '订单详情', en: 'Detail' }, config: { fields: [{ to: 'order', value: '{{ trigger.body }}' }] } },
    { id: 'paid', type: 'branch', title: { zh: '已付款？', en: 'Paid?' }, config: { when: 'true' } },
    { id: 'ask', type: 'http.request', title: { zh: '查询', en: 'Ask' }, config: { url: 'http://127.0.0.1:9/' }, onError: 'continue' },
    {
      id: 'ship', type: 'rules', title: { zh: '发货', en: 'Ship' },
      config: { table: { inputs: [{ name: '重量', expr: 'trigger.body.weight' }], outputs: ['carrier'], rows: [{ id: 'light', in: ['< 5'], out: ['顺丰'] }, { id: 'heavy', in: ['> 20'], out: ['德邦'] }] } },
    },
  ],
  edges: [{ from: 'get-detail', to: 'paid' }, { from: 'paid', port: 'true', to: 'ask' }, { from: 'paid', port: 'true', to: 'ship' }],
  layout: { 'get-detail': [40, 160], paid: [320, 160], ask: [600, 60], ship: [600, 260] },
}
const order = '{"order_id": 6917384950012345678, "total": 389.70, "weight": 21.5, "items": [{"sku": "MUG-350", "price": 12.50}]}'

test.beforeAll(async ({ program }) => {
  await program.api('PUT', '/flows/orders?publish=true', JSON.stringify(flow))
  await program.api('POST', '/flows/orders/runs', `{"input": ${order}, "wait": "10s"}`)
})

async function open(page: Page, node: string) {
  await page.goto(`/flows/orders?node=${node}`)
  await settled(page)
  await expect(panel(page)).toBeVisible()
}

const panel = (page: Page) => page.getByRole('complementary').last()
const code = (page: Page, field: string) => page.getByRole('textbox', { name: field, exact: true })

/** Puts the cursor into a field and types over what is there. */
async function write(page: Page, field: string, text: string) {
  await code(page, field).click()
  await page.keyboard.press('Control+a')
  await page.keyboard.type(text, { delay: 20 })
}

async function config(page: Page, program: Program, node: string): Promise<Record<string, unknown>> {
  await page.keyboard.press('Control+s')
  await expect(page.locator('[data-state="saved"]')).toBeVisible()
  const answer = (await (await program.api('GET', '/flows/orders?version=draft')).json()) as { document: typeof flow }
  return answer.document.nodes.find((n) => n.id === node)?.config ?? {}
}

test('an expression completes from the data of a run and shows its value exactly', async ({ page, program }) => {
  await open(page, 'paid')
  await write(page, '条件', 'nodes.')
  await page.getByRole('option', { name: /get-detail/ }).click()
  await page.keyboard.type('.order.', { delay: 20 })
  await expect(page.getByRole('option', { name: /order_id.*6917384950012345678/ })).toBeVisible()
  await page.getByRole('option', { name: /order_id/ }).click()
  await expect(code(page, '条件')).toHaveText('nodes["get-detail"].order.order_id')
  await expect(panel(page)).toContainText('6917384950012345678')
  await write(page, '条件', 'trigger.body.total')
  await page.keyboard.press('Escape')
  await expect(panel(page)).toContainText('389.7')
  await write(page, '条件', 'round(trigger.body.total, ')
  await expect(page.locator('.cm-tooltip', { hasText: '四舍五入' })).toBeVisible()
  await write(page, '条件', 'trigger.body.total > 100')
  await page.keyboard.press('Escape')
  await expect(panel(page)).toContainText('true')
  expect(await config(page, program, 'paid')).toEqual({ when: 'trigger.body.total > 100' })
})

test('a mistake is marked where it is, as it is typed', async ({ page, program }) => {
  await open(page, 'paid')
  await write(page, '条件', 'true && triger.body')
  await page.keyboard.press('Escape')
  await expect(page.locator('.cm-lintRange-error')).toHaveText('triger')
  await expect(panel(page)).toContainText('triger')
  await write(page, '条件', 'true')
  await page.keyboard.press('Escape')
  await expect(page.locator('.cm-lintRange-error')).toHaveCount(0)
  expect(await config(page, program, 'paid')).toEqual({ when: 'true' })
})

test('composing Chinese neither accepts a completion nor ends anything', async ({ page, program }) => {
  await open(page, 'paid')
  await write(page, '条件', '"')
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Input.imeSetComposition', { text: 'fa huo', selectionStart: 6, selectionEnd: 6 })
  await devtools.send('Input.insertText', { text: '发货' })
  await page.keyboard.press('End')
  await page.keyboard.type(' == "发货"', { delay: 20 })
  await page.keyboard.press('Escape')
  await expect(code(page, '条件')).toHaveText('"发货" == "发货"')
  expect(await config(page, program, 'paid')).toEqual({ when: '"发货" == "发货"' })
})

test('a field is fixed or an expression, and a value is dragged into it', async ({ page, program }) => {
  await open(page, 'ask')
  await panel(page).getByRole('button', { name: /并排显示/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: /^输入/ }).click()
  await dialog.getByRole('button', { name: /^触发数据/ }).click()
  await dialog.getByRole('treeitem', { name: /order_id/ }).first().dragTo(dialog.locator('[data-field="/config/body"] .cm-content'))
  await expect(dialog.locator('[data-field="/config/body"]')).toContainText('6917384950012345678')
  const field = dialog.locator('[data-field="/config/maxBytes"]')
  await field.getByRole('textbox').fill('1000')
  await field.getByText('fx').click()
  await expect(field.locator('.cm-content')).toHaveText('1000')
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  expect(await config(page, program, 'ask')).toMatchObject({ body: '{{ trigger.body.order_id }}', maxBytes: '{{ 1000 }}' })
})

test('a decision table shows what held, what it leaves open, and answers trials', async ({ page, program }) => {
  await open(page, 'ship')
  await panel(page).getByRole('button', { name: /并排显示/ }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('所选运行命中的行：heavy')
  await expect(dialog).toContainText('没有规则覆盖：重量: [5..20]')
  await dialog.getByRole('button', { name: '为它添加一行' }).click()
  await dialog.getByRole('textbox', { name: 'carrier，第 3 行', exact: true }).fill('中通')
  await expect(dialog).toContainText('没有遗漏，每一行都有机会胜出。')
  await dialog.getByRole('button', { name: '添加试算' }).click()
  await dialog.getByRole('textbox', { name: '重量', exact: true }).fill('5')
  await expect(dialog).toContainText('{carrier: "中通"}')
  await dialog.getByRole('textbox', { name: '重量', exact: true }).fill('4.99')
  await expect(dialog).toContainText('{carrier: "顺丰"}')
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  const saved = await config(page, program, 'ship')
  expect(saved['table']).toMatchObject({ rows: [{ id: 'light' }, { id: 'heavy' }, { in: ['[5..20]'], out: ['中通'] }] })
})

test('what a field shows is in the draft when its panel closes', async ({ page, program }) => {
  const nodes = [{ id: 'build', type: 'map', title: { zh: '组装', en: 'Build' }, config: { fields: [{ to: 'a', value: 1 }, { to: 'b', value: 'text' }] } }]
  await program.api('PUT', '/flows/kept', JSON.stringify({ ...flow, id: 'kept', nodes, edges: [], layout: { build: [320, 160] } }))
  const field = (i: number) => panel(page).locator(`[data-field="/config/fields/${i}/value"]`)
  const type = async (i: number, text: string) => {
    await field(i).locator('.cm-content').click()
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText(text)
  }
  await page.goto('/flows/kept?node=build')
  await settled(page)
  await type(0, '{{ trigger.body.total }}')
  await type(1, '{{ trigger.')
  await page.keyboard.insertText('body }}')
  await page.keyboard.press('End')
  await page.keyboard.insertText('!')
  await panel(page).getByRole('button', { name: '关闭' }).click()
  await page.keyboard.press('Control+s')
  await expect(page.locator('[data-state="saved"]')).toBeVisible()
  const kept = async () => ((await (await program.api('GET', '/flows/kept?version=draft')).json()) as { document: { nodes: { config: unknown }[] } }).document.nodes[0]?.config
  expect(await kept()).toEqual({ fields: [{ to: 'a', value: '{{ trigger.body.total }}' }, { to: 'b', value: '{{ trigger.body }}!' }] })

  await page.goto('/flows/kept?node=build')
  await settled(page)
  await field(0).getByText('JSON', { exact: true }).click()
  await type(0, '{"half": ')
  await panel(page).getByRole('button', { name: '关闭' }).click()
  await expect(page.getByText(/中最后输入的内容无效，没有保存/)).toBeVisible()
})

test('data of a run, JSON and help are beside the form', async ({ page }) => {
  await open(page, 'paid')
  await panel(page).getByRole('tab', { name: '输入' }).click()
  await expect(panel(page).getByRole('tree').first()).toContainText('order')
  await panel(page).getByRole('tab', { name: '输出' }).click()
  await expect(panel(page)).toContainText('走 true')
  await expectAccessible(page)
  await panel(page).getByRole('tab', { name: '说明' }).click()
  await expect(panel(page).getByRole('table').first()).toBeVisible()
  await panel(page).getByRole('tab', { name: 'JSON' }).click()
  await expect(code(page, '节点的 JSON')).toContainText('"id": "paid"')
  await expectAccessible(page)
})

test('a problem leads to its field, also in a sheet and from behind another tab', async ({ page, program }) => {
  const table = { inputs: [{ expr: 'trigger.body.weight' }], outputs: ['carrier'], rows: [{ in: ['< 5'], out: ['顺丰'] }, { in: ['abc'], out: ['德邦'] }] }
  const nodes = flow.nodes.map((n) => (n.id === 'paid' ? { ...n, config: { when: 'nodes.nobody' } } : n.id === 'ship' ? { ...n, config: { table } } : n))
  await program.api('PUT', '/flows/broken', JSON.stringify({ ...flow, id: 'broken', nodes }))
  await page.goto('/flows/broken?node=paid')
  await settled(page)
  await panel(page).getByRole('tab', { name: '说明' }).click()
  await expect(panel(page).getByRole('table').first()).toBeVisible()
  await page.getByRole('button', { name: /个问题$/ }).first().click()
  await page.getByRole('button', { name: /nobody/ }).click()
  await expect(panel(page).locator('[data-field="/config/when"] .cm-content')).toBeFocused()
  await page.getByRole('button', { name: /abc/ }).click()
  await expect(panel(page).getByRole('textbox', { name: 'trigger.body.weight，第 2 行', exact: true })).toBeFocused()
})

test('a connection is made where it is picked', async ({ page, program }) => {
  await program.api('PUT', '/flows/new', JSON.stringify({ ...flow, id: 'new', nodes: [{ id: 'q', type: 'db.query', title: { zh: '读库', en: 'Query' }, config: { connection: '', sql: 'SELECT 1 AS one WHERE 1 = :one' } }], edges: [], layout: { q: [320, 160] } }))
  await page.goto('/flows/new?node=q')
  await settled(page)
  await panel(page).getByRole('combobox', { name: /连接/ }).click()
  await page.getByRole('button', { name: /新建.*SQLite/i }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel(/标识|ID/).first().fill('local')
  await form.getByLabel(/文件|路径/).first().fill('local.db')
  await form.getByRole('button', { name: /^保\s*存$/ }).click()
  await expect(form).toBeHidden()
  await expect(panel(page)).toContainText('local')
  await panel(page).getByRole('button', { name: ':one' }).click()
  await expect(panel(page).getByRole('textbox', { name: '名称' })).toHaveValue('one')
})
