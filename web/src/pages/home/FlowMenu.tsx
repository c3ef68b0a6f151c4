import { useNavigate } from '@tanstack/react-router'
import { App, Button, Dropdown } from 'antd'
import type { MenuProps } from 'antd'
import { Ellipsis } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/client'
import { useChange } from '../../api/hooks'
import type { FlowSummary } from '../../api/schema'
import { useTitle } from '../../app/title'
import { download } from './documents'

const NewFlow = lazy(() => import('./NewFlow').then((m) => ({ default: m.NewFlow })))
const RunDialog = lazy(() => import('./RunDialog').then((m) => ({ default: m.RunDialog })))

/** What can be done with a flow in a list. */
export function FlowMenu({ flow }: { flow: FlowSummary }) {
  const { t } = useTranslation('flows')
  const { t: common } = useTranslation()
  const { message, modal } = App.useApp()
  const navigate = useNavigate()
  const name = useTitle()(flow.title, flow.id)
  const [open, setOpen] = useState<'run' | 'copy'>()
  const remove = useChange('deleteFlow', ['listFlows'], {
    onSuccess: () => void message.success(t('delete.done', { name })),
    onError: (e) => void message.error(e.message),
  })
  const actions: Record<string, () => void> = {
    open: () => void navigate({ to: '/flows/$flow', params: { flow: flow.id } }),
    run: () => setOpen('run'),
    versions: () => void navigate({ to: '/flows/$flow/versions', params: { flow: flow.id } }),
    runs: () => void navigate({ to: '/runs', search: { flow: flow.id } }),
    duplicate: () => setOpen('copy'),
    export: () => {
      call('getFlow', { path: { id: flow.id } }).then(
        (f) => download(`${flow.id}.json`, f.document),
        (e: Error) => message.error(e.message),
      )
    },
    delete: () =>
      void modal.confirm({
        title: t('delete.title', { name }),
        content: t('delete.text'),
        okText: common('states.delete'),
        okButtonProps: { danger: true },
        onOk: () => remove.mutateAsync({ path: { id: flow.id } }).catch(() => undefined),
      }),
  }
  const items: MenuProps['items'] = [
    { key: 'open', label: t('menu.open') },
    { key: 'run', label: t('menu.run') },
    { key: 'runs', label: t('menu.runs') },
    { key: 'versions', label: t('menu.versions') },
    { type: 'divider' },
    { key: 'duplicate', label: t('menu.duplicate') },
    { key: 'export', label: t('menu.export') },
    { type: 'divider' },
    { key: 'delete', label: t('menu.delete'), danger: true },
  ]
  return (
    <>
      <Dropdown trigger={['click']} menu={{ items, onClick: ({ key }) => actions[key]?.() }}>
        <Button type="text" icon={<Ellipsis size={18} />} aria-label={t('menu.label', { name })} />
      </Dropdown>
      <Suspense fallback={null}>
        {open === 'run' && <RunDialog flow={flow} onClose={() => setOpen(undefined)} />}
        {open === 'copy' && <NewFlow copyOf={flow} onClose={() => setOpen(undefined)} />}
      </Suspense>
    </>
  )
}
