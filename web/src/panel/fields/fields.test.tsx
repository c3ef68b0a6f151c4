import { EditorView } from '@codemirror/view'
import { QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { newQueryClient } from '../../api/hooks'
import type { Json, JsonObject } from '../../api/json'
import { isObject, parseJson, writeJson } from '../../api/json'
import { useSaying } from '../../app/say'
import { startTexts } from '../../i18n/setup'
import type { Panel } from '../context'
import { PanelContext } from '../context'
import type { Field } from '../schema'
import { formOf } from '../schema'
import { FieldView } from './FieldView'
import { FieldViewContext } from './Nested'
import { ObjectFields } from './ObjectFields'

beforeAll(async () => {
  await startTexts('en')
  await import('../../code/CodeEditor')
})
afterEach(() => {
  cleanup()
  useSaying.setState({ last: null })
})

/** What the operator was told in passing. */
const said = () => useSaying.getState().last?.text

const schema = parseJson(`{"type": "object", "x-order": ["n", "mode", "args", "list", "a", "b"], "oneOf": [{"required": ["a"]}, {"required": ["b"]}], "properties": {
  "n": {"type": "integer", "title": "Number"},
  "mode": {"type": "string", "enum": ["wait", "detach"], "default": "wait", "title": "Mode", "x-literal": true},
  "args": {"type": "object", "title": "Arguments", "additionalProperties": {"type": "number", "title": "Value"}},
  "list": {"type": "array", "title": "List", "items": {"type": "object", "title": "Item", "additionalProperties": false, "properties": {"x": {"type": "number", "title": "X"}}}},
  "a": {"type": "boolean", "title": "A"}, "b": {"type": "integer", "title": "B"}}}`) as JsonObject

const panel: Panel = {
  node: 'n', language: 'en', readOnly: false, timezone: undefined, functions: [], titles: {}, config: {},
  findings: [{ code: 'config.type', path: '/config/list/0/x', message: 'must be a number', severity: 'error' }],
  sample: {
    run: undefined, runs: [], choose: () => undefined, steps: [], step: undefined, chooseStep: () => undefined, scope: {}, body: {}, known: new Set(), pins: {},
    loading: false, error: null,
  },
}

function show(of: Field, initial: JsonObject) {
  const seen: { now: Json } = { now: initial }
  function Host() {
    const [value, setValue] = useState<Json>(initial)
    const change = (v: Json | undefined) => {
      seen.now = v ?? null
      setValue(v ?? {})
    }
    return <ObjectFields field={of} value={value} path={['config']} onChange={change} />
  }
  const { unmount } = render(
    <QueryClientProvider client={newQueryClient()}>
      <PanelContext value={panel}>
        <FieldViewContext value={FieldView}>
          <Host />
        </FieldViewContext>
      </PanelContext>
    </QueryClientProvider>,
  )
  return { seen, unmount }
}

function form(): Field {
  const found = formOf(schema, 'en', {})
  if (!found) throw new Error('no form')
  return found
}

const text = (v: Json) => (isObject(v) ? writeJson(v) : '')

describe('a form', () => {
  it('keeps numbers to the digit and what is none to itself', () => {
    const { seen, unmount } = show(form(), { n: 5 })
    const input = screen.getByRole('textbox', { name: /^Number/ })
    fireEvent.change(input, { target: { value: '6917384950012345678' } })
    expect(text(seen.now)).toBe('{"n":6917384950012345678}')
    fireEvent.change(input, { target: { value: '1.5' } })
    expect(text(seen.now)).toBe('{"n":6917384950012345678}')
    expect(screen.getByText('This is no whole number yet.')).toBeDefined()
    fireEvent.change(input, { target: { value: '' } })
    expect(text(seen.now)).toBe('{}')
    unmount()
  })

  it('adds, renames and removes pairs', () => {
    const { seen, unmount } = show(form(), { args: { id: 1, low: 2 } })
    const [name] = screen.getAllByRole('textbox', { name: 'Name' })
    if (!name) throw new Error('no name')
    fireEvent.change(name, { target: { value: 'low' } })
    fireEvent.blur(name)
    expect(text(seen.now)).toBe('{"args":{"id":1,"low":2}}')
    fireEvent.change(name, { target: { value: 'key' } })
    fireEvent.blur(name)
    expect(text(seen.now)).toBe('{"args":{"key":1,"low":2}}')
    fireEvent.click(screen.getByRole('button', { name: 'Remove low' }))
    expect(text(seen.now)).toBe('{"args":{"key":1}}')
    unmount()
  })

  it('moves items and shows findings where they are', () => {
    const { seen, unmount } = show(form(), { list: [{ x: 1 }, { x: 2 }] })
    expect(screen.getByText('must be a number')).toBeDefined()
    fireEvent.click(screen.getByRole('button', { name: 'Move Item 2 up' }))
    expect(text(seen.now)).toBe('{"list":[{"x":2},{"x":1}]}')
    fireEvent.click(screen.getByRole('button', { name: 'Add: Item' }))
    expect(text(seen.now)).toBe('{"list":[{"x":2},{"x":1},{}]}')
    unmount()
  })

  it('offers one of what excludes each other', () => {
    const { seen, unmount } = show(form(), { a: true })
    expect(screen.queryByRole('textbox', { name: /^B/ })).toBeNull()
    fireEvent.click(screen.getByRole('radio', { name: 'B' }))
    expect(text(seen.now)).toBe('{}')
    expect(screen.queryByRole('switch')).toBeNull()
    unmount()
  })
})

const texts = formOf(parseJson(`{"type": "object", "x-order": ["value", "n"], "properties": {
  "value": {"title": "Value", "x-template": true}, "n": {"type": "integer", "title": "Number"}}}`) as JsonObject, 'en', {})

/** The code editor of a field, once it is fetched. */
async function editorOf(name: string) {
  const found = EditorView.findFromDOM(await screen.findByRole('textbox', { name }))
  if (!found) throw new Error(`no editor ${name}`)
  return found
}

/** What is put in with one event, as an input method or a script does. */
async function insert(name: string, typed: string) {
  const view = await editorOf(name)
  fireEvent.input(view.contentDOM)
  act(() => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: typed } }))
  return view
}

function fields(): Field {
  if (!texts) throw new Error('no form')
  return texts
}

const numberInput = () => screen.getByRole<HTMLInputElement>('textbox', { name: /^Number/ })

describe('what a field shows', () => {
  it('is in the document when a template is put where JSON is asked for', async () => {
    const { seen, unmount } = show(fields(), {})
    await insert('Value', '{{ trigger.body }}')
    expect(text(seen.now)).toBe('{"value":"{{ trigger.body }}"}')
    unmount()
    expect(said()).toBeUndefined()
  })

  it('stays in the editor that is typed in, whatever form the value comes to have', async () => {
    const { seen, unmount } = show(fields(), {})
    const view = await insert('Value', '{{ trigger.body }}')
    expect(await editorOf('Value')).toBe(view)
    fireEvent.blur(view.contentDOM)
    expect((await editorOf('Value')).state.doc.toString()).toBe('trigger.body')
    await insert('Value', '')
    const emptied = await insert('Value', 'now()')
    expect(await editorOf('Value')).toBe(emptied)
    expect(text(seen.now)).toBe('{"value":"{{ now() }}"}')
    unmount()
  })

  it('is told of when it cannot be kept', async () => {
    const { seen, unmount } = show(fields(), { value: 1 })
    await insert('Value', '{"a": ')
    expect(text(seen.now)).toBe('{"value":1}')
    unmount()
    expect(said()).toBe('What was last typed into “Value” is not valid and was not kept.')
  })

  it('is an expression or nothing where a number is asked for, and is not taken back', () => {
    const { seen, unmount } = show(fields(), { n: 5 })
    fireEvent.change(numberInput(), { target: { value: 'five' } })
    fireEvent.blur(numberInput())
    expect(numberInput().value).toBe('five')
    fireEvent.change(numberInput(), { target: { value: '{{ vars.n }}' } })
    expect(text(seen.now)).toBe('{"n":"{{ vars.n }}"}')
    unmount()
    expect(said()).toBeUndefined()
  })
})
