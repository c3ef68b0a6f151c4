import { mkdir } from 'node:fs/promises'
import { settled, test } from './fixtures'

// Drawn by `make screenshots` only: they are pictures for the documentation, not a test of pixels.
test.skip(process.env['SLUICE_SCREENSHOTS'] === undefined, 'drawn by make screenshots')
test.use({ mode: 'demo' })

const folder = new URL('../../docs/screenshots/', import.meta.url).pathname
const wide = { width: 1600, height: 940 }
const phone = { width: 390, height: 844 }
const pictures = [
  { name: 'flows', path: '/flows', size: wide },
  { name: 'editor', path: '/flows/status-arbitration', size: wide },
  { name: 'runs', path: '/runs', size: wide },
  { name: 'schedules', path: '/triggers', size: wide },
  { name: 'webhooks', path: '/triggers?tab=webhooks', size: wide },
  { name: 'connections', path: '/connections', size: wide },
  { name: 'tables', path: '/tables?id=order-status', size: wide },
  { name: 'settings', path: '/settings', size: wide },
  { name: 'phone-flows', path: '/flows', size: phone },
  { name: 'phone-runs', path: '/runs', size: phone },
]

for (const language of ['zh', 'en'] as const) {
  for (const theme of ['light', 'dark'] as const) {
    test.describe(`${language} ${theme}`, () => {
      test.use({ language, theme })
      for (const { name, path, size } of pictures) {
        test(name, async ({ page }) => {
          await page.setViewportSize(size)
          await page.goto(path)
          await settled(page)
          await mkdir(folder, { recursive: true })
          await page.screenshot({ path: `${folder}${name}.${language}.${theme}.png`, animations: 'disabled', caret: 'hide' })
        })
      }
    })
  }
}
