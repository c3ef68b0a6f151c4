import { mkdir } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import type { Language } from './fixtures'
import { expect, settled, test } from './fixtures'
import type { Program } from './program'
import { named, textsIn } from './texts'

// Drawn by `make screenshots` only: they are pictures for the documentation, not a test of pixels.
test.skip(process.env['SLUICE_SCREENSHOTS'] === undefined, 'drawn by make screenshots')
test.use({ mode: 'demo', installation: 'screenshots' })

interface Picture {
  name: string
  path: () => string
  size?: { width: number; height: number }
  /** What is done on the page before it is drawn. */
  before?: (page: Page, language: Language) => Promise<unknown>
}

interface Run {
  id: string
  status: string
  keys: Record<string, string>
  trigger: { body: Record<string, unknown> }
}

const folder = new URL('../../docs/screenshots/', import.meta.url).pathname
const wide = { width: 1440, height: 900 }
const phone = { width: 390, height: 844 }

let cancelled: Run
let stopped: Run

const panel = (page: Page) => page.getByRole('complementary').last()

const pictures: Picture[] = [
  { name: 'flows', path: () => '/flows' },
  {
    name: 'templates',
    path: () => '/flows',
    before: async (page, language) => {
      const t = textsIn(language)
      await page.getByRole('button', { name: named(t('flows:new.label')) }).click()
      await page.getByRole('menuitem', { name: t('flows:new.template') }).click()
      await expect(page.getByRole('dialog').getByRole('article').first()).toBeVisible()
    },
  },
  { name: 'editor', path: () => '/flows/timeout-cancellation-order' },
  { name: 'editor-node', path: () => '/flows/status-arbitration?node=save', before: (page) => expect(panel(page).locator('.cm-content').first()).toBeVisible() },
  {
    name: 'rules',
    path: () => '/flows/return-routing?node=team',
    before: async (page, language) => {
      await panel(page).getByRole('button', { name: named(textsIn(language)('panel:expand')) }).click()
      await expect(page.getByRole('dialog').getByRole('table').first()).toBeVisible()
    },
  },
  { name: 'versions', path: () => '/flows/return-routing/versions', before: (page) => expect(page.locator('[data-change="changed"]').first()).toBeVisible() },
  { name: 'runs', path: () => '/runs', before: (page) => expect(page.getByRole('cell').first()).toBeVisible() },
  { name: 'run', path: () => `/runs/${cancelled.id}` },
  { name: 'key', path: () => `/keys/order_id/${stopped.keys['order_id'] ?? ''}` },
  { name: 'debugger', path: () => `/flows/return-routing/debug/${stopped.id}`, before: (page) => expect(page.getByRole('toolbar')).toBeVisible() },
  { name: 'triggers', path: () => '/triggers' },
  { name: 'connections', path: () => '/connections' },
  {
    name: 'connection-form',
    path: () => '/connections',
    before: async (page) => {
      await page.getByRole('button', { name: /^wms/ }).first().click()
      await expect(page.getByRole('dialog').getByRole('textbox').first()).toBeVisible()
    },
  },
  { name: 'tables', path: () => '/tables?id=order-status' },
  { name: 'settings', path: () => '/settings' },
  { name: 'phone-runs', path: () => '/runs', size: phone },
]

async function latest(program: Program, flow: string): Promise<Run> {
  let found: { id: string } | undefined
  await expect
    .poll(
      async () => {
        const { items } = (await (await program.api('GET', `/runs?flow=${flow}&status=succeeded&limit=1`)).json()) as { items: { id: string }[] }
        found = items[0]
        return found !== undefined
      },
      { timeout: 60_000 },
    )
    .toBe(true)
  return (await program.api('GET', `/runs/${found?.id}`)).json() as Promise<Run>
}

// The demonstration brings the orders; a run that stands still and a draft that differs are made.
test.beforeAll(async ({ program }) => {
  test.setTimeout(150_000)
  cancelled = await latest(program, 'timeout-cancellation-order')
  const { body } = (await latest(program, 'return-routing')).trigger
  const input = { ...body, return_id: 'R0100-317909' }
  stopped = (await (await program.api('POST', '/flows/return-routing/runs', JSON.stringify({ input, breakpoints: [{ node: 'save' }], wait: '20s' }))).json()) as Run
  expect(stopped.status).toBe('paused')
  const { document } = (await (await program.api('GET', '/flows/return-routing')).json()) as { document: { nodes: { id: string }[] } }
  const nodes = document.nodes.map((n) => (n.id === 'earlier' ? { ...n, retry: { max: 6, delay: '2s', backoff: 2 } } : n))
  await program.api('PUT', '/flows/return-routing', JSON.stringify({ ...document, nodes }))
})

for (const language of ['zh', 'en'] as const) {
  for (const theme of ['light', 'dark'] as const) {
    test.describe(`${language} ${theme}`, () => {
      test.use({ language, theme })
      for (const { name, path, size, before } of pictures) {
        test(name, async ({ page }) => {
          await page.setViewportSize(size ?? wide)
          await page.goto(path())
          await settled(page)
          await before?.(page, language)
          await settled(page)
          await mkdir(folder, { recursive: true })
          await page.screenshot({ path: `${folder}${name}-${language}-${theme}.png`, animations: 'disabled', caret: 'hide' })
        })
      }
    })
  }
}
