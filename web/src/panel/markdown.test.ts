import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Block, Inline } from './markdown'
import { parseMarkdown } from './markdown'

const plain = (content: Inline[]) => content.map((c) => c.text).join('')

describe('Markdown of node pages', () => {
  it('is read whole', () => {
    for (const page of ['pure/rules/doc.md', 'effect/dbquery/doc.zh.md', 'effect/httprequest/doc.md', 'control/repeat/doc.zh.md']) {
      const blocks = parseMarkdown(readFileSync(`../nodes/${page}`, 'utf8'))
      const text = JSON.stringify(blocks)
      expect(blocks.some((b) => b.kind === 'table'), page).toBe(true)
      expect(blocks.some((b) => b.kind === 'code'), page).toBe(true)
      expect(blocks.filter((b) => b.kind === 'paragraph').map((b) => plain(b.content)).join(''), page).not.toMatch(/\*\*|^\||^#/m)
      expect(text.length, page).toBeGreaterThan(500)
    }
  })
  it('joins lines as their language does', () => {
    const [zh, en] = parseMarkdown('第一行\n第二行\n\none\ntwo') as Extract<Block, { kind: 'paragraph' }>[]
    expect(plain(zh?.content ?? [])).toBe('第一行第二行')
    expect(plain(en?.content ?? [])).toBe('one two')
  })
  it('has no markup and no strange links', () => {
    const [p] = parseMarkdown('<b>x</b> [a](javascript:alert(1)) [b](https://e.com) `c|d`') as Extract<Block, { kind: 'paragraph' }>[]
    expect(p?.content).toEqual([
      { kind: 'text', text: '<b>x</b> ' }, { kind: 'text', text: 'a' }, { kind: 'text', text: ') ' },
      { kind: 'link', text: 'b', href: 'https://e.com' }, { kind: 'text', text: ' ' }, { kind: 'code', text: 'c|d' },
    ])
  })
})
