import { useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { Compass } from 'lucide-react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Failed, PageLoading, State } from '../app/states'
import { emptyDocument } from '../document/read'
import { useDocument } from '../document/store'
import { createDraft, followDocument, lookForOthers, openDraft, useDraft } from './draft'
import { Editor } from './Editor'
import { resetView } from './view'

const lookEvery = 20_000

/** /flows/:flow — the draft of a flow, to be drawn. */
export function EditorPage() {
  const { t } = useTranslation('editor')
  const { flow } = useParams({ strict: false })
  const id = flow ?? ''
  const { phase, error } = useDraft()
  const opened = useDraft((s) => s.flow) === id
  const drawn = useDocument((s) => s.doc.id)
  useEffect(() => {
    resetView()
    void openDraft(id)
    return followDocument()
  }, [id])
  useEffect(() => {
    const look = () => document.visibilityState === 'visible' && void lookForOthers()
    const timer = setInterval(look, lookEvery)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [])
  if (!opened || phase === 'loading') return <PageLoading />
  if (phase === 'missing') {
    return (
      <State icon={<Compass size={22} />} title={t('notFound', { id })} action={<Button type="primary" onClick={() => void createDraft(emptyDocument(id))}>{t('create')}</Button>}>
        {t('notFoundText')}
      </State>
    )
  }
  if (phase === 'failed' || drawn !== id) return <Failed error={error ?? new Error(t('broken'))} retry={() => void openDraft(id)} />
  return <Editor key={id} />
}
