/** The Markdown of node pages as a tree: headings, paragraphs, lists, tables, code. Nothing else, and never markup of its own. */
export type Inline = { kind: 'text' | 'code' | 'strong'; text: string } | { kind: 'link'; text: string; href: string }

export type Block =
  | { kind: 'heading'; level: number; content: Inline[] }
  | { kind: 'paragraph'; content: Inline[] }
  | { kind: 'list'; items: Inline[][] }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] }
  | { kind: 'code'; text: string }

export function parseMarkdown(text: string): Block[] {
  const lines = text.split('\n')
  const blocks: Block[] = []
  let i = 0
  while (i < lines.length) {
    const line = lines[i] ?? ''
    const fence = line.startsWith('```')
    const heading = /^(#{1,6})\s+(.*)$/.exec(line)
    if (line.trim() === '') i++
    else if (fence) {
      const end = lines.findIndex((l, n) => n > i && l.startsWith('```'))
      const stop = end < 0 ? lines.length : end
      blocks.push({ kind: 'code', text: lines.slice(i + 1, stop).join('\n') })
      i = stop + 1
    } else if (heading) {
      blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, content: inline(heading[2] ?? '') })
      i++
    } else if (line.startsWith('|') && /^\|[\s:|-]+\|$/.test((lines[i + 1] ?? '').trim())) {
      const stop = endOf(lines, i, (l) => l.startsWith('|'))
      blocks.push({ kind: 'table', head: cells(line), rows: lines.slice(i + 2, stop).map(cells) })
      i = stop
    } else if (/^[-*]\s/.test(line)) {
      const stop = endOf(lines, i, (l) => /^[-*]\s|^\s+\S/.test(l))
      blocks.push({ kind: 'list', items: joined(lines.slice(i, stop)).map(inline) })
      i = stop
    } else {
      const stop = Math.max(i + 1, endOf(lines, i, (l) => l.trim() !== '' && !/^(#{1,6}\s|```|\||[-*]\s)/.test(l)))
      blocks.push({ kind: 'paragraph', content: inline(flowing(lines.slice(i, stop))) })
      i = stop
    }
  }
  return blocks
}

function endOf(lines: readonly string[], from: number, belongs: (line: string) => boolean): number {
  const end = lines.findIndex((l, n) => n >= from && !belongs(l))
  return end < 0 ? lines.length : end
}

/** The lines of a paragraph as one; between Chinese characters no blank stands for the line's end. */
function flowing(lines: readonly string[]): string {
  return lines.map((l) => l.trim()).join('\n').replaceAll(/(?<=[\u2e80-\uffef])\n(?=[\u2e80-\uffef])/g, '').replaceAll('\n', ' ')
}

function joined(lines: readonly string[]): string[] {
  const items: string[][] = []
  for (const line of lines) {
    const start = /^[-*]\s+(.*)$/.exec(line)
    if (start) items.push([start[1] ?? ''])
    else items.at(-1)?.push(line)
  }
  return items.map(flowing)
}

function cells(line: string): Inline[][] {
  const inner = line.trim().replace(/^\|/, '').replace(/\|$/, '')
  return inner.split(/(?<!\\)\|/).map((c) => inline(c.trim().replaceAll(String.raw`\|`, '|')))
}

function inline(text: string): Inline[] {
  return text
    .split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)\s]+\))/)
    .filter((part) => part !== '')
    .map((part): Inline => {
      if (/^`.+`$/.test(part)) return { kind: 'code', text: part.slice(1, -1) }
      if (/^\*\*.+\*\*$/.test(part)) return { kind: 'strong', text: part.slice(2, -2) }
      const link = /^\[([^\]]+)\]\((https?:\/\/[^)\s]+)\)$/.exec(part)
      if (link) return { kind: 'link', text: link[1] ?? '', href: link[2] ?? '' }
      // A link within the reference leads nowhere from here.
      return { kind: 'text', text: /^\[[^\]]+\]\(/.test(part) ? part.slice(1, part.indexOf(']')) : part }
    })
}
