import type { Locator, Page } from '@playwright/test'
import { expect, expectAccessible, settled, test } from './fixtures'
import { named, textsIn } from './texts'

/**
 * What opens over a page, or shows only after some steps, held to WCAG 2.2 AA like the pages themselves: each in one look,
 * what shows code and colours in the dark one.
 */

test.use({ installation: 'accessible' })

const flow = {
  sluice: 1, id: 'ship', title: { en: 'Ship', zh: '发货' },
  triggers: [{ id: 'hourly', type: 'cron', config: { cron: '0 * * * *' } }],
  nodes: [
    { id: 'paid', type: 'branch', title: { en: 'Paid?', zh: '已付款？' }, config: { when: 'true' } },
    {
      id: 'carrier', type: 'rules', title: { en: 'Carrier', zh: '承运商' },
      config: { table: { inputs: [{ name: 'weight', expr: 'trigger.body.weight' }], outputs: ['carrier'], rows: [{ id: 'light', in: ['< 5'], out: ['SF'] }, { id: 'heavy', in: ['> 20'], out: ['DB'] }] } },
    },
  ],
  edges: [{ from: 'paid', port: 'true', to: 'carrier' }],
  output: { carrier: '{{ nodes.carrier.carrier }}' },
  layout: { paid: [320, 160], carrier: [600, 160] },
}
const changed = { ...flow, output: { carrier: '{{ nodes.carrier.carrier + "!" }}' } }
const slots = 12

let run = ''

test.beforeAll(async ({ program }) => {
  await program.api('PUT', '/flows/ship?publish=true', JSON.stringify(flow))
  run = ((await (await program.api('POST', '/flows/ship/runs', '{"input": {"weight": 21.5}, "wait": "10s"}')).json()) as { id: string }).id
  for (let i = 0; i < slots; i++) await program.api('POST', '/schedules/ship/hourly/fire')
  await program.api('PUT', '/flows/ship', JSON.stringify(changed))
})

const phone = { width: 390, height: 844 }

async function open(page: Page, path: string) {
  await page.goto(path)
  await settled(page)
}

const press = (within: Page | Locator, text: string) => within.getByRole('button', { name: named(text) }).click()

/** Checks what has opened, once it has finished opening. */
async function accessible(page: Page, opened: Locator) {
  await expect(opened).toBeVisible()
  await opened.evaluate((el) => Promise.allSettled(el.getAnimations({ subtree: true }).map((a) => a.finished)).then(() => true))
  await expectAccessible(page)
}

test.describe('zh light', () => {
  const t = textsIn('zh')

  test.use({ language: 'zh', theme: 'light' })

  test('approvals, wide and on a phone', async ({ page }) => {
    await open(page, '/approvals')
    await expectAccessible(page)
    await page.setViewportSize(phone)
    await expectAccessible(page)
  })

  test('the drawer of templates', async ({ page }) => {
    await open(page, '/flows')
    await press(page, t('flows:new.label'))
    await page.getByRole('menuitem', { name: t('flows:new.template') }).click()
    const drawer = page.getByRole('dialog')
    await expect(drawer.getByRole('article').first()).toBeVisible()
    await accessible(page, drawer)
  })

  test('the form of a connection', async ({ page }) => {
    await open(page, '/connections')
    await page.getByRole('button', { name: t('connections:new') }).first().click()
    await accessible(page, page.getByRole('dialog'))
    await page.getByRole('dialog').getByRole('button', { name: /MySQL/ }).click()
    await accessible(page, page.getByRole('dialog').filter({ has: page.locator('#connection-id') }))
  })

  test('the slots of a schedule are targets of 24 pixels that nothing covers', async ({ page }) => {
    for (const size of [{ width: 1600, height: 940 }, phone]) {
      await page.setViewportSize(size)
      await open(page, '/triggers')
      const dots = page.getByRole('link', { name: /\d\d:\d\d.*: / })
      await expect.poll(() => dots.count()).toBeGreaterThan(1)
      const boxes = await dots.evaluateAll((all) => all.map((el) => el.getBoundingClientRect().toJSON() as DOMRect))
      for (const [i, a] of boxes.entries()) {
        expect(Math.min(a.width, a.height)).toBeGreaterThanOrEqual(24)
        for (const b of boxes.slice(i + 1)) expect(a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top).toBe(true)
      }
      await expectAccessible(page)
    }
  })
})

test.describe('en dark', () => {
  const t = textsIn('en')

  test.use({ language: 'en', theme: 'dark' })

  test('the dialogs that publish and run', async ({ page }) => {
    await open(page, '/flows/ship')
    await press(page, t('editor:toolbar.publish'))
    await accessible(page, page.getByRole('dialog'))
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toBeHidden()
    await press(page, t('editor:toolbar.run'))
    await accessible(page, page.getByRole('dialog'))
  })

  test('the panel of a node and its rules', async ({ page }) => {
    await open(page, '/flows/ship?node=paid')
    await accessible(page, page.getByRole('complementary').last())
    await open(page, '/flows/ship?node=carrier')
    await press(page.getByRole('complementary').last(), t('panel:expand'))
    await accessible(page, page.getByRole('dialog').filter({ has: page.getByRole('table') }))
  })

  test('what another version would have done', async ({ page }) => {
    await open(page, `/flows/ship/debug/${run}`)
    await page.getByRole('tab', { name: t('debug:replay.tab') }).click()
    await expectAccessible(page)
    await press(page, t('debug:replay.compare'))
    await expect(page.getByText(t('debug:replay.wholeRun')).or(page.getByRole('button', { name: t('debug:replay.clear') })).first()).toBeVisible()
    await expect(page.locator('.ant-btn-loading')).toHaveCount(0)
    await page.mouse.move(0, 0)
    await accessible(page, page.getByRole('tabpanel').last())
  })
})
