import { Input } from 'antd'
import { Search } from 'lucide-react'
import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isComposing } from '../app/commands'
import { useSettings } from '../app/settings'
import type { Catalog } from '../canvas/catalog'
import { NodeIcon } from '../canvas/icons'
import * as actions from './actions'
import { flat } from './entries'
import { useView } from './view'
import styles from './Editor.module.css'

const size = { width: 340, height: 380 }

/** Asks what comes next, where a wire was let go, at a plus, or on "/". */
export function Picker({ catalog }: { catalog: Catalog }) {
  const picking = useView((s) => s.picking)
  return picking ? <Open key={`${picking.screen.x}:${picking.screen.y}`} catalog={catalog} /> : null
}

function close() {
  useView.setState({ picking: null })
}

function Open({ catalog }: { catalog: Catalog }) {
  const { t } = useTranslation('editor')
  const language = useSettings((s) => s.language)
  const picking = useView((s) => s.picking)
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const listId = useId()
  const types = useMemo(() => flat(catalog, query), [catalog, query])
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [at])
  if (!picking) return null
  const pick = (type: string) => {
    close()
    actions.add(catalog, { type, graph: picking.container, at: picking.at, ...(picking.after ? { after: picking.after } : {}), ...(picking.onEdge ? { onEdge: picking.onEdge } : {}) })
  }
  const onKeyDown = (e: React.KeyboardEvent) => {
    if (isComposing(e)) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key]
    if (step) setAt((i) => Math.max(0, Math.min(types.length - 1, i + step)))
    else if (e.key === 'Enter' && types[at]) pick(types[at].type)
    else if (e.key === 'Escape') close()
    else return
    e.preventDefault()
    e.stopPropagation()
  }
  const left = Math.max(8, Math.min(picking.screen.x + 8, innerWidth - size.width - 8))
  const top = Math.max(8, Math.min(picking.screen.y - 24, innerHeight - size.height - 8))
  return (
    <>
      <div className={styles.veil} onPointerDown={close} />
      <div className={styles.picker} style={{ left, top, width: size.width, maxHeight: size.height }} role="dialog" aria-label={t('picker.label')} onKeyDown={onKeyDown}>
        <Input
          autoFocus
          prefix={<Search size={15} aria-hidden />}
          placeholder={t('picker.placeholder')}
          aria-label={t('picker.label')}
          role="combobox"
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={types[at] ? `${listId}-${at}` : undefined}
          value={query}
          onChange={(e) => {
            setQuery(e.target.value)
            setAt(0)
          }}
        />
        <div ref={list} id={listId} className={styles.pickerList} role="listbox" aria-label={t('picker.label')}>
          {types.map((type, i) => (
              <div key={type.name} id={`${listId}-${i}`} role="option" aria-selected={i === at} className={styles.option} data-category={type.category} onPointerMove={() => setAt(i)} onClick={() => pick(type.type)}>
                <span className={styles.entryIcon}>
                  <NodeIcon name={type.icon} size={16} />
                </span>
                <span className={styles.optionTitle}>{type.title[language] ?? type.type}</span>
                <span className={styles.entryText}>{type.summary[language]}</span>
              </div>
          ))}
          {types.length === 0 && <p className={styles.quiet}>{t('palette.none')}</p>}
        </div>
        <div className="visually-hidden" role="status">
          {t('picker.count', { count: types.length })}
        </div>
      </div>
    </>
  )
}
