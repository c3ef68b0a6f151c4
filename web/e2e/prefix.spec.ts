import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, settled, test } from './fixtures'
import { token } from './program'

test('the page works below a prefix that a proxy takes off', async ({ page, program, watch }) => {
  watch.allowOrigin(/./)
  const target = new URL(program.url)
  const outside: string[] = []
  const proxy = createServer((req, res) => {
    const path = req.url ?? ''
    if (!path.startsWith('/ops/sluice/')) {
      outside.push(path)
      res.writeHead(404).end()
      return
    }
    const onward = request(
      { host: target.hostname, port: target.port, method: req.method, path: path.slice('/ops/sluice'.length), headers: { ...req.headers, 'X-Forwarded-Prefix': '/ops/sluice' } },
      (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(res)
      },
    )
    req.pipe(onward)
  })
  await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/ops/sluice`
  try {
    await page.context().request.post(`${base}/api/v1/session`, { data: { token } })
    await page.goto(`${base}/flows`)
    await settled(page)
    await page.getByRole('link', { name: '触发器' }).click()
    await expect(page).toHaveURL(`${base}/triggers`)
    await settled(page)
    await page.reload()
    await settled(page)
    await expect(page.getByRole('heading', { level: 1, name: '触发器' })).toBeVisible()
    expect(outside).toEqual([])
  } finally {
    proxy.closeAllConnections()
    proxy.close()
  }
})
