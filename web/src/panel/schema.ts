/** What a form asks for, read from a config's JSON Schema and its hints. No React, no document. */
import type { Json, JsonObject } from '../api/json'
import { isObject } from '../api/json'
import { pointerOf } from '../data/path'
import type { Language } from '../i18n/setup'

export type FieldKind =
  | 'text'
  | 'longText'
  | 'number'
  | 'boolean'
  | 'choice'
  | 'expression'
  | 'path'
  | 'cell'
  | 'sql'
  | 'duration'
  | 'connection'
  | 'flow'
  | 'zone'
  /** An object of any names, all with values of one kind. */
  | 'keyValue'
  /** An object of known names. */
  | 'object'
  | 'list'
  /** Any JSON, also what no other kind fits. */
  | 'json'

export interface Option {
  value: string
  /** What choosing it means, where the schema says so. */
  help: string | undefined
}

export interface Field {
  /** The name in its object; '' for the items of a list and the values of a key-value object. */
  key: string
  kind: FieldKind
  title: string
  description: string
  required: boolean
  /** Taken as it stands: templates are refused, so there is no switch to an expression. */
  literal: boolean
  integer: boolean
  /** A text is among the values that fit. */
  texts: boolean
  /** A list is among them. */
  lists: boolean
  fallback: Json | undefined
  examples: Json[]
  options: Option[]
  /** Types of connections that fit; empty for any. */
  connections: string[]
  /** item and index are in scope here: always, or where the config has the property named. */
  item: boolean | string
  /** What is computed here sees the outputs of the node's body. */
  body: boolean
  min: number | undefined
  max: number | undefined
  /** Of an object. */
  fields: Field[]
  /** Of these only one may be given, each a list of keys. */
  choices: OneOf[]
  /** Of a list or a key-value object. */
  items: Field | undefined
}

/** Keys that exclude each other. */
export interface OneOf {
  keys: string[]
  required: boolean
}

/** Texts in another language, by JSON Pointer into the schema. */
export type Texts = Readonly<Record<string, Json>>

interface Reading {
  root: JsonObject
  texts: Texts
  /** How deep the place is: schemas may hold themselves. */
  depth: number
}

/** What lies deeper than forms go is edited as JSON. */
const deepest = 8

/** The form of a config; undefined where the schema is not that of an object with known members. */
export function formOf(schema: JsonObject, language: Language, zh: Texts): Field | undefined {
  const field = read({ root: schema, texts: language === 'zh' ? zh : {}, depth: 0 }, '', schema, '', false, false)
  return field.kind === 'object' ? field : undefined
}

/** The form of a part of the document's own schema, whose texts are in the reader's language already. Nothing in it computes. */
export function formOfDefinition(root: JsonObject, name: string): Field | undefined {
  const definitions = root['$defs']
  if (!isObject(definitions) || definitions[name] === undefined) return undefined
  const field = read({ root, texts: {}, depth: 0 }, '', definitions[name], '', false, true)
  return field.kind === 'object' ? field : undefined
}

/** A key of the document itself, read from the document's schema, whose texts are in the reader's language already. */
export function fieldOfDocument(root: JsonObject, key: string): Field | undefined {
  const properties = root['properties']
  if (!isObject(properties) || properties[key] === undefined) return undefined
  return read({ root, texts: {}, depth: 0 }, key, properties[key], '', false, false)
}

function read(outer: Reading, key: string, at: Json | undefined, pointer: string, required: boolean, literal: boolean): Field {
  const r = { ...outer, depth: outer.depth + 1 }
  const schema = resolved(r.root, at)
  const isLiteral = literal || schema['x-literal'] === true || schema['x-schema'] === true
  const options = optionsOf(schema, text(r, pointer, schema, 'description'))
  const field: Field = {
    key,
    kind: r.depth > deepest ? 'json' : kindOf(schema),
    title: text(r, pointer, schema, 'title') || key,
    description: options.lead,
    required,
    literal: isLiteral,
    integer: typesOf(schema).includes('integer'),
    texts: allows(schema, 'string'),
    lists: allows(schema, 'array'),
    fallback: schema['default'],
    examples: Array.isArray(schema['examples']) ? schema['examples'] : [],
    options: options.list,
    connections: Array.isArray(schema['x-connection']) ? schema['x-connection'].filter((c) => typeof c === 'string') : [],
    item: typeof schema['x-item'] === 'string' ? schema['x-item'] : schema['x-item'] === true,
    body: schema['x-body'] === true,
    min: numberOf(schema['minimum']),
    max: numberOf(schema['maximum']),
    fields: [],
    choices: choicesOf(schema),
    items: undefined,
  }
  if (field.kind === 'object') field.fields = fieldsOf(r, schema, pointer, isLiteral)
  if (field.kind === 'list') field.items = read(r, '', schema['items'], `${pointer}/items`, true, isLiteral)
  if (field.kind === 'keyValue') field.items = read(r, '', schema['additionalProperties'], `${pointer}/additionalProperties`, true, isLiteral)
  return field
}

function fieldsOf(r: Reading, schema: JsonObject, pointer: string, literal: boolean): Field[] {
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  const properties = isObject(schema['properties']) ? schema['properties'] : {}
  // The server's objects have no order; what the author wrote stands beside them.
  const order = Array.isArray(schema['x-order']) ? schema['x-order'].filter((k) => typeof k === 'string') : []
  const place = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length)
  return Object.entries(properties).toSorted(([a], [b]) => place(a) - place(b)).map(([key, of]) => read(r, key, of, `${pointer}/properties${pointerOf([key])}`, required.includes(key), literal))
}

/** A reference stands for what it refers to; what is said beside it, such as a title, holds before what is said there. */
function resolved(root: JsonObject, at: Json | undefined): JsonObject {
  let schema = isObject(at) ? at : {}
  for (let i = 0; i < 8 && typeof schema['$ref'] === 'string' && schema['$ref'].startsWith('#/'); i++) {
    const { $ref, ...beside } = schema
    let target: Json | undefined = root
    for (const part of String($ref).slice(2).split('/')) target = isObject(target) ? target[part.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined
    schema = isObject(target) ? { ...target, ...beside } : beside
  }
  return schema
}

function text(r: Reading, pointer: string, schema: JsonObject, keyword: 'title' | 'description'): string {
  const translated = r.texts[pointer === '' && keyword === 'title' ? '' : `${pointer}/${keyword}`]
  const own = schema[keyword]
  return typeof translated === 'string' ? translated : typeof own === 'string' ? own : ''
}

function typesOf(schema: JsonObject): Json[] {
  const type = schema['type']
  return Array.isArray(type) ? type : type === undefined ? [] : [type]
}

function allows(schema: JsonObject, type: string): boolean {
  const types = typesOf(schema)
  return types.length === 0 || types.includes(type)
}

const kinds: Readonly<Record<string, FieldKind>> = { sql: 'sql', duration: 'duration', longText: 'longText' }

function kindOf(schema: JsonObject): FieldKind {
  if (schema['x-expression'] === true) return 'expression'
  if (schema['x-path'] === true) return 'path'
  if (schema['x-cell'] === true) return 'cell'
  if (schema['x-connection'] !== undefined) return 'connection'
  if (schema['x-flow'] === true) return 'flow'
  if (schema['x-zone'] === true) return 'zone'
  if (schema['x-duration'] === true) return 'duration'
  const named = typeof schema['x-kind'] === 'string' ? kinds[schema['x-kind']] : undefined
  if (named) return named
  if (Array.isArray(schema['enum']) && schema['enum'].every((v) => typeof v === 'string')) return 'choice'
  const types = typesOf(schema)
  // An object, or a list for those who count: the arguments of a statement.
  if (types.length === 2 && types.includes('object') && types.includes('array') && schema['additionalProperties'] === true) return 'keyValue'
  if (types.length !== 1) return 'json'
  switch (types[0]) {
    case 'string':
      return 'text'
    case 'integer':
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'array':
      return isObject(schema['items']) ? 'list' : 'json'
    case 'object':
      if (isObject(schema['properties'])) return 'object'
      return isObject(schema['additionalProperties']) || schema['additionalProperties'] === true ? 'keyValue' : 'json'
    default:
      return 'json'
  }
}

function numberOf(v: Json | undefined): number | undefined {
  return typeof v === 'number' ? v : undefined
}

/** The choices of an enum. Where the description says of each what it means ("first: the topmost wins."), that is its help. */
function optionsOf(schema: JsonObject, description: string): { list: Option[]; lead: string } {
  const values = Array.isArray(schema['enum']) ? schema['enum'].filter((v) => typeof v === 'string') : []
  const said = values.map((value) => {
    const at = new RegExp(`(?:^|[\\s。.;；])${value.replaceAll(/[^\w]/g, '\\$&')}\\s*[:：]\\s*`).exec(description)
    return at ? { value, at: at.index, from: at.index + at[0].length } : undefined
  })
  const found = said.filter((s) => s !== undefined)
  if (values.length === 0 || found.length < values.length) return { list: values.map((value) => ({ value, help: undefined })), lead: description }
  const ends = [...found.map((f) => f.at), description.length].toSorted((a, b) => a - b)
  const list = found.map((f) => ({ value: f.value, help: description.slice(f.from, (ends.find((e) => e > f.at) ?? description.length) + 1).trim() }))
  return { list, lead: description.slice(0, (ends[0] ?? 0) + 1).trim() }
}

/** Alternatives: "oneOf" over required keys, on the object itself or behind a condition, where none is required. */
function choicesOf(schema: JsonObject): OneOf[] {
  const found: OneOf[] = []
  const add = (oneOf: Json | undefined, required: boolean) => {
    if (!Array.isArray(oneOf)) return
    const keys = oneOf.flatMap((part) => (isObject(part) && Array.isArray(part['required']) ? [part['required']] : []))
    if (keys.length !== oneOf.length || keys.length < 2) return
    const single = keys.flatMap((k) => (k.length === 1 && typeof k[0] === 'string' ? [k[0]] : []))
    if (single.length === keys.length) found.push({ keys: single, required })
  }
  add(schema['oneOf'], true)
  const conditions = [schema, ...(Array.isArray(schema['allOf']) ? schema['allOf'].filter(isObject) : [])]
  for (const c of conditions) if (isObject(c['then'])) add(c['then']['oneOf'], false)
  return found
}

/** Of keys that exclude each other the one that is given, else the first. */
export function chosen(choice: OneOf, value: JsonObject): string {
  return choice.keys.find((k) => value[k] !== undefined) ?? choice.keys[0] ?? ''
}
