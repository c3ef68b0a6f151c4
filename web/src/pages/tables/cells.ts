import type { Json, JsonObject } from '../../api/json'
import { isObject, parseJson, writeJson } from '../../api/json'

/** How a value stands in a cell: text bare, unless it would be read as something else. */
export function cellText(value: Json | undefined): string {
  if (value === undefined) return ''
  if (typeof value !== 'string') return writeJson(value)
  return readCell(value) === value ? value : JSON.stringify(value)
}

/** What a cell's text means: JSON where it is some, else text; an empty cell is no member. */
export function readCell(text: string): Json | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  try {
    return parseJson(trimmed)
  } catch {
    return text
  }
}

/** The columns of a table: those of its rows in the order in which they come up; undefined where a row is no object. */
export function columnsOf(table: JsonObject): string[] | undefined {
  const columns = new Set<string>()
  for (const row of Object.values(table)) {
    if (!isObject(row)) return undefined
    for (const column of Object.keys(row)) columns.add(column)
  }
  return Object.keys(table).length > 0 ? [...columns] : undefined
}

/** A table with one cell changed. Without columns the row is the value itself. */
export function withCell(table: JsonObject, key: string, column: string | undefined, value: Json | undefined): JsonObject {
  if (column === undefined) return { ...table, [key]: value ?? null }
  const row = table[key]
  const { [column]: _, ...rest } = isObject(row) ? row : {}
  return { ...table, [key]: value === undefined ? rest : { ...(isObject(row) ? row : {}), [column]: value } }
}

/** A table with a row under another key, in its place. */
export function withKey(table: JsonObject, from: string, to: string): JsonObject {
  return Object.fromEntries(Object.entries(table).map(([k, v]) => [k === from ? to : k, v]))
}
