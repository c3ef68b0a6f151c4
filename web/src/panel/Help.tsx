import { useMemo } from 'react'
import type { NodeType } from '../api/schema'
import { usePanel } from './context'
import type { Block, Inline } from './markdown'
import { parseMarkdown } from './markdown'
import styles from './panel.module.css'

/** The node type's page, beside the node. */
export function Help({ type }: { type: NodeType }) {
  const { language } = usePanel()
  const text = type.doc[language] || type.doc.en
  const blocks = useMemo(() => parseMarkdown(text), [text])
  return (
    <article className={styles.doc}>
      {blocks.map((b, i) => (
        <BlockView key={i} block={b} />
      ))}
    </article>
  )
}

function BlockView({ block }: { block: Block }) {
  switch (block.kind) {
    case 'heading':
      return block.level <= 2 ? <h3><Line parts={block.content} /></h3> : <h4><Line parts={block.content} /></h4>
    case 'paragraph':
      return <p><Line parts={block.content} /></p>
    case 'list':
      return <ul>{block.items.map((item, i) => <li key={i}><Line parts={item} /></li>)}</ul>
    case 'code':
      // A region that scrolls is reached by keyboard too.
      return <pre tabIndex={0}>{block.text}</pre>
    case 'table':
      return (
        <div className={styles.docTable} tabIndex={0}>
          <table>
            <thead><tr>{block.head.map((c, i) => <th key={i}><Line parts={c} /></th>)}</tr></thead>
            <tbody>{block.rows.map((row, r) => <tr key={r}>{row.map((c, i) => <td key={i}><Line parts={c} /></td>)}</tr>)}</tbody>
          </table>
        </div>
      )
  }
}

function Line({ parts }: { parts: Inline[] }) {
  return parts.map((p, i) => {
    if (p.kind === 'code') return <code key={i}>{p.text}</code>
    if (p.kind === 'strong') return <strong key={i}>{p.text}</strong>
    if (p.kind === 'link') return <a key={i} href={p.href} target="_blank" rel="noopener noreferrer">{p.text}</a>
    return p.text
  })
}
