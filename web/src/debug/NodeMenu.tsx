import { useNavigate } from '@tanstack/react-router'
import { Dropdown } from 'antd'
import type { MenuProps } from 'antd'
import { useTranslation } from 'react-i18next'
import type { RunPlace } from '../runs/RunPage'
import { runAlone } from './alone'
import type { Breakpoint, When } from './api'
import { debugApi } from './api'
import { keyNames } from './keys'
import { breakpointOf, withBreakpoint } from './model'
import { useFlowPins } from './pins'
import type { Debugger } from './useDebugger'

interface Props {
  debug: Debugger
  at: { node: string; x: number; y: number }
  /** The step of the node that is looked at; undefined where the run has not come there. */
  path: string | undefined
  close: () => void
  go: (by: RunPlace) => void
}

/** What can be done at a node, where it was asked for on the canvas. */
export function NodeMenu({ debug, at, path, close, go }: Props) {
  const { t } = useTranslation('debug')
  const navigate = useNavigate()
  const pins = useFlowPins(debug.run.flow)
  const { node } = at
  const now = breakpointOf(debug.breakpoints, node)
  const put = (by: Breakpoint | undefined) => () => debug.setBreakpoints(withBreakpoint(debug.breakpoints, node, by))
  const debugRun = (id: string) => navigate({ to: '/flows/$flow/debug/$run', params: { flow: debug.run.flow, run: id }, search: {} })
  const side = (on: When) => ({ key: on, label: t(`menu.${on}`), disabled: now?.on === on, onClick: put({ ...now, node, on }) })
  const items: MenuProps['items'] = [
    { key: 'to', label: t('menu.toHere'), extra: keyNames.toHere, disabled: !debug.abilities.resume || node === debug.paused?.node, onClick: () => void debug.resume('to', { to: node }) },
    { type: 'divider' },
    side('before'),
    side('after'),
    side('error'),
    { key: 'remove', label: t('menu.remove'), extra: keyNames.breakpoint, disabled: !now, onClick: put(undefined) },
    { type: 'divider' },
    {
      key: 'fork', label: t('menu.fork'), disabled: !path,
      onClick: () => void debug.act('fork', async () => path && debugRun((await debugApi.fork(debug.run.id, { at: path, stop: true })).id)),
    },
    {
      key: 'alone', label: t('menu.alone'),
      onClick: () => void debug.act('alone', async () => debugRun((await runAlone(debug.run.flow, node, path ? { run: debug.run.id, path } : undefined, pins)).id)),
    },
    { key: 'look', label: t('menu.look'), onClick: () => go({ step: path ?? node }) },
  ]
  return (
    <Dropdown open menu={{ items, onClick: close }} onOpenChange={(open) => !open && close()} trigger={['click']}>
      <span style={{ position: 'fixed', left: at.x, top: at.y, width: 1, height: 1 }} />
    </Dropdown>
  )
}
