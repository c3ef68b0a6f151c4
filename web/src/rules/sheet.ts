/** Both forms of a rules node as one sheet of rows and columns: reading and changing its cells. Pure. */
import type { Json, JsonObject } from '../api/json'
import { exactNumber, isObject, JsonNumber, parseJson, writeJson } from '../api/json'
import { soleExpression } from '../code/tokens'
import type { Path } from '../data/path'
import { moved, withKey, withValue } from '../panel/edit'
import { parseCell } from './cell'

export type Form = 'table' | 'rules'

/** A column of the sheet; `at` is its place among those of its kind. */
export type Column =
  | { kind: 'id' }
  | { kind: 'in'; at: number; name: string; expr: string }
  | { kind: 'when' }
  | { kind: 'out'; at: number; name: string }
  | { kind: 'priority' }
  | { kind: 'note' }

export interface Sheet {
  form: Form
  columns: Column[]
  rows: JsonObject[]
}

const objects = (v: Json | undefined): JsonObject[] => (Array.isArray(v) ? v.map((x) => (isObject(x) ? x : {})) : [])
const text = (v: Json | undefined): string => (typeof v === 'string' ? v : '')

/** The form that a config is in; a new one begins as a table. */
export function formOfConfig(config: JsonObject): Form {
  return config['rules'] === undefined ? 'table' : 'rules'
}

export function sheetOf(config: JsonObject): Sheet {
  const form = formOfConfig(config)
  const tail: Column[] = config['hit'] === 'priority' ? [{ kind: 'priority' }, { kind: 'note' }] : [{ kind: 'note' }]
  if (form === 'rules') {
    const rows = objects(config['rules'])
    const names = [...new Set(rows.flatMap((r) => (isObject(r['then']) ? Object.keys(r['then']) : [])))]
    return { form, rows, columns: [{ kind: 'id' }, { kind: 'when' }, ...names.map((name, at): Column => ({ kind: 'out', at, name })), ...tail] }
  }
  const table = isObject(config['table']) ? config['table'] : {}
  const inputs = objects(table['inputs']).map((c, at): Column => ({ kind: 'in', at, name: text(c['name']), expr: text(c['expr']) }))
  const outputs = (Array.isArray(table['outputs']) ? table['outputs'] : []).map((name, at): Column => ({ kind: 'out', at, name: text(name) }))
  return { form, rows: objects(table['rows']), columns: [{ kind: 'id' }, ...inputs, ...outputs, ...tail] }
}

/** Where a cell's value stands in the config; undefined where the row has none there. */
export function cellPath(sheet: Sheet, row: number, column: Column): Path {
  const base: Path = sheet.form === 'table' ? ['table', 'rows', row] : ['rules', row]
  switch (column.kind) {
    case 'in':
      return [...base, 'in', column.at]
    case 'out':
      return sheet.form === 'table' ? [...base, 'out', column.at] : [...base, 'then', column.name]
    default:
      return [...base, column.kind]
  }
}

function valueOf(sheet: Sheet, row: number, column: Column): Json | undefined {
  const of = sheet.rows[row] ?? {}
  const list = (key: string, at: number): Json | undefined => (Array.isArray(of[key]) ? of[key][at] : undefined)
  if (column.kind === 'in') return list('in', column.at)
  if (column.kind !== 'out') return of[column.kind]
  return sheet.form === 'table' ? list('out', column.at) : isObject(of['then']) ? of['then'][column.name] : undefined
}

/** What a cell reads as. */
export function cellText(sheet: Sheet, row: number, column: Column): string {
  const v = valueOf(sheet, row, column)
  if (column.kind === 'out') return resultText(v)
  return v === undefined || v === null ? '' : typeof v === 'string' ? v : writeJson(v)
}

/** A result as it is typed: a text without quotes, unless it would read as something else. Null is an empty cell. */
export function resultText(v: Json | undefined): string {
  if (v === undefined || v === null) return ''
  if (typeof v !== 'string') return writeJson(v)
  return v === '' || readsAsJson(v) !== undefined ? JSON.stringify(v) : v
}

export function resultValue(typed: string): Json {
  return typed.trim() === '' ? null : (readsAsJson(typed) ?? typed)
}

function readsAsJson(typed: string): Json | undefined {
  // A template begins with braces too.
  if (soleExpression(typed) !== undefined || typed.trim().startsWith('{{')) return undefined
  try {
    return parseJson(typed)
  } catch {
    return undefined
  }
}

/** The config with what was typed into a cell. */
export function withCell(config: JsonObject, row: number, column: Column, typed: string): JsonObject {
  const sheet = sheetOf(config)
  const path = cellPath(sheet, row, column)
  const set = (v: Json | undefined) => objectOf(withValue(config, path, v))
  switch (column.kind) {
    case 'in':
      return set(typed)
    case 'when':
      return set(typed)
    case 'out':
      if (sheet.form === 'rules') return set(typed.trim() === '' ? undefined : resultValue(typed))
      return set(resultValue(typed))
    case 'priority':
      return set(/^-?\d+$/.test(typed.trim()) ? exactNumber(typed.trim().replace(/^(-?)0+(?=\d)/, '$1')) : typed.trim() === '' ? undefined : typed)
    default:
      return set(typed === '' ? undefined : typed)
  }
}

function objectOf(v: Json | undefined): JsonObject {
  return isObject(v) ? v : {}
}

function rowsPath(form: Form): Path {
  return form === 'table' ? ['table', 'rows'] : ['rules']
}

function withRows(config: JsonObject, rows: JsonObject[]): JsonObject {
  return objectOf(withValue(config, rowsPath(formOfConfig(config)), rows))
}

/** The config with a row put in, empty but for the conditions given. */
export function withNewRow(config: JsonObject, at: number, cells: readonly string[] = []): JsonObject {
  const { form, columns, rows } = sheetOf(config)
  const ins = columns.filter((c) => c.kind === 'in')
  const row: JsonObject =
    form === 'rules' ? newRule({}) : { in: ins.map((_, i) => cells[i] ?? ''), out: columns.filter((c) => c.kind === 'out').map(() => null) }
  return withRows(config, [...rows.slice(0, at), row, ...rows.slice(at)])
}

export function withoutRow(config: JsonObject, at: number): JsonObject {
  return withRows(config, sheetOf(config).rows.filter((_, i) => i !== at))
}

export function withRowMoved(config: JsonObject, from: number, to: number): JsonObject {
  return withRows(config, moved(sheetOf(config).rows, from, to))
}

/** The config with a further column of conditions or results, empty in all rows. */
export function withColumn(config: JsonObject, kind: 'in' | 'out', name: string): JsonObject {
  const { form, rows, columns } = sheetOf(config)
  if (form === 'rules') {
    // A result of a list of rules is there once a rule gives it.
    const first = rows[0] ?? newRule({})
    return withRows(config, [objectOf(withValue(first, ['then', name], '')), ...rows.slice(1)])
  }
  const table = objectOf(config['table'])
  const count = columns.filter((c) => c.kind === kind).length
  const added = kind === 'in' ? { name, expr: '' } : name
  const key = kind === 'in' ? 'inputs' : 'outputs'
  const list = Array.isArray(table[key]) ? table[key] : []
  const widened = rows.map((r) => ({ ...r, [kind]: [...padded(r[kind], count), kind === 'in' ? '' : null] }))
  return { ...config, table: { inputs: [], outputs: [], ...table, [key]: [...list, added], rows: widened } }
}

function padded(v: Json | undefined, to: number): Json[] {
  const list = Array.isArray(v) ? v.slice(0, to) : []
  return [...list, ...Array.from({ length: to - list.length }, () => null)]
}

export function withoutColumn(config: JsonObject, column: Column): JsonObject {
  if (column.kind !== 'in' && column.kind !== 'out') return config
  const { form, rows } = sheetOf(config)
  if (form === 'rules') {
    return column.kind === 'out' ? withRows(config, rows.map((r) => objectOf(withValue(r, ['then', column.name], undefined)))) : config
  }
  const table = objectOf(config['table'])
  const key = column.kind === 'in' ? 'inputs' : 'outputs'
  const without = (v: Json | undefined) => (Array.isArray(v) ? v.filter((_, i) => i !== column.at) : [])
  return { ...config, table: { ...table, [key]: without(table[key]), rows: rows.map((r) => ({ ...r, [column.kind]: without(r[column.kind]) })) } }
}

/** The config with what a column is called, or what a condition looks at. */
export function withHeading(config: JsonObject, column: Column, part: 'name' | 'expr', typed: string): JsonObject {
  if (column.kind === 'in') return objectOf(withValue(config, ['table', 'inputs', column.at, part], part === 'name' && typed === '' ? undefined : typed))
  if (column.kind !== 'out' || part === 'expr') return config
  const { form, rows } = sheetOf(config)
  if (form === 'table') return objectOf(withValue(config, ['table', 'outputs', column.at], typed))
  const taken = rows.some((r) => isObject(r['then']) && r['then'][typed] !== undefined)
  if (typed === '' || taken) return config
  return withRows(config, rows.map((r) => (isObject(r['then']) ? objectOf(withValue(r, ['then'], withKey(r['then'], column.name, typed))) : r)))
}

function newRule(gives: JsonObject): JsonObject {
  return objectOf(withValue({ when: '' }, ['then'], gives))
}

/** The empty beginning of a form. */
export function emptyForm(form: Form): JsonObject {
  if (form === 'rules') return { rules: [newRule({ result: '' })] }
  return { table: { inputs: [{ expr: 'input' }], outputs: ['result'], rows: [{ in: [''], out: [null] }] } }
}

/** The id by which the engine reports a row. */
export function rowId(row: JsonObject, at: number): string {
  return typeof row['id'] === 'string' && row['id'] !== '' ? row['id'] : String(at + 1)
}

/** What stands in a spreadsheet's clipboard, put in from a cell on; rows are added as needed. Words become texts in conditions. */
export function pasted(config: JsonObject, row: number, column: number, clip: string): JsonObject {
  const lines = clip.replace(/\r?\n$/, '').split(/\r?\n/).map((l) => l.split('\t'))
  let next = config
  lines.forEach((cells, r) => {
    if (row + r >= sheetOf(next).rows.length) next = withNewRow(next, row + r)
    cells.forEach((cell, c) => {
      const into = sheetOf(config).columns[column + c]
      if (into) next = withCell(next, row + r, into, into.kind === 'in' ? quotedWord(cell) : cell)
    })
  })
  return next
}

/** A word that is no condition is meant as a text: PAID is "PAID". */
function quotedWord(cell: string): string {
  const trimmed = cell.trim()
  return parseCell(trimmed).kind === 'unknown' && /^[\p{L}\p{N}_ -]+$/u.test(trimmed) ? JSON.stringify(trimmed) : trimmed
}

/** A value as an expression that gives it, to put a test's value in the place of a column's expression. */
export function literalExpression(v: Json): string {
  if (v === null) return 'nil'
  if (v instanceof JsonNumber) return v.text
  if (Array.isArray(v)) return `[${v.map(literalExpression).join(', ')}]`
  if (isObject(v)) return `{${Object.entries(v).map(([k, x]) => `${JSON.stringify(k)}: ${literalExpression(x)}`).join(', ')}}`
  return JSON.stringify(v)
}

/** The table with fixed values in the place of its columns' expressions. */
export function withInputs(config: JsonObject, values: readonly Json[]): JsonObject {
  const table = objectOf(config['table'])
  const inputs = objects(table['inputs']).map((c, i) => ({ ...c, expr: literalExpression(values[i] ?? null) }))
  return { ...config, table: { ...table, inputs } }
}
