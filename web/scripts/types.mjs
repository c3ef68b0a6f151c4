// Writes src/api/schema.ts, the types and addresses of the API's calls, from server/openapi.json.
import { readFile, writeFile } from 'node:fs/promises'

const document = JSON.parse(await readFile(new URL('../../server/openapi.json', import.meta.url), 'utf8'))
const target = new URL('../src/api/schema.ts', import.meta.url)

const name = (ref) => ref.split('/').pop()
const resolve = (o) => (o.$ref ? document.components[o.$ref.split('/')[2]][name(o.$ref)] : o)
const key = (k) => (/^[A-Za-z_$][\w$]*$/.test(k) ? k : JSON.stringify(k))
const comment = (text, pad) => (text ? `${pad}/** ${text.replaceAll('*/', '* /')} */\n` : '')

/** The TypeScript type of a JSON Schema. What it does not know is any JSON value: never a wrong promise. */
function type(schema, pad = '') {
  if (schema === true || Object.keys(schema).every((k) => k === 'description' || k === 'examples')) return 'Json'
  if (schema.$ref) return name(schema.$ref)
  if ('const' in schema) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((v) => JSON.stringify(v)).join(' | ')
  const union = schema.anyOf ?? schema.oneOf
  if (union) return union.map((s) => type(s, pad)).join(' | ')
  if (schema.allOf) return schema.allOf.map((s) => type(s, pad)).join(' & ')
  if (Array.isArray(schema.type)) return schema.type.map((t) => type({ ...schema, type: t }, pad)).join(' | ')
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type
    case 'integer':
    case 'number':
      return schema.format === 'int64' ? 'number | JsonNumber' : 'number'
    case 'array':
      return schema.minItems === 2 && schema.maxItems === 2
        ? `[${type(schema.items, pad)}, ${type(schema.items, pad)}]`
        : `Array<${schema.items ? type(schema.items, pad) : 'Json'}>`
    case 'object':
      return object(schema, pad)
    default:
      return 'Json'
  }
}

function object(schema, pad) {
  const extra = schema.additionalProperties
  if (!schema.properties) return typeof extra === 'object' ? `Record<string, ${type(extra, pad)}>` : 'JsonObject'
  const inner = pad + '  '
  const lines = Object.entries(schema.properties).map(([k, s]) => {
    const optional = schema.required?.includes(k) ? '' : '?'
    return `${comment(s.description, inner)}${inner}${key(k)}${optional}: ${type(s, inner)}\n`
  })
  return `{\n${lines.join('')}${pad}}`
}

function parameters(operation, where) {
  const found = (operation.parameters ?? []).map(resolve).filter((p) => p.in === where && p.name !== 'Accept-Language')
  if (found.length === 0) return 'undefined'
  const lines = found.map((p) => `${comment(p.description, '      ')}      ${key(p.name)}${p.required ? '' : '?'}: ${type(p.schema, '      ')}\n`)
  return `{\n${lines.join('')}    }`
}

function answer(operation) {
  const types = Object.entries(operation.responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([, r]) => {
      const content = resolve(r).content
      if (!content) return 'undefined'
      const json = content['application/json'] ?? content['application/schema+json']
      return json ? type(json.schema, '    ') : 'string'
    })
  return [...new Set(types)].join(' | ')
}

const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
)

const body = (o) => {
  const schema = o.requestBody?.content['application/json']?.schema
  if (!schema) return 'undefined'
  return type(schema, '    ') + (o.requestBody.required ? '' : ' | undefined')
}

const out = `// Made by \`npm run types\` from server/openapi.json.
import type { Json, JsonNumber, JsonObject } from './json'

${Object.entries(document.components.schemas)
  .map(([n, s]) => `${comment(s.description, '')}export type ${n} = ${type(s)}\n`)
  .join('\n')}
/** Every call of the API: what it takes and gives. */
export interface Operations {
${calls
  .map(
    ({ operation: o }) => `${comment(o.summary, '  ')}  ${o.operationId}: {
    path: ${parameters(o, 'path')}
    query: ${parameters(o, 'query')}
    header: ${parameters(o, 'header')}
    body: ${body(o)}
    answer: ${answer(o)}
  }\n`,
  )
  .join('')}}

/** Where each call lies, as METHOD and path. */
export const addresses: { readonly [O in keyof Operations]: readonly [method: string, path: string] } = {
${calls.map(({ path, method, operation }) => `  ${operation.operationId}: ['${method}', '${path}'],\n`).join('')}}

export type { JsonNumber }
`
let before = ''
try {
  before = await readFile(target, 'utf8')
} catch {
  // There is none yet.
}
if (before !== out) await writeFile(target, out)
