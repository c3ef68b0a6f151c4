import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, settled, test } from './fixtures'

test.use({ mode: 'demo' })

/** What a page may load until it shows what it is for, in kB as sent with brotli. */
const budgets = [
  { path: '/flows', shows: 'main h1', script: 380 },
  { path: '/runs', shows: 'main h1', script: 500 },
  { path: '/triggers', shows: 'main h1', script: 380 },
  { path: '/connections', shows: 'main h1', script: 380 },
  { path: '/flows/status-arbitration', shows: 'main .react-flow', script: 420 },
]

for (const { path, shows, script } of budgets) {
  test(`${path} loads at most ${script} kB of scripts`, async ({ page }) => {
    await page.goto(path)
    await settled(page)
    await expect(page.locator(shows).first()).toBeVisible()
    const sent = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .filter((e) => e.name.endsWith('.js'))
        .reduce((sum, e) => sum + (e as PerformanceResourceTiming).encodedBodySize, 0),
    )
    expect(sent / 1000).toBeGreaterThan(100)
    expect(sent / 1000).toBeLessThanOrEqual(script)
  })
}

const build = new URL('../build', import.meta.url).pathname

test('the start page preloads nothing that only some pages need', async () => {
  const index = await readFile(join(build, 'index.html'), 'utf8')
  expect(index).toContain('modulepreload')
  expect(index).not.toMatch(/echarts|codemirror|xyflow|elk/)
})

test('what is built holds no source map and asks nothing of another origin', async () => {
  const files = await readdir(build, { recursive: true })
  expect(files.filter((f) => f.endsWith('.map'))).toEqual([])
  for (const file of files.filter((f) => f.endsWith('.css') || f.endsWith('.html'))) {
    expect(await readFile(join(build, file), 'utf8'), file).not.toMatch(/(?:url\(|src=|href=)["']?(?:https?:)?\/\//)
  }
})
