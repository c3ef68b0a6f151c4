import { App, Button, Dropdown } from 'antd'
import { ChevronDown, Repeat2, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from '@tanstack/react-router'
import type { Json } from '../api/json'
import { CopyButton } from '../app/CopyButton'
import { useFormat } from '../app/format'
import { PageLoading } from '../app/states'
import { StatusText } from '../app/StatusText'
import { JsonTree } from '../data/JsonTree'
import { nodeExpression } from '../data/path'
import { debugApi } from '../debug/api'
import { EditValue } from '../debug/EditValue'
import type { FlowDocument } from '../document/types'
import { ForcedMark } from './ForcedMark'
import { ItemPager } from './ItemPager'
import type { StepTree } from './model/steps'
import type { Run, Step } from './model/types'
import { useNodeTitle } from './nodeTitle'
import type { RunPlace } from './RunPage'
import styles from './StepPanel.module.css'
import { useStep } from './useRun'

interface Props {
  run: Run
  tree: StepTree
  document: FlowDocument | null
  path: string
  go: (by: RunPlace) => void
  /** The steps are on their way. */
  loading?: boolean
  /** Below the facts: what a debugger can do here. */
  children?: ReactNode
}

/** A step: how it went, what came in, what went out. */
export function StepPanel({ run, tree, document, path, go, loading = false, children }: Props) {
  const { t } = useTranslation('runs')
  const title = useNodeTitle(document)
  const brief = tree.byPath.get(path)
  const node = brief?.node ?? path.split('.').at(-1)?.replace(/\[\d+\]$/, '') ?? path
  return (
    <div className={styles.panel}>
      <header className={styles.head}>
        <div className={styles.titles}>
          <h2 className={styles.title}>{title(node)}</h2>
          <span className={styles.path}>{path}</span>
        </div>
        {brief && <StatusText status={brief.status} />}
        <Button type="text" size="small" icon={<X size={16} />} aria-label={t('steps.shut')} onClick={() => go({ step: undefined })} />
      </header>
      <ItemPager tree={tree} path={path} go={go} />
      {children}
      {brief ? <StepData run={run} brief={brief} /> : loading ? <PageLoading /> : <p className={styles.note}>{t(path.endsWith(']') ? 'steps.chooseItem' : 'steps.notReached')}</p>}
    </div>
  )
}

function StepData({ run, brief }: { run: Run; brief: Step }) {
  const { t } = useTranslation('runs')
  const format = useFormat()
  const settled = brief.status === 'succeeded' || brief.status === 'failed' || brief.status === 'skipped'
  const { step, error } = useStep(run.id, brief.path, settled)
  const [tab, setTab] = useState<'input' | 'output' | 'error'>()
  const shown = tab ?? (brief.status === 'failed' ? 'error' : settled ? 'output' : 'input')
  const tabs = brief.error ? (['input', 'output', 'error'] as const) : (['input', 'output'] as const)
  const values: Record<typeof shown, Json> = { input: step?.input ?? null, output: step?.output ?? null, error: (step?.error ?? null) as Json }
  return (
    <>
      {brief.status !== 'skipped' && (
        <dl className={styles.facts}>
          <Fact name={t('columns.started')}>{format.time(brief.startedAt)}</Fact>
          <Fact name={t('columns.duration')}>{settled ? format.duration(brief.durationMs) : '…'}</Fact>
          <Fact name={t('steps.columns.try')}>{brief.attempt}</Fact>
          {brief.port && <Fact name={t('steps.columns.port')}>{brief.port}</Fact>}
        </dl>
      )}
      {brief.forced && (
        <p className={styles.forcedLine}>
          <ForcedMark step={brief} />
        </p>
      )}
      {brief.error && (
        <p className={styles.error}>
          <code>{brief.error.code}</code> {brief.error.message}
        </p>
      )}
      {brief.status === 'skipped' ? (
        <p className={styles.note}>{t('steps.skipped')}</p>
      ) : (
        <>
          <div className={styles.tabs} role="tablist" aria-label={t('steps.data')}>
            {tabs.map((name) => (
              <button key={name} type="button" role="tab" aria-selected={name === shown} className={styles.tab} onClick={() => setTab(name)}>
                {t(`steps.${name}`)}
              </button>
            ))}
            <span className={styles.copy}>{brief.status === 'succeeded' && <CopyButton text={nodeExpression(brief.node)} />}</span>
          </div>
          <div className={styles.data} role="tabpanel">
            {error ? (
              <p className={styles.error}>{error.message}</p>
            ) : step ? (
              <JsonTree key={`${brief.path} ${shown}`} value={values[shown]} label={t(`steps.${shown}`)} root={shown === 'output' ? nodeExpression(brief.node) : shown} height="100%" />
            ) : null}
          </div>
        </>
      )}
      <ForkBar run={run} path={brief.path} />
    </>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** A new run that begins at a step, with what came before it as it was. */
function ForkBar({ run, path }: { run: Run; path: string }) {
  const { t } = useTranslation('runs')
  const { message } = App.useApp()
  const navigate = useNavigate()
  const [busy, setBusy] = useState(false)
  const [asking, setAsking] = useState(false)
  const fork = (o: { draft?: boolean; stop?: boolean; input?: Json }) => {
    setBusy(true)
    debugApi
      .fork(run.id, { at: path, ...o })
      .then(
        (made) =>
          o.stop
            ? navigate({ to: '/flows/$flow/debug/$run', params: { flow: run.flow, run: made.id } })
            : navigate({ to: '/runs/$run', params: { run: made.id }, search: {} }),
        (e: Error) => message.error(e.message, 6),
      )
      .finally(() => setBusy(false))
  }
  const items = [
    { key: 'input', label: t('steps.forkInput'), onClick: () => setAsking(true) },
    { key: 'draft', label: t('steps.forkDraft'), onClick: () => fork({ draft: true }) },
    { key: 'stop', label: t('steps.forkStop'), onClick: () => fork({ stop: true }) },
    { key: 'stopDraft', label: t('steps.forkStopDraft'), onClick: () => fork({ stop: true, draft: true }) },
  ]
  return (
    <footer className={styles.foot}>
      <Button size="small" icon={<Repeat2 size={14} />} loading={busy} onClick={() => fork({})}>
        {t('steps.fork')}
      </Button>
      <Dropdown trigger={['click']} placement="topRight" menu={{ items }}>
        <Button size="small" icon={<ChevronDown size={14} />} aria-label={t('steps.forkMore')} />
      </Dropdown>
      {asking && (
        <EditValue
          title={t('steps.forkInput')}
          note={t('steps.forkInputNote')}
          value={run.trigger?.['body'] ?? null}
          ok={t('steps.fork')}
          onOk={(input) => {
            setAsking(false)
            fork({ input })
          }}
          onCancel={() => setAsking(false)}
        />
      )}
    </footer>
  )
}
