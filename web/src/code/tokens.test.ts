import { describe, expect, it } from 'vitest'
import { callContext, pathContext, predicateList } from './context'
import { expressionTokens, soleExpression, sqlArguments, sqlTokens, templateHoles, templateTokens, unitsOf } from './tokens'

const kinds = (text: string) => expressionTokens(text).map((t) => `${t.kind}:${text.slice(t.from, t.to)}`)

describe('expressions', () => {
  it('have tokens', () => {
    expect(kinds(`sum(order.items, "price") > 1_00.5 && not nodes["a-b"]?.ok // why`)).toEqual([
      'function:sum', 'bracket:(', 'name:order', 'operator:.', 'field:items', 'operator:,', 'string:"price"', 'bracket:)', 'operator:>',
      'number:1_00.5', 'operator:&&', 'keyword:not', 'name:nodes', 'bracket:[', 'string:"a-b"', 'bracket:]', 'operator:?.', 'field:ok', 'comment:// why',
    ])
    expect(kinds('filter(xs, #.n in 1..3 && .in == nil)')).toContain('field:in')
    expect(kinds('1..3')).toEqual(['number:1', 'operator:..', 'number:3'])
    expect(kinds('"open')).toEqual(['string:"open'])
    expect(kinds('订单.金额')).toEqual(['name:订单', 'operator:.', 'field:金额'])
  })
  it('are found in templates, whatever braces are in them', () => {
    const text = '单{{ nodes.a.b }}: {{ {"x": {"y": 1}}.x }} {{ "}}" }} {{ open'
    expect(templateHoles(text).map((h) => text.slice(h.from, h.to))).toEqual([' nodes.a.b ', ' {"x": {"y": 1}}.x ', ' "}}" ', ' open'])
    expect(templateHoles(text).map((h) => h.closed)).toEqual([true, true, true, false])
    expect(templateTokens('no braces { } here')).toEqual([])
    expect(soleExpression('{{ trigger.body.id }}')).toBe('trigger.body.id')
    expect(soleExpression('{{ a }}{{ b }}')).toBeUndefined()
    expect(soleExpression('a {{ b }}')).toBeUndefined()
  })
  it('count characters as the engine does', () => {
    expect(unitsOf('a𠮷b', 2)).toBe(3)
    expect(unitsOf('ab', 9)).toBe(2)
  })
})

function path(text: string) {
  const pos = text.indexOf('|')
  const whole = text.replace('|', '')
  return pathContext(whole, expressionTokens(whole), pos)
}

describe('the path at the cursor', () => {
  it('is followed over dots, brackets and positions', () => {
    expect(path('nodes.save.ro|ws')).toMatchObject({ base: ['nodes', 'save'], partial: 'ro', from: 11 })
    expect(path('1 + nodes["get-detail"].body[0].|')).toMatchObject({ base: ['nodes', 'get-detail', 'body', 0], partial: '' })
    expect(path('nodes["get-|"]')).toMatchObject({ base: ['nodes'], partial: 'get-', bracket: true })
    expect(path('nodes?.a?.|')).toMatchObject({ base: ['nodes', 'a'] })
    expect(path('tri|')).toMatchObject({ base: [], item: false, partial: 'tri' })
    expect(path('a && |')).toMatchObject({ base: [], partial: '' })
  })
  it('knows the item of a predicate', () => {
    expect(path('filter(xs, .pri|ce)')).toMatchObject({ base: [], item: true, partial: 'pri' })
    expect(path('filter(xs, #.a.|)')).toMatchObject({ base: ['a'], item: true })
    expect(path('filter(xs, .a.|)')).toMatchObject({ base: ['a'], item: true })
  })
  it('is none where nothing is to be completed', () => {
    expect(path('"a.|b"')).toBeUndefined()
    expect(path('f(x).|')).toBeUndefined()
    expect(path('12|')).toBeUndefined()
  })
})

const call = (text: string) => {
  const pos = text.indexOf('¦')
  const whole = text.replace('¦', '')
  return callContext(whole, expressionTokens(whole), pos)
}

const list = (text: string) => predicateList(text, expressionTokens(text), text.length)

describe('the call at the cursor', () => {
  it('has a name and an argument', () => {
    expect(call('round(sum(a, .b), ¦)')).toMatchObject({ name: 'round', argument: 1 })
    expect(call('round(sum(a, .b¦), 2)')).toMatchObject({ name: 'sum', argument: 1 })
    expect(call('f([1, 2, ¦])')).toMatchObject({ name: 'f', argument: 0 })
    expect(call('xs | filter(¦)')).toMatchObject({ name: 'filter', argument: 1 })
    expect(call('f(1)¦')).toBeUndefined()
    expect(call('(1 + ¦)')).toBeUndefined()
  })
  it('tells which list a predicate goes over', () => {
    expect(list('filter(input.items, .')).toBe('input.items')
    expect(list('input.items | filter(.')).toBe('input.items')
    expect(list('filter(.')).toBeUndefined()
  })
})

describe('SQL', () => {
  it('has arguments, and no arguments in texts and casts', () => {
    expect(sqlArguments(`SELECT ':no', a::text FROM t -- :neither\nWHERE id = :id AND (b > :low OR :id = 1)`)).toEqual(['id', 'low'])
    const text = `UPDATE "or der" SET n = count(x)`
    expect(sqlTokens(text).map((t) => t.kind)).toEqual(['keyword', 'field', 'keyword', 'name', 'operator', 'function', 'bracket', 'name', 'bracket'])
  })
})
