import type { Page } from '@playwright/test'
import { expect, expectAccessible, settled, test } from './fixtures'
import type { Program } from './program'

/** The flow as a list of nodes, and names by keyboard, against the real program. */

const flow = {
  sluice: 1,
  triggers: [{ id: 'hook', type: 'webhook', title: 'Hook', config: { path: 'tree-orders' } }],
  nodes: [
    { id: 'ask', type: 'map', title: 'Ask', config: { fields: [{ to: 'a', value: 1 }] } },
    { id: 'loop', type: 'foreach', title: 'Loop', config: { items: '[1]' }, body: { nodes: [{ id: 'inner', type: 'branch', title: 'Inner', config: { when: 'nodes.nobody.x' } }], edges: [] } },
  ],
  edges: [{ from: 'ask', to: 'loop' }],
}

async function open(page: Page, program: Program, id: string) {
  await program.api('PUT', `/flows/${id}`, JSON.stringify({ ...flow, id }))
  await page.goto(`/flows/${id}`)
  await settled(page)
}

const item = (page: Page, name: RegExp) => page.getByRole('treeitem', { name })

test('the list goes through all nodes by keyboard, opens their panels, and what is chosen in it can be removed', async ({ page, program }) => {
  await open(page, program, 'listed')
  await page.getByRole('button', { name: '流程大纲' }).click()
  await item(page, /^Hook/).focus()
  await page.keyboard.press('ArrowDown')
  await expect(item(page, /^Ask/)).toBeFocused()
  await page.keyboard.press('End')
  await expect(item(page, /^Inner.*1 个问题/)).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('complementary', { name: 'Inner 的配置' })).toBeFocused()
  await item(page, /^Inner/).focus()
  await page.keyboard.press('ArrowLeft')
  await expect(item(page, /^Loop/)).toBeFocused()
  await page.keyboard.press('ArrowLeft')
  await expect(item(page, /^Inner/)).toHaveCount(0)
  await expect(item(page, /^Loop/)).toHaveAttribute('aria-expanded', 'false')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Delete')
  await expect(item(page, /^Ask/)).toHaveCount(0)
  await expect(item(page, /^Loop/)).toBeFocused()
})

test('F2 leads to the name: Enter keeps it, Escape gives the old one back, an input method is left alone', async ({ page, program }) => {
  await open(page, program, 'named')
  await page.locator('.react-flow__node[data-id="ask"]').click()
  await page.keyboard.press('Escape')
  await page.keyboard.press('F2')
  const name = page.getByRole('complementary', { name: /的配置/ }).locator('[data-field="/title"] input')
  await expect(name).toBeFocused()
  await page.keyboard.type('Query')
  await page.keyboard.press('Escape')
  await expect(name).toHaveValue('Ask')
  await page.keyboard.press('F2')
  await page.keyboard.press('Control+a')
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Input.imeSetComposition', { text: 'cha xun', selectionStart: 7, selectionEnd: 7 })
  await devtools.send('Input.insertText', { text: '查询' })
  await page.keyboard.press('Enter')
  await expect(name).not.toBeFocused()
  await page.keyboard.press('F2')
  await expect(name).toBeFocused()
  expect(await name.evaluate((e: HTMLInputElement) => e.value.slice(e.selectionStart ?? 0, e.selectionEnd ?? 0))).toBe('查询')
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } })
  test('the list stands in the place of the canvas', async ({ page, program }) => {
    await open(page, program, 'small')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('流程大纲')
    await page.getByRole('option', { name: /流程大纲/ }).click()
    await item(page, /^Ask/).click()
    await expect(page.getByRole('complementary', { name: 'Ask 的配置' })).toBeVisible()
  })
})

for (const language of ['zh', 'en'] as const) {
  for (const theme of ['light', 'dark'] as const) {
    test.describe(`${language} ${theme}`, () => {
      test.use({ language, theme })
      test('the list is accessible', async ({ page, program }) => {
        await open(page, program, `tree-${language}-${theme}`)
        await page.keyboard.press('l')
        await expect(item(page, /^Inner.*1/)).toBeVisible()
        await item(page, /^Inner/).focus()
        await expectAccessible(page)
      })
    })
  }
}
