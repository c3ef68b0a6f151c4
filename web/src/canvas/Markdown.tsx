import type { ReactNode } from 'react'

/** Headings, lists, bold, code and links: what a comment needs. Nothing in it can become markup. */
export function Markdown({ text }: { text: string }) {
  const blocks: ReactNode[] = []
  let items: string[] = []
  const flush = () => {
    if (items.length === 0) return
    blocks.push(<ul key={blocks.length}>{items.map((item, i) => <li key={i}>{inline(item)}</li>)}</ul>)
    items = []
  }
  for (const line of text.split('\n')) {
    const item = /^\s*[-*]\s+(.*)$/.exec(line)
    if (item) {
      items.push(item[1] ?? '')
      continue
    }
    flush()
    const heading = /^#{1,3}\s+(.*)$/.exec(line)
    if (heading) blocks.push(<strong key={blocks.length}>{inline(heading[1] ?? '')}</strong>)
    else blocks.push(<p key={blocks.length}>{inline(line)}</p>)
  }
  flush()
  return <>{blocks}</>
}

function inline(text: string): ReactNode[] {
  return text.split(/(\*\*[^*]+\*\*|`[^`]+`|https?:\/\/[^\s)]+)/).map((part, i) => {
    if (part.startsWith('**')) return <strong key={i}>{part.slice(2, -2)}</strong>
    if (part.startsWith('`')) return <code key={i}>{part.slice(1, -1)}</code>
    if (/^https?:/.test(part)) return <a key={i} href={part} target="_blank" rel="noopener noreferrer">{part}</a>
    return part
  })
}
