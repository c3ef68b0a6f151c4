import { Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isComposing } from '../app/commands'
import { useSettings } from '../app/settings'
import { setDocumentKey } from '../document/edit'
import { useDocument } from '../document/store'
import { textIn, withText } from '../document/types'
import styles from './Editor.module.css'

/** The flow's name in the page's language; a click writes it. */
export function FlowName() {
  const { t } = useTranslation('editor')
  const language = useSettings((s) => s.language)
  const doc = useDocument((s) => s.doc)
  const [writing, setWriting] = useState<string | null>(null)
  const name = textIn(doc.title, language) || doc.id
  if (writing === null) {
    return (
      <h1 className={styles.name}>
        <button type="button" title={t('rename')} onClick={() => setWriting(name)}>
          {name}
        </button>
      </h1>
    )
  }
  const done = () => {
    useDocument.getState().commit('rename', (d) => setDocumentKey(d, 'title', withText(d.title, language, writing.trim())))
    setWriting(null)
  }
  return (
    <Input
      className={styles.nameInput}
      autoFocus
      value={writing}
      aria-label={t('rename')}
      onChange={(e) => setWriting(e.target.value)}
      onBlur={done}
      onKeyDown={(e) => {
        if (isComposing(e)) return
        if (e.key === 'Enter') done()
        if (e.key === 'Escape') setWriting(null)
      }}
    />
  )
}
