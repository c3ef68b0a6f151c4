import { Input, Tooltip } from 'antd'
import { Search } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSettings } from '../app/settings'
import { matches } from '../app/match'
import type { Catalog } from '../canvas/catalog'
import { NodeIcon, TriggerIcon } from '../canvas/icons'
import { paletteData } from '../canvas/usePaletteDrop'
import { type Category, found, triggerTypes } from './entries'
import styles from './Editor.module.css'

interface Props {
  readonly catalog: Catalog
  /** Adds a node type, or `@` and a trigger's. */
  onAdd(type: string): void
}

/** The nodes that can be added, by category: to drag onto the canvas, or to add with Enter. */
export function NodeList({ catalog, onAdd }: Props) {
  const { t, i18n } = useTranslation('editor')
  const language = useSettings((s) => s.language)
  const [query, setQuery] = useState('')
  const triggers = triggerTypes.filter((type) => matches(`${type} ${t(`triggers.${type}`)} ${t(`triggers.${type}Text`)}`, query))
  const groups = found(catalog, query)
  const nameOf = (category: string) => (i18n.exists(`editor:palette.categories.${category}`) ? t(`palette.categories.${category as Category}`) : category)
  return (
    <aside className={styles.palette} aria-label={t('palette.label')}>
      <div className={styles.paletteSearch}>
        <Input prefix={<Search size={15} aria-hidden />} suffix={<kbd className={styles.kbd}>/</kbd>} placeholder={t('palette.search')} aria-label={t('palette.search')} value={query} allowClear onChange={(e) => setQuery(e.target.value)} />
      </div>
      <div className={styles.paletteScroll}>
        {triggers.length > 0 && (
          <section>
            <h2 className={styles.category}>{t('palette.triggers')}</h2>
            {triggers.map((type) => (
              <Entry key={type} data={`@${type}`} category="trigger" icon={<TriggerIcon type={type} size={17} />} title={t(`triggers.${type}`)} text={t(`triggers.${type}Text`)} onAdd={onAdd} />
            ))}
          </section>
        )}
        {groups.map(({ category, types }) => (
          <section key={category}>
            <h2 className={styles.category}>{nameOf(category)}</h2>
            {types.map((type) => (
              <Entry key={type.name} data={type.type} category={category} icon={<NodeIcon name={type.icon} size={17} />} title={type.title[language] ?? type.type} text={type.summary[language] ?? ''} onAdd={onAdd} />
            ))}
          </section>
        ))}
        {triggers.length === 0 && groups.length === 0 && <p className={styles.quiet}>{t('palette.none')}</p>}
      </div>
    </aside>
  )
}

interface EntryProps {
  readonly data: string
  readonly category: string
  readonly icon: React.ReactNode
  readonly title: string
  readonly text: string
  onAdd(type: string): void
}

function Entry({ data, category, icon, title, text, onAdd }: EntryProps) {
  return (
    <Tooltip title={text} placement="right" mouseEnterDelay={0.7}>
      <button
        type="button"
        className={styles.entry}
        data-category={category}
        data-type={data}
        draggable
        onDragStart={(e) => {
          e.dataTransfer.setData(paletteData, data)
          e.dataTransfer.effectAllowed = 'copy'
        }}
        onDoubleClick={() => onAdd(data)}
        onKeyDown={(e) => {
          if (e.key !== 'Enter') return
          e.preventDefault()
          onAdd(data)
        }}
      >
        <span className={styles.entryIcon}>{icon}</span>
        <span className={styles.entryWords}>
          <span className={styles.entryTitle}>{title}</span>
          <span className={styles.entryText}>{text}</span>
        </span>
      </button>
    </Tooltip>
  )
}
