import type { InputRef } from 'antd'
import { Input, Modal } from 'antd'
import { Search } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isComposing } from '../app/commands'
import { matches } from '../app/match'
import { useSettings } from '../app/settings'
import type { CanvasHandle } from '../canvas/types'
import { nodeOf } from '../document/graphs'
import { type Hit, search } from '../document/search'
import { useDocument } from '../document/store'
import { triggerOf } from '../document/triggers'
import { textIn } from '../document/types'
import { useView } from './view'
import styles from './Editor.module.css'

/** Finds names, types, texts and expressions in the flow, and goes there. */
export function SearchDialog({ canvas }: { canvas: React.RefObject<CanvasHandle | null> }) {
  const { t } = useTranslation('editor')
  const language = useSettings((s) => s.language)
  const doc = useDocument((s) => s.doc)
  const field = useRef<InputRef>(null)
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  const hits = useMemo(() => (query.trim() === '' ? [] : search(doc, (text) => matches(text, query))), [doc, query])
  const nameOf = (id: string) => textIn((nodeOf(doc, id) ?? triggerOf(doc, id))?.title, language) || id.replace(/^[@#]/, '')
  const go = (hit: Hit) => {
    useView.setState({ dialog: null })
    if (hit.pointer !== '' && !hit.id.startsWith('#')) useView.getState().showField(hit.id, hit.pointer)
    else useView.getState().select([hit.id])
    canvas.current?.reveal(hit.id.startsWith('@') ? '$start' : hit.id, { center: true })
  }
  return (
    <Modal open title={t('searchDialog.title')} footer={null} width={640} onCancel={() => useView.setState({ dialog: null })} afterOpenChange={(open) => open && field.current?.focus()}>
      <Input
        ref={field}
        prefix={<Search size={15} aria-hidden />}
        placeholder={t('searchDialog.placeholder')}
        aria-label={t('searchDialog.title')}
        value={query}
        onChange={(e) => {
          setQuery(e.target.value)
          setAt(0)
        }}
        onKeyDown={(e) => {
          if (isComposing(e)) return
          const step = { ArrowDown: 1, ArrowUp: -1 }[e.key]
          if (step) {
            e.preventDefault()
            setAt((i) => Math.max(0, Math.min(hits.length - 1, i + step)))
          }
          const hit = hits[at]
          if (e.key === 'Enter' && hit) go(hit)
        }}
      />
      <div className={styles.hits} role="listbox" aria-label={t('searchDialog.title')}>
        {hits.map((hit, i) => (
          <div key={`${hit.id}${hit.pointer}`} role="option" aria-selected={i === at} className={styles.hit} onPointerMove={() => setAt(i)} onClick={() => go(hit)}>
            <span className={styles.hitName}>{nameOf(hit.id)}</span>
            <code>{hit.pointer.slice(1).replaceAll('/', ' › ')}</code>
            <span className={styles.hitText}>{hit.text}</span>
          </div>
        ))}
      </div>
      <p className={styles.quiet} role="status">
        {query.trim() === '' ? '' : hits.length > 0 ? t('searchDialog.count', { count: hits.length }) : t('searchDialog.none')}
      </p>
    </Modal>
  )
}
