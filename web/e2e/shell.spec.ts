import { expect, expectAccessible, settled, test } from './fixtures'
import { token } from './program'

test('the palette goes to pages and switches language and theme without a pointer', async ({ page }) => {
  await page.goto('/flows')
  await settled(page)
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('combobox')).toBeFocused()
  await page.keyboard.type('sz')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/settings$/)

  await page.keyboard.press('Control+k')
  await expect(page.getByRole('combobox')).toBeFocused()
  await page.keyboard.type('English')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')

  await page.keyboard.press('Control+k')
  await expectAccessible(page)
  await page.keyboard.type('theme dark')
  await page.keyboard.press('Enter')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
})

test('a key that composes a character does nothing else', async ({ page }) => {
  await page.goto('/flows')
  await settled(page)
  await page.keyboard.press('Control+k')
  const input = page.getByRole('combobox')
  await expect(input).toBeFocused()
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Input.imeSetComposition', { text: 'liu', selectionStart: 3, selectionEnd: 3 })
  await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', windowsVirtualKeyCode: 229, key: 'Process' })
  await expect(page).toHaveURL(/\/flows$/)
  await cdp.send('Input.insertText', { text: '流程' })
  await expect(input).toHaveValue('流程')
})

test('a session that ends asks again and goes on where it was', async ({ page, watch }) => {
  await page.goto('/settings')
  await settled(page)
  watch.expectStatus(401, /^\/api\/v1\//)
  await page.context().clearCookies()
  // Anything that asks the server meets the end of the session.
  await page.getByRole('link', { name: '连接' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('会话已结束')
  await dialog.getByLabel('令牌').fill('wrong')
  await dialog.getByRole('button', { name: '登录' }).click()
  await expect(dialog).toContainText('令牌不正确')
  await dialog.getByLabel('令牌').fill(token)
  await dialog.getByRole('button', { name: '登录' }).click()
  await expect(dialog).toBeHidden()
  await expect(page).toHaveURL(/\/connections$/)
})

test('a browser that nobody knows is asked for the token, without a failed request', async ({ browser, program }) => {
  const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce' })
  const page = await context.newPage()
  const failed: string[] = []
  page.on('response', (r) => r.status() >= 400 && failed.push(r.url()))
  await page.goto(`${program.url}/flows`)
  await page.getByRole('dialog').getByLabel('Token').fill(token)
  expect(failed).toEqual([])
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toBeHidden()
  await context.close()
})
