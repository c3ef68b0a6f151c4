import type { Locator, Page } from '@playwright/test'
import type { Language } from './fixtures'
import { expect, settled, test } from './fixtures'
import { Peer } from './peer'
import type { Program } from './program'
import { named, textsIn } from './texts'

/**
 * All that an operator does with a flow, from nothing to the repair of a run that failed: by mouse and by keyboard, in both
 * languages, against the real program and a system that it writes to.
 */

interface Flow {
  id: string
  nodes: { id: string; type: string; config?: Record<string, unknown> }[]
  edges: { from: string; port?: string; to: string }[]
}

const order = '6917384950012345678'
const input = `{"order_id": ${order}, "total": 389.70}`
const types = ['branch', 'end', 'http.request', 'map']
const wires = ['branch.false → end', 'branch.true → request', 'map → branch']

/** One operator at one flow. */
class Desk {
  readonly page: Page
  readonly program: Program
  readonly t: ReturnType<typeof textsIn>
  readonly flow: string

  constructor(page: Page, program: Program, language: Language, flow: string) {
    this.page = page
    this.program = program
    this.t = textsIn(language)
    this.flow = flow
  }

  node(id: string): Locator {
    return this.page.locator(`.react-flow__node[data-id="${id}"]`)
  }

  button(text: string, within: Page | Locator = this.page): Locator {
    return within.getByRole('button', { name: named(text) })
  }

  panel(): Locator {
    return this.page.getByRole('complementary').last()
  }

  field(pointer: string): Locator {
    return this.panel().locator(`[data-field="${pointer}"]`)
  }

  /** The draft as the server has it, once all is saved. */
  async draft(): Promise<Flow> {
    await this.page.keyboard.press('Control+s')
    await expect(this.page.locator('[data-state="saved"]')).toBeVisible()
    const answer = (await (await this.program.api('GET', `/flows/${this.flow}?version=draft`)).json()) as { document: Flow }
    return answer.document
  }

  /** Which types of nodes there are, and what leads where. */
  async drawn(): Promise<{ types: string[]; wires: string[] }> {
    const { nodes, edges } = await this.draft()
    return {
      types: nodes.map((n) => n.type).toSorted(),
      wires: edges.map((e) => `${e.from}${e.port ? `.${e.port}` : ''} → ${e.to}`).toSorted(),
    }
  }

  async create(keys: boolean): Promise<void> {
    const { page, t } = this
    await page.goto('/flows')
    await settled(page)
    const begin = this.button(t('flows:new.label'))
    const blank = page.getByRole('menuitem', { name: t('flows:new.blank') })
    if (keys) {
      await begin.focus()
      await page.keyboard.press('Enter')
      await expect(blank).toBeVisible()
      await this.pressUntil('Tab', blank)
      await page.keyboard.press('Enter')
    } else {
      await begin.click()
      await blank.click()
    }
    await expect(page.getByLabel(t('flows:new.name'), { exact: true })).toBeFocused()
    await page.keyboard.type(this.flow)
    await page.keyboard.press('Enter')
    await expect(page).toHaveURL(new RegExp(`/flows/${this.flow}$`))
    await expect(this.node('$start')).toBeVisible()
  }

  /** Presses a key until it has led to something. */
  async pressUntil(key: string, target: Locator): Promise<void> {
    await expect(async () => {
      await this.page.keyboard.press(key)
      await expect(target).toBeFocused({ timeout: 300 })
    }).toPass({ timeout: 15_000 })
  }

  async port(id: string, name: string): Promise<{ x: number; y: number }> {
    const box = await this.node(id).locator(`:scope > * > .react-flow__handle[data-handleid="${name}"]`).boundingBox()
    if (!box) throw new Error(`${id} has no port ${name}`)
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  }

  async pull(from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
    const { mouse } = this.page
    await mouse.move(from.x, from.y)
    await mouse.down()
    await mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 6 })
    await mouse.move(to.x, to.y, { steps: 6 })
    await mouse.up()
  }

  /** Types over what a code field holds, and leaves the completions alone. */
  async write(field: Locator, text: string): Promise<void> {
    await field.locator('.cm-content').click()
    await this.page.keyboard.press('Control+a')
    await this.page.keyboard.insertText(text)
    await expect(field.locator('.cm-content')).toHaveText(text)
  }

  async closePanel(): Promise<void> {
    await this.button(this.t('panel:close'), this.panel()).click()
  }
}

async function buildByMouse(desk: Desk): Promise<void> {
  const { page, t } = desk
  await desk.create(false)
  await page.locator('[data-type="map"]').dragTo(page.locator('.react-flow__pane'), { targetPosition: { x: 520, y: 300 } })
  await expect(desk.node('map')).toBeVisible()
  await desk.closePanel()
  const map = await desk.port('map', 'out')
  await desk.pull(map, { x: map.x + 90, y: map.y })
  await expect(page.getByRole('dialog', { name: t('editor:picker.label') })).toBeVisible()
  await page.keyboard.type('branch')
  await page.getByRole('option').first().click()
  await expect(desk.node('branch')).toBeVisible()
  await desk.closePanel()
  const yes = await desk.port('branch', 'true')
  await desk.pull(yes, { x: yes.x + 90, y: yes.y - 60 })
  await page.keyboard.type('http.request')
  await page.getByRole('option').first().click()
  await expect(desk.node('request')).toBeVisible()
  await desk.closePanel()
  await page.locator('[data-type="end"]').dragTo(page.locator('.react-flow__pane'), { targetPosition: { x: 700, y: 640 } })
  await expect(desk.node('end')).toBeVisible()
  await desk.closePanel()
  const end = await desk.node('end').boundingBox()
  if (!end) throw new Error('no end')
  await desk.pull(await desk.port('branch', 'false'), { x: end.x + end.width / 2, y: end.y + 20 })
  await expect.poll(() => desk.drawn()).toEqual({ types, wires })
}

async function buildByKeys(desk: Desk): Promise<void> {
  const { page, t } = desk
  await desk.create(true)
  const add = async (type: string, id: string) => {
    await page.keyboard.press('/')
    await expect(page.getByRole('dialog', { name: t('editor:picker.label') })).toBeVisible()
    await page.keyboard.type(type)
    await expect(page.getByRole('option').first()).toBeVisible()
    await page.keyboard.press('Enter')
    await expect(desk.node(id)).toBeVisible()
    await page.keyboard.press('Escape')
  }
  await add('map', 'map')
  await add('branch', 'branch')
  await add('http.request', 'request')
  // Nothing is chosen: the next one stands alone.
  await page.keyboard.press('Escape')
  await add('end', 'end')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+f')
  await expect(page.getByRole('textbox', { name: t('editor:searchDialog.title') })).toBeFocused()
  await page.keyboard.type('branch')
  await expect(page.getByRole('option').first()).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toBeHidden()
  // What is found may be a field: out of it, and out of its panel.
  const open = desk.button(t('editor:panel.close')).or(desk.button(t('panel:close')))
  await expect(async () => {
    if ((await open.count()) > 0) await page.keyboard.press('Escape')
    await expect(open).toHaveCount(0, { timeout: 300 })
  }).toPass({ timeout: 15_000 })
  await page.keyboard.press('c')
  const dialog = page.getByRole('dialog')
  await expect(dialog).toBeVisible()
  await desk.pressUntil('Tab', dialog.getByRole('radio', { checked: true }))
  await page.keyboard.press('ArrowRight')
  await desk.pressUntil('Tab', dialog.getByRole('listitem').filter({ hasText: 'end' }).getByRole('button'))
  await page.keyboard.press('Enter')
  await expect.poll(() => desk.drawn()).toEqual({ types, wires })
}

/** The rest of the document, by its JSON: what has no form. */
async function writeAsJson(desk: Desk, change: (flow: Flow) => Record<string, unknown>): Promise<void> {
  const { page, t } = desk
  const flow = await desk.draft()
  await page.keyboard.press('j')
  const code = page.getByRole('textbox', { name: t('editor:json.label') })
  await code.click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(JSON.stringify(change(flow)))
  await expect.poll(() => desk.draft()).toMatchObject(change(flow))
  await desk.button(t('editor:json.close')).click()
}

/** Fills the form of the mapping: one field, taken from the order. */
async function mapByForm(desk: Desk): Promise<void> {
  await desk.node('map').click()
  await desk.field('/config/fields').getByRole('button').last().click()
  const to = desk.field('/config/fields/0/to')
  await to.getByRole('textbox').click()
  await desk.page.keyboard.type('due')
  // Not by its path, but as a value.
  await desk.field('/config/fields').locator('.ant-segmented-item').nth(1).click()
  const value = desk.field('/config/fields/0/value')
  await value.getByText(desk.t('panel:mode.expression'), { exact: true }).click()
  await desk.write(value, 'trigger.body.total')
  await desk.closePanel()
}

/** Runs the draft from the editor and comes to the page of the run. */
async function testRun(desk: Desk, status: 'succeeded' | 'paused'): Promise<void> {
  const { page, t } = desk
  await desk.button(t('editor:toolbar.run')).click()
  const dialog = page.getByRole('dialog')
  await dialog.locator('.cm-content').click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(input)
  await desk.button(t('editor:run.run'), dialog).click()
  await expect(page).toHaveURL(/\/runs\/[0-9a-z]+$/)
  await expect(page.locator('header').first()).toContainText(t(`app:status.${status}`))
}

async function backToEditor(desk: Desk): Promise<void> {
  await desk.page.locator('header').getByRole('link', { name: desk.flow }).first().click()
  await expect(desk.node('map')).toBeVisible()
}

/** The condition, by completion out of a run's data, with its value beside it. */
async function conditionByExpression(desk: Desk): Promise<void> {
  const { page } = desk
  await desk.node('branch').click()
  const when = desk.field('/config/when')
  await when.locator('.cm-content').click()
  await page.keyboard.press('Control+a')
  await page.keyboard.type('nodes.map.', { delay: 30 })
  await page.getByRole('option', { name: /due/ }).first().click()
  await expect(when).toContainText('389.7')
  await page.keyboard.type(' > 100', { delay: 30 })
  await expect(when.locator('.cm-content')).toHaveText('nodes.map.due > 100')
  await page.keyboard.press('Escape')
  await expect(desk.panel()).toContainText('true')
  await desk.closePanel()
}

async function requestByForm(desk: Desk, url: string): Promise<void> {
  const { page } = desk
  await desk.node('request').click()
  await desk.field('/config/method').getByRole('combobox').click()
  await page.getByTitle('POST', { exact: true }).click()
  await desk.write(desk.field('/config/url'), url)
  await desk.closePanel()
}

for (const language of ['en', 'zh'] as const) {
  test.describe(language, () => {
    test.use({ language })

    test('a flow is built from nothing by mouse, and the same by keyboard alone', async ({ page, program }) => {
      test.slow()
      await buildByMouse(new Desk(page, program, language, `mouse-${language}`))
      await buildByKeys(new Desk(page, program, language, `keys-${language}`))
    })

    test('it is configured, run, stopped, changed, published, compared, rolled back, and a run that failed is put right', async ({ page, program }) => {
      test.setTimeout(240_000)
      const desk = new Desk(page, program, language, `fees-${language}`)
      const { t } = desk
      const peer = await Peer.start()
      try {
        await buildByMouse(desk)
        await mapByForm(desk)
        await writeAsJson(desk, (flow) => ({ ...flow, keys: { order_id: 'trigger.body.order_id' }, nodes: flow.nodes.map((n) => (n.id === 'branch' ? { ...n, config: { when: 'true' } } : n.id === 'request' ? { ...n, config: { url: `${peer.url}/rates` } } : n)), output: { due: '{{ nodes.map.due }}' } }))
        await testRun(desk, 'succeeded')
        expect(peer.at('/rates')).toHaveLength(1)

        await backToEditor(desk)
        await conditionByExpression(desk)
        await requestByForm(desk, `${peer.url}/ship`)
        await writeAsJson(desk, (flow) => ({ ...flow, nodes: flow.nodes.map((n) => (n.id === 'request' ? { ...n, config: { ...n.config, body: { due: '{{ nodes.map.due }}' } } } : n)) }))

        await desk.node('request').getByRole('button', { name: t('canvas:breakpoint.add') }).click()
        await expect(desk.node('request').getByRole('button', { name: t('canvas:breakpoint.remove') })).toBeVisible()
        await testRun(desk, 'paused')
        await desk.button(t('runs:actions.debug')).click()
        await expect(desk.panel()).toContainText(`POST ${peer.url}/ship`)
        await expect(desk.panel()).toContainText('389.7')
        expect(peer.at('/ship')).toHaveLength(0)
        await desk.panel().getByRole('tab', { name: t('debug:panel.scope') }).click()
        await desk.button(t('debug:scope.edit', { name: 'map' }), desk.panel()).click()
        const dialog = page.getByRole('dialog')
        await dialog.locator('.cm-content').click()
        await page.keyboard.press('Control+a')
        await page.keyboard.insertText('{"due": 120.5}')
        await desk.button(t('debug:edit.valueOk'), dialog).click()
        await desk.button(t('debug:bar.continueEdited', { count: 1 })).click()
        await expect(page.locator('header').first()).toContainText(t('app:status.succeeded'))
        expect(peer.at('/ship').map((a) => a.body)).toEqual(['{"due":120.5}'])
        await page.getByRole('tab', { name: t('runs:tabs.data') }).click()
        await expect(page.getByRole('tabpanel').last()).toContainText('120.5')
        expect(page.url()).toContain('/debug/')
        await backToEditor(desk)
        await desk.node('request').getByRole('button', { name: t('canvas:breakpoint.remove') }).click()
        await expect(desk.node('request').getByRole('button', { name: t('canvas:breakpoint.add') })).toBeVisible()

        const publish = async (version: number, note: string) => {
          await desk.draft()
          await desk.button(t('editor:toolbar.publish')).click()
          await page.getByLabel(t('editor:publish.note')).fill(note)
          await desk.button(t('editor:publish.go', { version })).click()
          await expect(page.getByText(t('editor:publish.done', { version })).first()).toBeVisible()
        }
        await publish(1, 'Ships what is dear')
        await desk.node('request').click()
        await desk.write(desk.field('/config/url'), `${peer.url}/gone`)
        await desk.closePanel()
        await desk.draft()
        await page.getByRole('link', { name: t('editor:toolbar.versions') }).click()
        await expect(desk.node('request').locator('[data-change="changed"]')).toBeVisible()
        await expect(page.getByRole('complementary', { name: t('editor:versions.list') })).toContainText('/gone')
        await page.getByText(t('editor:versions.text'), { exact: true }).click()
        await expect(page.locator('.cm-mergeView')).toContainText('/gone')
        await page.getByRole('link', { name: t('editor:versions.back') }).click()
        await publish(2, 'A new address')

        const run = (await (await program.api('POST', `/flows/${desk.flow}/runs`, `{"input": ${input}, "wait": "30s"}`)).json()) as { id: string; status: string }
        expect(run.status).toBe('failed')
        await page.getByRole('link', { name: t('editor:toolbar.versions') }).click()
        await page.getByRole('navigation', { name: t('editor:versions.title') }).getByRole('button', { name: /^v1/ }).click()
        await desk.button(t('editor:versions.publish')).click()
        await page.getByRole('dialog').getByRole('button').last().click()
        await expect(page.getByText(t('editor:versions.published', { version: 1, now: 3 }))).toBeVisible()

        await page.getByRole('link', { name: t('app:nav.runs'), exact: true }).click()
        await page.getByRole('button', { name: new RegExp(`^${t('app:status.failed')}`) }).click()
        const search = page.getByRole('textbox', { name: t('runs:filters.search') })
        await search.fill(order)
        await search.press('Enter')
        const rows = page.getByRole('table').getByRole('row').filter({ has: page.getByRole('cell') }).filter({ hasText: desk.flow })
        await expect(rows).toHaveCount(1)
        await rows.first().getByRole('link').first().click()
        await expect(page).toHaveURL(new RegExp(`/runs/${run.id}`))
        await desk.button(t('runs:actions.retry')).click()
        await page.getByRole('menuitem', { name: t('runs:actions.retryLatest') }).click()
        await expect(page.locator('header').first()).toContainText(t('app:status.succeeded'))
        await expect(page.locator('header').first()).toContainText(t('runs:run.retries', { count: 1 }))
        expect(peer.at('/ship').map((a) => a.body)).toEqual(['{"due":120.5}', '{"due":389.7}'])
      } finally {
        peer.stop()
      }
    })
  })
}
