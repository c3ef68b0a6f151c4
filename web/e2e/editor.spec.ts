import type { Page } from '@playwright/test'
import { expect, expectAccessible, settled, test } from './fixtures'
import type { Program } from './program'

/** Drawing a flow by hand, against the real program: what is drawn is what the server has. */

interface Flow {
  nodes: { id: string; type: string; disabled?: boolean; body?: Flow; config?: Record<string, unknown>; title?: string }[]
  edges?: { from: string; port?: string; to: string }[]
  layout?: Record<string, unknown>
}

const start = {
  sluice: 1,
  nodes: [
    { id: 'ask', type: 'map', title: 'Ask', config: { fields: [{ to: 'a', value: 1 }] } },
    { id: 'fine', type: 'branch', title: 'Fine', config: { when: 'nodes.ask.a == 1' } },
    { id: 'tell', type: 'set', title: 'Tell', config: { vars: { a: 1 } } },
    { id: 'loop', type: 'foreach', title: 'Loop', config: { items: '[1]' }, body: { nodes: [{ id: 'inner', type: 'map', title: 'Inner', config: { fields: [] } }], edges: [] } },
  ],
  edges: [{ from: 'ask', to: 'fine' }, { from: 'fine', port: 'true', to: 'tell' }],
  layout: { ask: [320, 80], fine: [600, 80], tell: [880, 80], loop: [320, 300], inner: [40, 60] },
}

async function open(page: Page, program: Program, id: string, flow: object = start) {
  await program.api('PUT', `/flows/${id}`, JSON.stringify({ ...flow, id }))
  await page.goto(`/flows/${id}`)
  await settled(page)
  await expect(node(page, 'ask')).toBeVisible()
}

const node = (page: Page, id: string) => page.locator(`.react-flow__node[data-id="${id}"]`)
const saved = (page: Page) => expect(page.locator('[data-state="saved"]')).toBeVisible()

/** The draft as the server has it, once all is saved. */
async function draft(page: Page, program: Program, id: string): Promise<Flow> {
  await page.keyboard.press('Control+s')
  await saved(page)
  const answer = (await (await program.api('GET', `/flows/${id}?version=draft`)).json()) as { document: Flow }
  return answer.document
}

async function center(page: Page, id: string): Promise<{ x: number; y: number }> {
  const box = await node(page, id).boundingBox()
  if (!box) throw new Error(`${id} is not on the canvas`)
  return { x: box.x + box.width / 2, y: box.y + Math.min(20, box.height / 2) }
}

async function dragNode(page: Page, from: { x: number; y: number }, to: { x: number; y: number }) {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 6 })
  await page.mouse.move(to.x, to.y, { steps: 6 })
  await page.mouse.up()
}

const port = (page: Page, id: string, name: string) => node(page, id).locator(`:scope > * > .react-flow__handle[data-handleid="${name}"]`)

async function portAt(page: Page, id: string, name: string): Promise<{ x: number; y: number }> {
  const box = await port(page, id, name).boundingBox()
  if (!box) throw new Error(`${id} has no port ${name}`)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

test('a node dragged from the list lands where it is dropped, and is undone', async ({ page, program }) => {
  await open(page, program, 'palette')
  await page.locator('[data-type="push"]').dragTo(page.locator('.react-flow__pane'), { targetPosition: { x: 800, y: 620 } })
  await expect(page.locator('.react-flow__node-node')).toHaveCount(5)
  expect((await draft(page, program, 'palette')).nodes.map((n) => n.type)).toContain('push')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+z')
  await expect(page.locator('.react-flow__node-node')).toHaveCount(4)
})

test('a wire let go on the canvas asks what comes next, by pinyin initials', async ({ page, program }) => {
  await open(page, program, 'wire')
  const from = await portAt(page, 'tell', 'out')
  await dragNode(page, from, { x: from.x + 80, y: from.y + 220 })
  await page.keyboard.type('tsxx')
  await expect(page.getByRole('option').first()).toContainText('推送消息')
  await page.keyboard.press('Enter')
  const flow = await draft(page, program, 'wire')
  expect(flow.edges).toContainEqual({ from: 'tell', to: 'push' })
})

test('two ports are connected; a circle and the border of a container are refused with a reason', async ({ page, program }) => {
  await open(page, program, 'connect')
  await dragNode(page, await portAt(page, 'fine', 'false'), await center(page, 'loop'))
  await expect.poll(async () => (await draft(page, program, 'connect')).edges).toContainEqual({ from: 'fine', port: 'false', to: 'loop' })
  await dragNode(page, await portAt(page, 'tell', 'out'), await center(page, 'ask'))
  await expect(page.locator('.ant-message')).toContainText('环路')
  await dragNode(page, await portAt(page, 'ask', 'out'), await center(page, 'inner'))
  await expect(page.locator('.ant-message').last()).toContainText('容器边界')
  expect((await draft(page, program, 'connect')).edges).toHaveLength(3)
})

test('a node goes into a wire by its plus', async ({ page, program }) => {
  await open(page, program, 'insert')
  const a = await portAt(page, 'ask', 'out')
  const b = await node(page, 'fine').boundingBox()
  await page.mouse.move((a.x + (b?.x ?? 0)) / 2 - 6, a.y)
  await page.getByRole('button', { name: '在此插入节点' }).click()
  await page.keyboard.type('sz')
  await page.keyboard.press('Enter')
  const flow = await draft(page, program, 'insert')
  const made = flow.nodes.find((n) => n.type === 'set' && n.id !== 'tell')?.id
  expect(flow.edges).toEqual(expect.arrayContaining([{ from: 'ask', to: made }, { from: made, to: 'fine' }]))
  expect(flow.edges).not.toContainEqual({ from: 'ask', to: 'fine' })
})

test('a node is dragged into a loop and out of it again', async ({ page, program }) => {
  await open(page, program, 'contain')
  const loop = await node(page, 'loop').boundingBox()
  if (!loop) throw new Error('no loop')
  await dragNode(page, await center(page, 'tell'), { x: loop.x + loop.width / 2, y: loop.y + loop.height - 24 })
  let flow = await draft(page, program, 'contain')
  expect(flow.nodes.find((n) => n.id === 'loop')?.body?.nodes.map((n) => n.id)).toEqual(['inner', 'tell'])
  expect(flow.edges).toEqual([{ from: 'ask', to: 'fine' }])
  await page.keyboard.press('Escape')
  const at = await center(page, 'tell')
  await dragNode(page, at, { x: at.x + 520, y: at.y + 60 })
  flow = await draft(page, program, 'contain')
  expect(flow.nodes.map((n) => n.id)).toContain('tell')
})

test('nodes are copied into another flow with their wires, under ids of their own', async ({ page, program, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await program.api('PUT', '/flows/target', JSON.stringify({ ...start, id: 'target' }))
  await open(page, program, 'source')
  await node(page, 'ask').click()
  await page.keyboard.press('Escape')
  await node(page, 'ask').click({ modifiers: ['Control'] })
  await node(page, 'ask').click({ modifiers: ['Control'] })
  await node(page, 'fine').click({ modifiers: ['Control'] })
  await page.keyboard.press('Control+c')
  await page.goto('/flows/target')
  await settled(page)
  await expect(node(page, 'ask')).toBeVisible()
  await page.keyboard.press('Control+v')
  const flow = await draft(page, program, 'target')
  expect(flow.nodes.map((n) => n.id)).toEqual(['ask', 'fine', 'tell', 'loop', 'ask-2', 'fine-2'])
  expect(flow.edges).toContainEqual({ from: 'ask-2', to: 'fine-2' })
  expect(flow.nodes.find((n) => n.id === 'fine-2')?.config?.['when']).toBe('nodes["ask-2"].a == 1')
})

test('one drag is one step; undo and redo lead back and forth', async ({ page, program }) => {
  await open(page, program, 'history')
  const at = await center(page, 'tell')
  await page.mouse.move(at.x, at.y)
  await page.mouse.down()
  await page.mouse.move(at.x + 100, at.y + 90, { steps: 25 })
  await page.mouse.up()
  const moved = (await draft(page, program, 'history')).layout?.['tell']
  expect(moved).not.toEqual([880, 80])
  await page.keyboard.press('Control+z')
  expect((await draft(page, program, 'history')).layout?.['tell']).toEqual([880, 80])
  await page.keyboard.press('Control+Shift+Z')
  expect((await draft(page, program, 'history')).layout?.['tell']).toEqual(moved)
  await expect(page.getByRole('button', { name: /^重做/ })).toBeDisabled()
})

test('the JSON beside the canvas and the canvas say the same, both ways; what cannot be read changes nothing', async ({ page, program }) => {
  await open(page, program, 'text')
  await page.keyboard.press('j')
  const editor = page.locator('.cm-content')
  await expect(editor).toContainText('"sluice"')
  await editor.click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(JSON.stringify({ ...start, id: 'text', nodes: [...start.nodes, { id: 'more', type: 'map', config: { fields: [], keep: [] } }] }))
  await expect(node(page, 'more')).toBeVisible()
  await page.keyboard.press('Control+End')
  await page.keyboard.insertText('nonsense')
  await expect(page.getByText('画布显示的是最近一次可读的内容')).toBeVisible()
  await expect(node(page, 'more')).toBeVisible()
  await page.locator('.react-flow__pane').click({ position: { x: 300, y: 40 } })
  await node(page, 'more').click()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Delete')
  await expect(editor).not.toContainText('nonsense')
  await expect(editor).not.toContainText('"more"')
})

test('a problem is listed and leads to its node and field', async ({ page, program }) => {
  await open(page, program, 'wrong', { ...start, nodes: start.nodes.map((n) => (n.id === 'fine' ? { ...n, config: { when: 'nodes.nobody.x' } } : n)) })
  await page.getByRole('button', { name: /个问题/ }).click()
  await page.getByRole('region', { name: '问题' }).getByRole('button').filter({ hasText: 'Fine' }).click()
  await expect(page.getByRole('complementary', { name: 'Fine 的配置' })).toBeVisible()
  await page.getByRole('button', { name: '发布', exact: true }).click()
  await expect(page.getByRole('dialog')).toContainText('个错误')
  await expect(page.getByRole('dialog').getByRole('button', { name: /发布 v1/ })).toBeDisabled()
})

test('two people on one draft: different places are joined, the same place is asked about', async ({ page, program, watch }) => {
  watch.expectStatus(412, /flows\/both$/)
  await open(page, program, 'both')
  const theirs = { ...start, id: 'both', nodes: start.nodes.map((n) => (n.id === 'tell' ? { ...n, title: 'Theirs' } : n)) }
  await program.api('PUT', '/flows/both', JSON.stringify(theirs))
  await node(page, 'ask').click()
  await page.keyboard.press('Escape')
  await page.keyboard.press('d')
  await expect(page.getByText('双方的改动已合并')).toBeVisible()
  let flow = await draft(page, program, 'both')
  expect(flow.nodes.find((n) => n.id === 'tell')?.title).toBe('Theirs')
  expect(flow.nodes.find((n) => n.id === 'ask')?.disabled).toBe(true)
  await program.api('PUT', '/flows/both', JSON.stringify({ ...theirs, nodes: [...theirs.nodes, { id: 'x', type: 'map' }], layout: { ...start.layout, ask: [1, 1] } }))
  await page.keyboard.press('ArrowRight')
  const dialog = page.getByRole('dialog', { name: '两人改了同一处' })
  await expect(dialog).toBeVisible()
  await dialog.getByRole('button', { name: '采用对方的' }).click()
  flow = await draft(page, program, 'both')
  expect(flow.nodes.map((n) => n.id)).toContain('x')
})

test('what is not saved survives a reload while the server is away', async ({ page, program, watch }) => {
  await open(page, program, 'crash')
  watch.expectStatus(503, /./)
  await page.route(/\/api\/v1\/flows\/crash$/, (route) => (route.request().method() === 'PUT' ? route.fulfill({ status: 503, body: '' }) : route.continue()))
  await node(page, 'tell').click()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Delete')
  await expect(page.getByText('修改已存在本浏览器')).toBeVisible()
  await page.unroute(/\/api\/v1\/flows\/crash$/)
  await page.reload()
  await expect(page.getByText('已恢复上次未保存的修改')).toBeVisible()
  expect((await draft(page, program, 'crash')).nodes.map((n) => n.id)).not.toContain('tell')
})

test('publish with a note, compare, roll back', async ({ page, program }) => {
  await open(page, program, 'release')
  await page.getByRole('button', { name: '发布', exact: true }).click()
  await page.getByLabel('改了什么，为什么').fill('First light')
  await page.getByRole('button', { name: '发布 v1' }).click()
  await expect(page.getByText('线上为 v1')).toBeVisible()
  await node(page, 'tell').click()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Delete')
  await saved(page)
  await page.getByRole('link', { name: '版本' }).click()
  await expect(page.getByRole('navigation', { name: '版本' })).toContainText('First light')
  await expect(node(page, 'tell').locator('[data-change="removed"]')).toBeVisible()
  await expect(page.getByRole('complementary', { name: '改动' })).toContainText('删除')
  await page.getByText('JSON', { exact: true }).click()
  await expect(page.locator('.cm-mergeView')).toContainText('"tell"')
  await page.getByRole('button', { name: /^v1/ }).click()
  await page.getByRole('button', { name: '恢复到草稿' }).click()
  await page.getByRole('dialog').getByRole('button', { name: /确\s?定/ }).click()
  await expect(node(page, 'tell')).toBeVisible()
})

test('a flow of four nodes is built, connected and arranged without a pointer', async ({ page, program }) => {
  await program.api('PUT', '/flows/keys', JSON.stringify({ sluice: 1, id: 'keys', nodes: [], edges: [] }))
  await page.goto('/flows/keys')
  await settled(page)
  await expect(node(page, '$start')).toBeVisible()
  for (const query of ['zdys', 'tjfz', 'szbl', '结束']) {
    await page.keyboard.press('/')
    await page.keyboard.type(query)
    await expect(page.getByRole('option').first()).toBeVisible()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
  }
  await page.keyboard.press('Shift+Alt+T')
  await expect.poll(async () => (await draft(page, program, 'keys')).edges).toEqual([{ from: 'map', to: 'branch' }, { from: 'branch', port: 'true', to: 'set' }, { from: 'set', to: 'end' }])
  await page.keyboard.press('Alt+ArrowLeft')
  await page.keyboard.press('Alt+ArrowLeft')
  await page.keyboard.press('c')
  await page.getByRole('dialog').getByText('否', { exact: true }).click()
  await page.getByRole('listitem').filter({ hasText: 'end' }).getByRole('button', { name: /连\s?接/ }).click()
  await expect.poll(async () => (await draft(page, program, 'keys')).edges).toContainEqual({ from: 'branch', port: 'false', to: 'end' })
})

for (const language of ['zh', 'en'] as const) {
  for (const theme of ['light', 'dark'] as const) {
    test.describe(`${language} ${theme}`, () => {
      test.use({ language, theme })
      test('is accessible: canvas, panel, JSON, problems, versions', async ({ page, program }) => {
        await open(page, program, 'axe')
        await expectAccessible(page)
        await node(page, 'fine').click()
        await expect(page.getByRole('complementary').nth(1)).toBeVisible()
        await page.keyboard.press('Escape')
        await page.keyboard.press('Shift+P')
        await expectAccessible(page)
        await page.keyboard.press('j')
        await expect(page.locator('.cm-content')).toContainText('"sluice"')
        await expectAccessible(page)
        await program.api('POST', '/flows/axe/publish', '{}')
        await page.goto('/flows/axe/versions')
        await settled(page)
        await expect(node(page, 'ask')).toBeVisible()
        await expectAccessible(page)
      })
    })
  }
}
