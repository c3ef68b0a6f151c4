import { Input } from 'antd'
import { Pencil } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { say } from '../app/say'
import { idPattern, indexOf } from '../document/graphs'
import { useDocument } from '../document/store'
import styles from './panel.module.css'

/** A node's id, by which expressions know it. Changing it changes them too, so it is taken over as a whole. */
export function IdInput({ id, onRename }: { id: string; onRename: ((to: string) => void) | undefined }) {
  const { t } = useTranslation('panel')
  const [draft, setDraft] = useState<string>()
  const doc = useDocument((s) => s.doc)
  if (!onRename) return <code>{id}</code>
  if (draft === undefined) {
    return (
      <button type="button" className={styles.id} onClick={() => setDraft(id)} title={t('rename')}>
        <code>{id}</code>
        <Pencil size={11} aria-hidden />
        <span className="visually-hidden">{t('rename')}</span>
      </button>
    )
  }
  const taken = draft !== id && indexOf(doc).places.has(draft)
  const wrong = taken || !idPattern.test(draft)
  const done = () => {
    if (wrong) say('warning', t(taken ? 'idTaken' : 'idWrong'))
    else if (draft !== id) onRename(draft)
    setDraft(undefined)
  }
  return (
    <Input
      size="small"
      autoFocus
      className={styles.idInput}
      value={draft}
      status={wrong ? 'error' : undefined}
      title={taken ? t('idTaken') : wrong ? t('idWrong') : undefined}
      aria-label={t('rename')}
      aria-invalid={wrong}
      onChange={(e) => setDraft(e.target.value)}
      onBlur={done}
      onKeyDown={(e) => {
        if (e.nativeEvent.isComposing) return
        if (e.key === 'Enter') done()
        if (e.key === 'Escape') {
          e.stopPropagation()
          setDraft(undefined)
        }
      }}
    />
  )
}
