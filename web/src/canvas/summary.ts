import type { FlowNode, FlowTrigger, JsonObject } from '../document/types'

// What tells most about a node, in the order of how much.
const telling = ['when', 'items', 'until', 'for', 'sql', 'statements', 'path', 'url', 'flow', 'key', 'topic', 'table', 'source', 'text', 'markdown', 'message', 'title', 'connection', 'status', 'cron']
const longest = 80

/** One line of a node's config for its card; empty where nothing in it is short. */
export function summaryOf({ config }: FlowNode | FlowTrigger): string {
  if (!config) return ''
  const method = typeof config.method === 'string' ? `${config.method} ` : ''
  for (const key of telling) {
    const text = lineOf(config, key)
    if (text !== '') return (method + text).slice(0, longest)
  }
  return method.trim()
}

function lineOf(config: JsonObject, key: string): string {
  const value = config[key]
  if (typeof value === 'string') return value.replace(/\s+/g, ' ').replace(/\{\{\s*|\s*\}\}/g, '').trim()
  if (key === 'statements' && Array.isArray(value)) {
    const first: unknown = value[0]
    return first !== null && typeof first === 'object' && 'sql' in first ? lineOf(first as JsonObject, 'sql') : ''
  }
  return ''
}
