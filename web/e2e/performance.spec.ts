import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import type { Program } from './program'

/**
 * How fast the canvas is, by real input on a real browser. The figures are printed; the bounds are those of the smallest
 * machine it must be smooth on (2 cores, no graphics card), with room for a busy one.
 */

// A busy machine says nothing about the canvas: the figures are taken when they are asked for.
test.skip(process.env['SLUICE_PERFORMANCE'] === undefined, 'SLUICE_PERFORMANCE=1 measures, on a machine that does nothing else')

interface Frames {
  readonly fps: number
  /** 95th percentile, in milliseconds. */
  readonly slow: number
  readonly longest: number
}

const perRow = 25

function largeFlow(count: number): object {
  const types = ['map', 'branch', 'set', 'wait', 'state.get'] as const
  const configs = { map: { fields: [{ to: 'a', value: 1 }] }, branch: { when: 'true' }, set: { vars: { a: 1 } }, wait: { for: '1s' }, 'state.get': { key: 'a' } }
  const nodes = Array.from({ length: count }, (_, i) => {
    const type = types[i % types.length] ?? 'map'
    return { id: `n${i}`, type, title: `Node ${i}`, config: configs[type] }
  })
  const edges = nodes.slice(1).map((node, i) => ({ from: `n${i}`, ...(nodes[i]?.type === 'branch' ? { port: 'true' } : {}), to: node.id }))
  const layout = Object.fromEntries(nodes.map((node, i) => [node.id, [80 + (i % perRow) * 280, 80 + Math.floor(i / perRow) * 140]]))
  return { sluice: 1, id: `large-${count}`, nodes, edges, layout }
}

async function openLarge(page: Page, program: Program, count: number): Promise<number> {
  await program.api('PUT', `/flows/large-${count}`, JSON.stringify(largeFlow(count)))
  // The first visit fills the browser's cache: what is measured is the drawing.
  await page.goto(`/flows/large-${count}`)
  await expect(page.locator('.react-flow__node').first()).toBeVisible()
  await page.reload({ waitUntil: 'commit' })
  const drawn = await page.evaluate(
    () =>
      new Promise<number>((done) => {
        const look = () => (document.querySelectorAll('.react-flow__node').length > 5 ? requestAnimationFrame(() => done(performance.now())) : requestAnimationFrame(look))
        look()
      }),
  )
  await page.waitForLoadState('networkidle')
  return drawn
}

/** Counts the frames while a pointer that is pressed moves along a curve, as fast as a hand does. */
async function drag(page: Page, from: { x: number; y: number }): Promise<Frames> {
  const cdp = await page.context().newCDPSession(page)
  const mouse = (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', x: number, y: number) =>
    cdp.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', buttons: type === 'mouseReleased' ? 0 : 1, clickCount: 1 })
  await mouse('mousePressed', from.x, from.y)
  await mouse('mouseMoved', from.x + 6, from.y + 6)
  const counted = page.evaluate(
    () =>
      new Promise<number[]>((done) => {
        const times: number[] = []
        const tick = (now: number) => {
          times.push(now)
          if (now - (times[0] ?? now) < 2000) requestAnimationFrame(tick)
          else done(times)
        }
        requestAnimationFrame(tick)
      }),
  )
  const began = performance.now()
  for (let now = began; now - began < 2100; now = performance.now()) {
    const t = (now - began) / 2100
    await mouse('mouseMoved', from.x + Math.sin(t * 9) * 260, from.y + Math.cos(t * 7) * 140 - 140)
  }
  const times = await counted
  await mouse('mouseReleased', from.x, from.y)
  const gaps = times.slice(1).map((t, i) => t - (times[i] ?? t)).toSorted((a, b) => a - b)
  const span = (times.at(-1) ?? 0) - (times[0] ?? 0)
  return { fps: Math.round(((times.length - 1) / span) * 1000), slow: Math.round(gaps[Math.floor(gaps.length * 0.95)] ?? 0), longest: Math.round(gaps.at(-1) ?? 0) }
}

async function emptySpot(page: Page): Promise<{ x: number; y: number }> {
  const spot = await page.evaluate(() => {
    const box = document.querySelector('.react-flow__pane')?.getBoundingClientRect()
    if (!box) return null
    for (let y = box.top + 200; y < box.bottom - 200; y += 7) {
      for (let x = box.left + 320; x < box.right - 320; x += 11) if (document.elementFromPoint(x, y)?.classList.contains('react-flow__pane')) return { x, y }
    }
    return null
  })
  if (!spot) throw new Error('no empty place on the canvas')
  return spot
}

async function middleNode(page: Page): Promise<{ x: number; y: number }> {
  const boxes = await page.locator('.react-flow__node-node').evaluateAll((nodes) => nodes.map((n) => n.getBoundingClientRect().toJSON() as DOMRect))
  const found = boxes.find((b) => b.left > 650 && b.right < 1250 && b.top > 330 && b.bottom < 700)
  if (!found) throw new Error('no node in the middle of the canvas')
  return { x: found.left + 90, y: found.top + 14 }
}

// Recording what happens slows down what is measured.
test.use({ trace: 'off' })

for (const { count, drawn, pan, dragged, whole } of [
  { count: 50, drawn: 1200, pan: 45, dragged: 50, whole: 40 },
  { count: 500, drawn: 1200, pan: 40, dragged: 50, whole: 40 },
  { count: 2000, drawn: 4000, pan: 20, dragged: 20, whole: 20 },
]) {
  test(`${count} nodes`, async ({ page, program }) => {
    test.slow()
    const took = await openLarge(page, program, count)
    const zoom = page.getByRole('button', { name: '缩放到 100%' })
    await zoom.click()
    await expect(zoom).toHaveText('100%')
    const near = await drag(page, await emptySpot(page))
    const moved = await drag(page, await middleNode(page))
    await page.keyboard.press('Escape')
    await page.keyboard.press('Shift+1')
    await expect(zoom).not.toHaveText('100%')
    const far = await drag(page, { x: 700, y: 500 })
    process.stdout.write(`${count} nodes: drawn ${Math.round(took)} ms, pan near ${JSON.stringify(near)}, drag ${JSON.stringify(moved)}, pan whole ${JSON.stringify(far)}\n`)
    expect(took).toBeLessThan(drawn)
    expect(near.fps).toBeGreaterThanOrEqual(pan)
    expect(moved.fps).toBeGreaterThanOrEqual(dragged)
    expect(far.fps).toBeGreaterThanOrEqual(whole)
  })
}
