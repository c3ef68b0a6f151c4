import { useNavigate } from '@tanstack/react-router'
import { Checkbox } from 'antd'
import { useCallback, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useAll } from '../api/hooks'
import { useNarrow } from '../app/theme'
import { useTitle } from '../app/title'
import type { RunSummary } from './model/types'
import { RunCard, RunRow } from './RunRow'
import styles from './RunsTable.module.css'
import type { useRunList } from './useRunList'
import { VirtualRows } from './VirtualRows'

interface Props {
  list: ReturnType<typeof useRunList>
  tops: number
  setScrolled: (scrolled: boolean) => void
  chosen: ReadonlySet<string>
  setChosen: (chosen: ReadonlySet<string>) => void
}

const columns = ['id', 'status', 'flow', 'keys', 'result', 'trigger', 'version', 'started', 'duration'] as const

/** The runs as rows; on a phone as cards. A click with Shift chooses all between. */
export function RunsTable({ list, tops, setScrolled, chosen, setChosen }: Props) {
  const { t } = useTranslation('runs')
  const narrow = useNarrow()
  const navigate = useNavigate()
  const titles = useFlowTitles()
  const last = useRef<number>(undefined)
  const { rows, pages } = list
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  const open = (id: string) => void navigate({ to: '/runs/$run', params: { run: id } })
  const choose = (index: number, range: boolean) => {
    const next = new Set(chosen)
    const on = !chosen.has(rows[index]?.id ?? '')
    const from = range && last.current !== undefined ? last.current : index
    for (const row of rows.slice(Math.min(from, index), Math.max(from, index) + 1)) {
      if (on) next.add(row.id)
      else next.delete(row.id)
    }
    last.current = index
    setChosen(next)
  }
  const all = rows.length > 0 && rows.every((r) => chosen.has(r.id))
  const footer = (hasNextPage || isFetchingNextPage) && (
    <div className={styles.more}>
      {t('list.loadingMore')}
    </div>
  )
  const shared = { rows, rowKey: (r: RunSummary) => r.id, onEnd: more, onScrolled: setScrolled, tops, footer, label: t('title') }
  if (narrow) {
    return <VirtualRows {...shared} role="list" rowHeight={96} render={(run) => <RunCard run={run} title={titles(run.flow)} />} />
  }
  return (
    <div className={styles.table} role="table" aria-label={t('title')} aria-rowcount={hasNextPage ? -1 : rows.length + 1}>
      <div role="rowgroup" className={styles.headGroup}>
        <div className={`${styles.row} ${styles.head}`} role="row">
          <span role="columnheader" className={styles.check}>
            <Checkbox
              aria-label={t('list.chooseAll', { count: rows.length })}
              checked={all}
              indeterminate={!all && chosen.size > 0}
              onChange={() => setChosen(all ? new Set() : new Set(rows.map((r) => r.id)))}
            />
          </span>
          {columns.map((c) => (
            <span key={c} role="columnheader" className={styles[c] ?? ''}>
              {t(`columns.${c}`)}
            </span>
          ))}
        </div>
      </div>
      <VirtualRows
        {...shared}
        rowHeight={42}
        render={(run, i) => <RunRow run={run} index={i} title={titles(run.flow)} chosen={chosen.has(run.id)} choose={choose} open={open} />}
      />
    </div>
  )
}

/** The titles of flows by id, in the user's language. */
export function useFlowTitles(): (id: string) => string {
  const title = useTitle()
  const flows = useAll('listFlows', {}, { staleTime: 30_000 })
  return (id) => title(flows.data?.find((f) => f.id === id)?.title, id)
}
