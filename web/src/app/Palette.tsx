import { useNavigate } from '@tanstack/react-router'
import { Input, Modal } from 'antd'
import type { InputRef } from 'antd'
import { Search } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isComposing, usePalette } from './commands'
import { useEntries } from './entries'
import styles from './Palette.module.css'

function Choices() {
  const { t } = useTranslation()
  const setOpen = usePalette((s) => s.setOpen)
  const navigate = useNavigate()
  const [query, setQuery] = useState('')
  const [chosen, setChosen] = useState(0)
  const input = useRef<InputRef>(null)
  const list = useRef<HTMLDivElement>(null)
  const entries = useEntries(query, navigate)
  const at = Math.min(chosen, entries.length - 1)
  useEffect(() => input.current?.focus(), [])
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }, [at])
  const go = (i: number) => {
    setOpen(false)
    entries[i]?.run()
  }
  const onKey = (e: React.KeyboardEvent) => {
    if (isComposing(e)) return
    const step = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && entries.length > 0) setChosen((at + step + entries.length) % entries.length)
    else if (e.key === 'Enter') go(at)
    else return
    e.preventDefault()
  }
  return (
    <>
      <Input
        ref={input}
        size="large"
        variant="borderless"
        prefix={<Search size={17} aria-hidden />}
        placeholder={t('palette.placeholder')}
        aria-label={t('palette.placeholder')}
        role="combobox"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={entries[at] ? `palette-${at}` : undefined}
        value={query}
        onChange={(e) => {
          setQuery(e.target.value)
          setChosen(0)
        }}
        onKeyDown={onKey}
      />
      <div className={styles.list} id="palette-list" role="listbox" aria-label={t('palette.title')} ref={list}>
        {entries.map((e, i) => (
          <div key={e.id} role="presentation">
            {entries[i - 1]?.group !== e.group && (
              <div className={styles.group} role="presentation">
                {e.group}
              </div>
            )}
            {/* The input has the keys: an option is reached by its arrows. */}
            {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events */}
            <div id={`palette-${i}`} role="option" tabIndex={-1} aria-selected={i === at} className={styles.option} onClick={() => go(i)} onMouseMove={() => setChosen(i)}>
              <span className={styles.name}>{e.title}</span>
              {e.keys ? <kbd className={styles.keys}>{e.keys}</kbd> : <span className={styles.detail}>{e.detail}</span>}
            </div>
          </div>
        ))}
      </div>
      {entries.length === 0 && <p className={styles.empty}>{t('palette.empty')}</p>}
      <p className={styles.hint}>{t('palette.hint')}</p>
    </>
  )
}

/** Ctrl+K: go anywhere and do anything that the page offers. */
export function Palette() {
  const { t } = useTranslation()
  const { open, setOpen } = usePalette()
  return (
    <Modal
      open={open}
      onCancel={() => setOpen(false)}
      footer={null}
      closable={false}
      destroyOnHidden
      width={620}
      style={{ top: 96 }}
      styles={{ container: { padding: 8 } }}
      title={<span className="visually-hidden">{t('palette.title')}</span>}
    >
      <Choices />
    </Modal>
  )
}
