import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { test as base, expect } from '@playwright/test'
import type { Mode } from './program'
import { Program, token } from './program'

export { expect }

export type Language = 'zh' | 'en'
export type Theme = 'light' | 'dark'

/** What a page may meet without failing the test. */
interface Watch {
  /** Answers with this status to a matching path are part of the test. */
  expectStatus: (status: number, path: RegExp) => void
  /** Requests to a matching origin are part of the test. */
  allowOrigin: (origin: RegExp) => void
}

interface Fixtures {
  watch: Watch
  language: Language
  theme: Theme
}

/**
 * Tests get a page that is signed in to a program of their own file. A test fails on an error in the console, an error of
 * the page, a report of the content policy, a request that leaves the origin, and any answer of 400 or more.
 */
export const test = base.extend<Fixtures, { mode: Mode; installation: string; program: Program }>({
  mode: ['serve', { option: true, scope: 'worker' }],
  // Files of one mode share a program one after another; one that names an installation has it to itself.
  installation: ['shared', { option: true, scope: 'worker' }],
  program: [
    async ({ mode }, provide) => {
      const program = await Program.start(mode)
      await provide(program)
      await program.stop()
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  baseURL: async ({ program }, provide) => provide(program.url),
  language: ['zh', { option: true }],
  theme: ['light', { option: true }],
  watch: async ({ page, program }, provide) => {
    const problems: string[] = []
    const expected: { status: number; path: RegExp }[] = []
    const origins: RegExp[] = []
    const isExpected = (url: string, status?: number) => {
      const { pathname } = new URL(url, program.url)
      return expected.some((e) => (status === undefined || e.status === status) && e.path.test(pathname))
    }
    page.on('console', (m) => {
      const failedLoad = m.text().startsWith('Failed to load resource') && isExpected(m.location().url)
      if (m.type() === 'error' && !failedLoad) problems.push(`console: ${m.text()} (${m.location().url})`)
    })
    page.on('pageerror', (e) => problems.push(`page: ${e.stack ?? e.message}`))
    page.on('request', (r) => {
      const url = new URL(r.url())
      if (/^https?:$/.test(url.protocol) && url.origin !== program.url && !origins.some((o) => o.test(url.origin))) problems.push(`leaves the origin: ${r.url()}`)
    })
    page.on('response', (r) => {
      if (r.status() >= 400 && !isExpected(r.url(), r.status())) problems.push(`answer: ${r.status()} ${r.request().method()} ${r.url()}`)
    })
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`))
    })
    await provide({ expectStatus: (status, path) => expected.push({ status, path }), allowOrigin: (origin) => origins.push(origin) })
    expect(problems).toEqual([])
  },
  page: async ({ page, program, language, theme }, provide) => {
    await page.context().request.post(`${program.url}/api/v1/session`, { data: { token } })
    await page.addInitScript(([l, t]) => localStorage.setItem('sluice.settings', JSON.stringify({ language: l, theme: t })), [language, theme])
    await provide(page)
  },
})

test.beforeEach(({ watch }) => {
  // Every test is watched, whether it names the watch or not.
  expect(watch).toBeDefined()
})

/** Waits until nothing on the page is being loaded any more. */
export async function settled(page: Page): Promise<void> {
  await expect(page.locator('main')).toBeVisible()
  await expect(page.locator('main .ant-spin-spinning')).toHaveCount(0)
  await page.evaluate(() => document.fonts.ready.then(() => true))
}

/** Holds the page to WCAG 2.2 AA, as far as a program can see. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze()
  const told = violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(' ')} ${n.failureSummary?.replaceAll(/\s+/g, ' ')}`).join(' | ')}`)
  expect(told).toEqual([])
}
