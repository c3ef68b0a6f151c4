import { Braces, Download, FileUp, Keyboard, Settings2, StickyNote } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { MenuProps } from 'antd'
import { type Json, writeJson } from '../api/json'
import { say } from '../app/say'
import { useSettings } from '../app/settings'
import type { Catalog } from '../canvas/catalog'
import type { CanvasHandle } from '../canvas/types'
import { useDocument } from '../document/store'
import { textIn } from '../document/types'
import { i18n } from '../i18n/setup'
import * as actions from './actions'
import { takeInto } from './draft'
import { chooseFile, exportFlow, readFlow } from './files'
import { useView } from './view'

async function importFlow(language: string) {
  const text = await chooseFile()
  if (text === null) return
  try {
    const doc = readFlow(text)
    if (!doc) throw new Error(i18n.t('editor:json.notDrawable'))
    takeInto(doc, 'import')
    say('success', i18n.t('editor:import.done', { name: textIn(doc.title, language) || doc.id }))
  } catch (e) {
    say('error', i18n.t('editor:import.failed', { why: (e as Error).message }))
  }
}

/** What can be done with the flow as a whole. */
export function useFlowMenu(catalog: Catalog, canvas: React.RefObject<CanvasHandle | null>): { items: MenuProps['items']; run(key: string): void } {
  const { t } = useTranslation('editor')
  const language = useSettings((s) => s.language)
  const does: Readonly<Record<string, () => void>> = {
    settings: () => useView.setState({ dialog: 'settings' }),
    comment: () => actions.comment(catalog, canvas.current?.center() ?? { x: 0, y: 0 }),
    import: () => void importFlow(language),
    export: () => exportFlow(useDocument.getState().doc),
    copyFlow: () => void navigator.clipboard.writeText(writeJson(useDocument.getState().doc as unknown as Json, 2)).then(() => say('success', t('clipboard.flow')), (e: Error) => say('error', e.message)),
    keys: () => useView.setState({ dialog: 'keys' }),
  }
  return {
    run: (key) => does[key]?.(),
    items: [
      { key: 'settings', icon: <Settings2 size={15} />, label: t('toolbar.settings') },
      { key: 'comment', icon: <StickyNote size={15} />, label: t('toolbar.comment'), extra: 'N' },
      { type: 'divider' },
      { key: 'import', icon: <FileUp size={15} />, label: t('toolbar.import') },
      { key: 'export', icon: <Download size={15} />, label: t('toolbar.export') },
      { key: 'copyFlow', icon: <Braces size={15} />, label: t('toolbar.copyFlow') },
      { type: 'divider' },
      { key: 'keys', icon: <Keyboard size={15} />, label: t('toolbar.keys'), extra: '?' },
    ],
  }
}
