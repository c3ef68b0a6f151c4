import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../api/json'
import { parseJson, writeJson } from '../api/json'
import {
  cellPath, cellText, emptyForm, literalExpression, pasted, resultText, resultValue, sheetOf, withCell, withColumn, withHeading, withInputs, withNewRow, withoutColumn,
  withoutRow, withRowMoved,
} from './sheet'

const table = parseJson(`{"hit": "priority", "table": {"inputs": [{"name": "省份", "expr": "input.p"}, {"expr": "input.w"}], "outputs": ["wh", "fee"],
  "rows": [{"id": "far", "in": ["\\"西藏\\"", ""], "out": ["成都仓", 12.50], "priority": 2}, {"in": ["", 20], "out": [null, "{{ vars.fee }}"], "note": "n"}]}}`) as JsonObject
const list = parseJson('{"rules": [{"id": "a", "when": "x > 1", "then": {"level": "high"}}, {"when": "true", "then": {"level": "low", "n": 1}}]}') as JsonObject

const texts = (config: JsonObject) => {
  const sheet = sheetOf(config)
  return sheet.rows.map((_, r) => sheet.columns.map((c) => cellText(sheet, r, c)))
}

describe('a sheet', () => {
  it('shows both forms', () => {
    expect(texts(table)).toEqual([['far', '"西藏"', '', '成都仓', '12.50', '2', ''], ['', '', '20', '', '{{ vars.fee }}', '', 'n']])
    expect(texts(list)).toEqual([['a', 'x > 1', 'high', '', ''], ['', 'true', 'low', '1', '']])
  })
  it('keeps what is typed, and nothing else changes', () => {
    const sheet = sheetOf(table)
    let same = table
    sheet.rows.forEach((_, r) => sheet.columns.forEach((c) => {
      if (c.kind !== 'in') same = withCell(same, r, c, cellText(sheet, r, c))
    }))
    expect(writeJson(same)).toBe(writeJson(table))
    const [, , weight] = sheet.columns
    expect(weight && writeJson(withCell(table, 0, weight, '> 20'))).toBe(writeJson(table).replace('"in":["\\"西藏\\"",""]', '"in":["\\"西藏\\"","> 20"]'))
    expect(weight && cellPath(sheet, 1, weight)).toEqual(['table', 'rows', 1, 'in', 1])
  })
  it('reads results as they are meant', () => {
    for (const v of ['a', '', '5', 'true', '{"x": 1}', '{{ a }}', '{{ a }} b']) expect(resultValue(resultText(v)), v).toBe(v)
    expect(String(resultValue('6917384950012345678'))).toBe('6917384950012345678')
    expect(resultValue('')).toBeNull()
    expect(resultValue('{"a": [1]}')).toEqual({ a: [1] })
  })
})

describe('rows and columns', () => {
  it('come and go in all rows', () => {
    const more = withColumn(table, 'in', '渠道')
    expect(texts(more)[0]).toEqual(['far', '"西藏"', '', '', '成都仓', '12.50', '2', ''])
    const added = sheetOf(more).columns[3]
    expect(added && writeJson(withoutColumn(more, added))).toBe(writeJson(table))
    expect(texts(withNewRow(table, 1, ['"浙江"']))[1]).toEqual(['', '"浙江"', '', '', '', '', ''])
    expect(texts(withoutRow(table, 0))).toHaveLength(1)
    expect(texts(withRowMoved(table, 0, 1))[1]?.[0]).toBe('far')
    expect(texts(withColumn(list, 'out', 'note2'))[0]).toEqual(['a', 'x > 1', 'high', '""', '', ''])
  })
  it('are renamed', () => {
    const [, province, , wh] = sheetOf(table).columns
    expect(province && sheetOf(withHeading(table, province, 'name', 'P')).columns[1]).toMatchObject({ name: 'P', expr: 'input.p' })
    expect(wh && sheetOf(withHeading(table, wh, 'name', 'warehouse')).columns[3]).toMatchObject({ name: 'warehouse' })
    const level = sheetOf(list).columns[2]
    expect(level && writeJson(withHeading(list, level, 'name', 'grade'))).toBe(writeJson(list).replaceAll('"level"', '"grade"'))
    expect(level && withHeading(list, level, 'name', 'n')).toBe(list)
  })
  it('begin empty and sound', () => {
    expect(sheetOf(emptyForm('table')).columns.map((c) => c.kind)).toEqual(['id', 'in', 'out', 'note'])
    expect(sheetOf(emptyForm('rules')).columns.map((c) => c.kind)).toEqual(['id', 'when', 'out', 'note'])
  })
})

describe('a paste from a spreadsheet', () => {
  it('fills cells, adds rows and quotes words', () => {
    const next = pasted(table, 1, 1, '浙江\t> 5\t杭州仓\nPAID\t[1..2)\t3\n')
    expect(texts(next).slice(1)).toEqual([['', '"浙江"', '> 5', '杭州仓', '{{ vars.fee }}', '', 'n'], ['', '"PAID"', '[1..2)', '3', '', '', '']])
  })
})

describe('a test', () => {
  it('puts values in the place of expressions, exactly', () => {
    const next = withInputs(table, ['西"藏', parseJson('6917384950012345678')])
    expect(sheetOf(next).columns.slice(1, 3)).toMatchObject([{ expr: '"西\\"藏"' }, { expr: '6917384950012345678' }])
    expect(literalExpression(parseJson('{"a": [null, 1.50, true]}'))).toBe('{"a": [nil, 1.50, true]}')
  })
})
