import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { expect, settled, test } from './fixtures'
import type { Program } from './program'

/** Arranging, grouping, rewiring and carrying flows in and out by hand, against the real program. */

interface Flow {
  nodes: { id: string; type: string; body?: Flow }[]
  edges?: { from: string; port?: string; to: string }[]
  layout?: Record<string, number[]> & { $notes?: { id: string; at: number[] }[] }
}

const map = (id: string) => ({ id, type: 'map', title: id, config: { fields: [{ to: 'a', value: 1 }] } })
const start = {
  sluice: 1,
  vars: { large: 1 },
  nodes: [map('a'), map('b'), map('c'), map('d')],
  edges: [{ from: 'a', to: 'b' }, { from: 'b', to: 'c' }],
  layout: { a: [300, 80], b: [600, 100], c: [900, 90], d: [620, 330], $notes: [{ id: 'note', text: 'Look', at: [300, 330, 200, 120] }] },
}

async function open(page: Page, program: Program, id: string) {
  await program.api('PUT', `/flows/${id}`, JSON.stringify({ ...start, id }).replace('"large":1', '"large":6917384950012345678'))
  await page.goto(`/flows/${id}`)
  await settled(page)
  await expect(node(page, 'a')).toBeVisible()
}

const node = (page: Page, id: string) => page.locator(`.react-flow__node[data-id="${id}"]`)

async function text(page: Page, program: Program, id: string): Promise<string> {
  await page.keyboard.press('Control+s')
  await expect(page.locator('[data-state="saved"]')).toBeVisible()
  return (await program.api('GET', `/flows/${id}?version=draft`)).text()
}

const draft = async (page: Page, program: Program, id: string) => (JSON.parse(await text(page, program, id)) as { document: Flow }).document

async function choose(page: Page, ids: string[]) {
  for (const id of ids) await node(page, id).click({ modifiers: ['Control'], position: { x: 60, y: 14 } })
}

async function box(page: Page, id: string) {
  const found = await node(page, id).boundingBox()
  if (!found) throw new Error(`${id} is not on the canvas`)
  return found
}

async function drag(page: Page, from: { x: number; y: number }, to: { x: number; y: number }) {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 8 })
  await page.mouse.move(to.x, to.y, { steps: 8 })
  await page.mouse.up()
}

async function middle(page: Page, id: string, aside = 0) {
  const { x, y, width } = await box(page, id)
  return { x: x + width / 2 + aside, y: y + 14 }
}

test('several nodes are lined up and spread, each as one step', async ({ page, program }) => {
  await open(page, program, 'lined')
  await choose(page, ['a', 'b', 'c'])
  const menu = async (entry: string) => {
    await node(page, 'b').click({ button: 'right', position: { x: 60, y: 14 } })
    await page.getByRole('menuitem', { name: '对齐' }).hover()
    await page.getByRole('menuitem', { name: entry }).click()
  }
  await menu('顶部对齐')
  const { layout } = await draft(page, program, 'lined')
  expect([layout?.['a']?.[1], layout?.['b']?.[1], layout?.['c']?.[1]]).toEqual([80, 80, 80])
  await page.keyboard.press('Control+z')
  expect((await draft(page, program, 'lined')).layout?.['b']).toEqual([600, 100])
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await drag(page, await middle(page, 'b'), await middle(page, 'b', 40))
  await choose(page, ['a', 'c'])
  await expect(page.getByText('已选 3 个')).toBeVisible()
  await menu('横向等距')
  const spread = (await draft(page, program, 'lined')).layout
  expect([spread?.['a']?.[0], spread?.['b']?.[0], spread?.['c']?.[0]]).toEqual([300, 600, 900])
})

test('nodes become a group and leave it again, with their wires', async ({ page, program }) => {
  await open(page, program, 'grouped')
  await choose(page, ['b'])
  await page.keyboard.press('g')
  const grouped = await draft(page, program, 'grouped')
  expect(grouped.nodes.find((n) => n.id === 'group')?.body?.nodes.map((n) => n.id)).toEqual(['b'])
  expect(grouped.edges).toEqual(expect.arrayContaining([{ from: 'a', to: 'group' }, { from: 'group', to: 'c' }]))
  await page.keyboard.press('Shift+G')
  const back = await draft(page, program, 'grouped')
  expect(back.nodes.map((n) => n.id).toSorted()).toEqual(['a', 'b', 'c', 'd'])
  expect(back.edges).toEqual(expect.arrayContaining(start.edges))
})

test('a loose node dropped on a wire goes into it; one undo takes it out', async ({ page, program }) => {
  await open(page, program, 'dropped')
  const [a, b, d] = [await box(page, 'a'), await box(page, 'b'), await box(page, 'd')]
  await drag(page, { x: d.x + d.width / 2, y: d.y + 27 }, { x: (a.x + a.width + b.x) / 2, y: (a.y + b.y) / 2 + 27 })
  const { edges } = await draft(page, program, 'dropped')
  expect(edges).toEqual(expect.arrayContaining([{ from: 'a', to: 'd' }, { from: 'd', to: 'b' }, { from: 'b', to: 'c' }]))
  expect(edges).toHaveLength(3)
  await page.keyboard.press('Control+z')
  const back = await draft(page, program, 'dropped')
  expect(back.edges).toEqual(start.edges)
  expect(back.layout?.['d']).toEqual([620, 330])
})

test('the end of a wire is drawn to another node, and let go nowhere it is gone', async ({ page, program }) => {
  await open(page, program, 'rewired')
  const [b, d] = [await box(page, 'b'), await box(page, 'd')]
  await drag(page, { x: b.x - 12, y: b.y + 27 }, { x: d.x + 1, y: d.y + 27 })
  expect((await draft(page, program, 'rewired')).edges).toEqual(expect.arrayContaining([{ from: 'a', to: 'd' }, { from: 'b', to: 'c' }]))
  const c = await box(page, 'c')
  await drag(page, { x: c.x - 12, y: c.y + 27 }, { x: c.x + 60, y: c.y + 300 })
  expect((await draft(page, program, 'rewired')).edges).toEqual([{ from: 'a', to: 'd' }])
})

test('a comment is made larger at its corner', async ({ page, program }) => {
  await open(page, program, 'resized')
  await node(page, '#note').click()
  const corner = await node(page, '#note').locator('.react-flow__resize-control.handle.bottom.right').boundingBox()
  if (!corner) throw new Error('no corner')
  const at = { x: corner.x + corner.width / 2, y: corner.y + corner.height / 2 }
  await drag(page, at, { x: at.x + 80, y: at.y + 40 })
  const note = (await draft(page, program, 'resized')).layout?.$notes?.[0]?.at ?? []
  expect(note.slice(0, 2)).toEqual([300, 330])
  expect(note[2]).toBeGreaterThan(260)
  expect(note[3]).toBeGreaterThan(145)
})

test('a flow goes into a file and comes back from it with all its digits', async ({ page, program }) => {
  await open(page, program, 'carried')
  await page.getByRole('button', { name: '更多' }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: /^导出/ }).click()])
  expect(download.suggestedFilename()).toBe('carried.flow.json')
  const file = await readFile(await download.path(), 'utf8')
  expect(file).toContain('6917384950012345678')
  const changed = file.replace('6917384950012345678', '6917384950012345679')
  await page.getByRole('button', { name: '更多' }).click()
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('menuitem', { name: /^导入/ }).click()])
  await chooser.setFiles({ name: 'carried.flow.json', mimeType: 'application/json', buffer: Buffer.from(changed) })
  await expect(page.locator('.ant-message')).toBeVisible()
  expect(await text(page, program, 'carried')).toContain('6917384950012345679')
  await page.keyboard.press('Control+z')
  expect(await text(page, program, 'carried')).toContain('6917384950012345678')
})
