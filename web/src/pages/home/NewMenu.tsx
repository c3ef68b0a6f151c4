import { useNavigate } from '@tanstack/react-router'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Dropdown } from 'antd'
import { ChevronDown, Plus } from 'lucide-react'
import { lazy, Suspense, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/client'
import { keyOf } from '../../api/hooks'
import type { JsonObject } from '../../api/json'
import { readDocument } from './documents'

const NewFlow = lazy(() => import('./NewFlow').then((m) => ({ default: m.NewFlow })))

/** A new flow: blank, from a template, from a file. */
export function NewMenu({ taken, onTemplates }: { taken: ReadonlySet<string>; onTemplates: () => void }) {
  const { t } = useTranslation('flows')
  const { message, modal } = App.useApp()
  const navigate = useNavigate()
  const client = useQueryClient()
  const file = useRef<HTMLInputElement>(null)
  const [blank, setBlank] = useState(false)
  const save = async (id: string, document: JsonObject) => {
    await call('putFlow', { path: { id }, body: document })
    await client.invalidateQueries({ queryKey: keyOf('listFlows') })
    void message.success(t('import.done', { name: id }))
    await navigate({ to: '/flows/$flow', params: { flow: id } })
  }
  const take = async (from: File) => {
    let read
    try {
      read = readDocument(await from.text(), t('import.noId'))
    } catch (e) {
      throw new Error(t('import.wrong', { problem: e instanceof Error ? e.message : '' }), { cause: e })
    }
    const { id, document } = read
    if (!taken.has(id)) return save(id, document)
    await modal.confirm({
      title: t('import.exists', { id }),
      content: t('import.existsText'),
      okText: t('import.replace'),
      onOk: () => save(id, document).catch((e: Error) => void message.error(e.message)),
    })
    return undefined
  }
  const items = [
    { key: 'blank', label: t('new.blank'), onClick: () => setBlank(true) },
    { key: 'template', label: t('new.template'), onClick: onTemplates },
    { key: 'import', label: t('new.import'), onClick: () => file.current?.click() },
  ]
  return (
    <>
      <Dropdown trigger={['click']} placement="bottomRight" menu={{ items }}>
        <Button type="primary" icon={<Plus size={16} />}>
          {t('new.label')}
          <ChevronDown size={15} aria-hidden />
        </Button>
      </Dropdown>
      <input
        ref={file}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label={t('new.import')}
        onChange={(e) => {
          const chosen = e.target.files?.[0]
          e.target.value = ''
          if (chosen) take(chosen).catch((error: Error) => message.error(error.message))
        }}
      />
      <Suspense fallback={null}>{blank && <NewFlow onClose={() => setBlank(false)} />}</Suspense>
    </>
  )
}
