import { expect, expectAccessible, settled, test } from './fixtures'

test.use({ mode: 'demo' })

const pages = ['/flows', '/runs', '/triggers', '/connections', '/tables', '/settings']
const sizes = [
  { width: 1600, height: 940 },
  { width: 390, height: 844 },
]

// Layout depends on the language, contrast on the theme: two of the four pairs see all of it.
const looks = [
  { language: 'zh', theme: 'light' },
  { language: 'en', theme: 'dark' },
] as const

for (const look of looks) {
  test.describe(`${look.language} ${look.theme}`, () => {
    test.use(look)
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

test('an address that names nothing says so and leads back', async ({ page }) => {
  await page.goto('/nothing/here')
  await page.getByRole('button', { name: '回到流程列表' }).click()
  await expect(page).toHaveURL(/\/flows$/)
})
