import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useCall } from '../api/hooks'
import { useFormat } from '../app/format'
import { StatusText } from '../app/StatusText'
import { indexOf } from '../document/graphs'
import type { FlowDocument } from '../document/types'
import { shortId } from './model/texts'
import type { Run, RunSummary } from './model/types'
import { isLive } from './model/types'
import styles from './Related.module.css'
import { useFlowTitles } from './RunsTable'

/** The run that started this one, those that it started, and others with its keys. */
export function Related({ run, document }: { run: Run; document: FlowDocument | null }) {
  const { t } = useTranslation('runs')
  const starts = document !== null && [...indexOf(document).places.values()].some((p) => p.node.type.split('@')[0] === 'subflow')
  const parent = useCall('getRun', { path: { id: run.parent ?? '' } }, { enabled: run.parent !== null })
  const children = useCall('listRuns', { query: { parent: run.id, limit: 200 } }, { enabled: starts, refetchInterval: isLive(run.status) ? 3_000 : false })
  const keys = Object.entries(run.keys)
  const none = !run.parent && keys.length === 0 && (children.data?.items.length ?? 0) === 0
  return (
    <div className={styles.related} tabIndex={0} role="region" aria-label={t('tabs.related')}>
      {none && <p className={styles.none}>{t('related.none')}</p>}
      {parent.data && <Runs title={t('related.parent')} runs={[parent.data]} />}
      {children.data && children.data.items.length > 0 && <Runs title={t('related.children', { count: children.data.items.length })} runs={children.data.items} />}
      {keys.map(([name, value]) => (
        <SameKey key={name} name={name} value={value} but={run.id} />
      ))}
    </div>
  )
}

function SameKey({ name, value, but }: { name: string; value: string; but: string }) {
  const { t } = useTranslation('runs')
  const found = useCall('listRuns', { query: { key: `${name}:${value}`, limit: 20 } })
  const runs = (found.data?.items ?? []).filter((r) => r.id !== but)
  return <Runs title={<Link to="/keys/$name/$value" params={{ name, value }}>{t('related.key', { name, value, count: runs.length })}</Link>} runs={runs} />
}

function Runs({ title, runs }: { title: React.ReactNode; runs: readonly (RunSummary | Run)[] }) {
  const format = useFormat()
  const titles = useFlowTitles()
  return (
    <section>
      <h3>{title}</h3>
      <ul>
        {runs.map((r) => (
          <li key={r.id}>
            <Link to="/runs/$run" params={{ run: r.id }} title={r.id}>
              {shortId(r.id)}
            </Link>
            <StatusText status={r.status} />
            <span className={styles.flow}>{titles(r.flow)}</span>
            <span>{format.time(r.startedAt)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
