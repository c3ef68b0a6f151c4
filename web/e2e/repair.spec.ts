import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { Peer } from './peer'
import type { Program } from './program'
import { token } from './program'
import { named, textsIn } from './texts'

/** What is done to runs that stand or have ended, and what becomes of it at the other system. */

const order = '6917384950012345678'
const t = textsIn('zh')
let peer: Peer

test.beforeAll(async ({ program }) => {
  peer = await Peer.start()
  const ask = (id: string, path: string, more: object = {}) => ({ id, type: 'http.request', title: id, ...more, config: { method: 'POST', url: `${peer.url}${path}`, body: { order: '{{ trigger.body.order_id }}' } } })
  const flows = [
    {
      sluice: 1, id: 'ship', title: 'Ship',
      nodes: [ask('pay', '/pay'), ask('send', '/send'), { id: 'told', type: 'map', title: 'told', config: { fields: [{ to: 'paid', value: '{{ nodes.pay.body.parcel }}' }, { to: 'order', value: '{{ trigger.body.order_id }}' }] } }],
      edges: [{ from: 'pay', to: 'send' }, { from: 'send', to: 'told' }], output: { order: '{{ nodes.told.order }}' },
      layout: { pay: [40, 160], send: [320, 160], told: [600, 160] },
    },
    { sluice: 1, id: 'cut', title: 'Cut', nodes: [ask('hold', '/hold', { onUnknown: 'pause' })], edges: [], layout: { hold: [40, 160] } },
    { sluice: 1, id: 'rest', title: 'Rest', nodes: [{ id: 'wait', type: 'wait', config: { for: '1h' } }, { id: 'then', type: 'map', config: { fields: [{ to: 'a', value: 1 }] } }], edges: [{ from: 'wait', to: 'then' }] },
  ]
  for (const flow of flows) await program.api('PUT', `/flows/${flow.id}?publish=true`, JSON.stringify(flow))
})

test.afterAll(() => peer.stop())

async function start(program: Program, flow: string, wait = '30s'): Promise<{ id: string; status: string }> {
  return (await program.api('POST', `/flows/${flow}/runs`, `{"input": {"order_id": ${order}}, "wait": "${wait}"}`)).json() as Promise<{ id: string; status: string }>
}

const asked = (path: string) => peer.at(path).length
const head = (page: Page) => page.locator('header').first()
const runIn = (page: Page) => /\/([0-9a-z]+)(?:\?.*)?$/.exec(page.url())?.[1] ?? ''

async function forcedBy(program: Program, run: string): Promise<Record<string, string | null>> {
  const { items } = (await (await program.api('GET', `/runs/${run}/steps`)).json()) as { items: { path: string; forced: string | null }[] }
  return Object.fromEntries(items.map((s) => [s.path, s.forced]))
}

test('a run begins anew from a step: what went before is taken, what follows is done again', async ({ page, program }) => {
  const { id } = await start(program, 'ship')
  const before = { pay: asked('/pay'), send: asked('/send') }
  await page.goto(`/runs/${id}?step=send`)
  await page.getByRole('button', { name: named(t('runs:steps.fork')) }).click()
  await expect(page).not.toHaveURL(new RegExp(id))
  await expect(head(page)).toContainText(t('app:status.succeeded'))
  await expect(head(page).getByRole('link', { name: new RegExp(id.slice(-6)) })).toBeVisible()
  expect({ pay: asked('/pay'), send: asked('/send') }).toEqual({ pay: before.pay, send: before.send + 1 })
  expect(peer.at('/send').at(-1)?.key).not.toBe(peer.at('/send').at(-2)?.key)
})

test('a run is started again with the same input, exactly', async ({ page, program }) => {
  const { id } = await start(program, 'ship')
  await page.goto(`/runs/${id}`)
  await page.getByRole('button', { name: t('runs:actions.more') }).click()
  await page.getByRole('menuitem', { name: t('runs:actions.again') }).click()
  await expect(page).not.toHaveURL(new RegExp(id))
  await expect(head(page)).toContainText(t('app:status.succeeded'))
  expect(peer.at('/send').at(-1)?.body).toBe(`{"order":${order}}`)
  expect(await (await program.api('GET', `/runs/${runIn(page)}`)).text()).toContain(order)
})

test('one node of the draft is run alone, with what came before it in an earlier run', async ({ page, program }) => {
  await start(program, 'ship')
  const before = { pay: asked('/pay'), send: asked('/send') }
  await page.goto('/flows/ship?node=send')
  await page.getByRole('button', { name: named(t('editor:node.runAlone')) }).click()
  await expect(page).toHaveURL(/\/flows\/ship\/debug\//)
  await expect(page.getByRole('toolbar')).toContainText('told')
  expect({ pay: asked('/pay'), send: asked('/send') }).toEqual({ pay: before.pay, send: before.send + 1 })
})

test('a pinned output stands in for the node in runs of the draft', async ({ page, program }) => {
  await start(program, 'ship')
  await page.goto('/flows/ship?node=pay')
  await page.getByRole('button', { name: named(t('editor:node.pin')) }).click()
  await expect(page.getByTitle(t('canvas:pinned'))).toBeVisible()
  const before = { pay: asked('/pay'), send: asked('/send') }
  await page.getByRole('button', { name: named(t('editor:toolbar.run')) }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText(t('editor:run.pins', { count: 1 }))
  await dialog.locator('.cm-content').click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(`{"order_id": ${order}}`)
  await dialog.locator('.ant-modal-footer').getByRole('button').last().click()
  await expect(page).toHaveURL(/\/runs\//)
  await expect(head(page)).toContainText(t('app:status.succeeded'))
  expect({ pay: asked('/pay'), send: asked('/send') }).toEqual({ pay: before.pay, send: before.send + 1 })
  expect(await forcedBy(program, runIn(page))).toMatchObject({ pay: 'pin' })
})

test('a run is paused by its button and goes on where it stood', async ({ page, program }) => {
  const { id } = await start(program, 'rest', '1s')
  await page.goto(`/runs/${id}`)
  await expect(head(page)).toContainText(t('app:status.waiting'))
  await head(page).getByRole('button', { name: named(t('runs:actions.pause')) }).click()
  await expect(head(page)).toContainText(t('app:status.paused'))
  await head(page).getByRole('button', { name: named(t('runs:actions.debug')) }).click()
  await expect(page).toHaveURL(/\/debug\//)
  await expect(page.getByRole('button', { name: named(t('debug:bar.continue')) })).toBeVisible()
  await page.keyboard.press('F8')
  await expect(head(page)).toContainText(t('app:status.waiting'))
})

test('a write that a crash cut off is judged: it took effect, it did not, it failed', async ({ page, program }) => {
  const runs = await Promise.all(['done', 'again', 'failed'].map(() => start(program, 'cut', '0s')))
  await expect.poll(() => asked('/hold')).toBe(3)
  await program.kill()
  peer.holding = false
  await program.restart()
  await page.context().request.post(`${program.url}/api/v1/session`, { data: { token } })
  const [done, again, failed] = runs.map((r) => r.id)
  await page.goto(`/flows/cut/debug/${done}`)
  await expect(page.getByRole('toolbar')).toContainText('hold')
  await expect(page.getByRole('complementary')).toContainText(`POST ${peer.url}/hold`)
  await page.getByRole('button', { name: named(t('debug:judge.done')) }).click()
  const dialog = page.getByRole('dialog')
  await dialog.locator('.cm-content').click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText('{"status": 200}')
  await dialog.locator('.ant-modal-footer').getByRole('button').last().click()
  await expect(head(page)).toContainText(t('app:status.succeeded'))
  expect(asked('/hold')).toBe(3)
  expect(await forcedBy(program, done ?? '')).toMatchObject({ hold: 'judge' })

  await page.goto(`/flows/cut/debug/${again}`)
  await page.getByRole('button', { name: named(t('debug:judge.again')) }).click()
  await expect(head(page)).toContainText(t('app:status.succeeded'))
  // Once more, under the key it had: a system that did it will not do it twice.
  expect(asked('/hold')).toBe(4)
  const keys = peer.at('/hold').map((a) => a.key)
  expect(new Set(keys).size).toBe(3)

  await page.goto(`/flows/cut/debug/${failed}`)
  await page.getByRole('button', { name: named(t('debug:judge.failed')) }).click()
  await expect(head(page)).toContainText(t('app:status.failed'))
  expect(asked('/hold')).toBe(4)
})
