import { expect, expectAccessible, settled, test } from './fixtures'

test.use({ mode: 'demo' })

const pages = ['/flows', '/runs', '/triggers', '/connections', '/tables', '/settings', '/flows/status-arbitration', '/flows/status-arbitration/versions']
const sizes = [
  { width: 1600, height: 940 },
  { width: 390, height: 844 },
]

for (const language of ['zh', 'en'] as const) {
  for (const theme of ['light', 'dark'] as const) {
    test.describe(`${language} ${theme}`, () => {
      test.use({ language, theme })
      for (const path of pages) {
        test(`${path} renders and is accessible`, async ({ page }) => {
          for (const size of sizes) {
            await page.setViewportSize(size)
            await page.goto(path)
            await settled(page)
            await expect(page.locator('h1').first()).toBeVisible()
            const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
            expect(wide, 'nothing scrolls sideways').toBe(0)
            await expectAccessible(page)
          }
        })
      }
    })
  }
}

test('an address that names nothing says so and leads back', async ({ page }) => {
  await page.goto('/nothing/here')
  await page.getByRole('button', { name: '回到流程列表' }).click()
  await expect(page).toHaveURL(/\/flows$/)
})
