import { useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { usePages } from '../api/hooks'
import type { Json } from '../api/json'
import { useFormat } from '../app/format'
import { Failed, PageLoading } from '../app/states'
import { JsonTree } from '../data/JsonTree'
import styles from './Journal.module.css'
import { VirtualRows } from './VirtualRows'

/** The events of a run as they are stored: all that it is made of. */
export function Journal({ run }: { run: string }) {
  const { t } = useTranslation('runs')
  const format = useFormat()
  const pages = usePages('listJournal', { path: { id: run }, query: { limit: 500 } })
  const [chosen, setChosen] = useState<number>()
  const events = useMemo(() => (pages.data?.pages ?? []).flatMap((p) => p.items), [pages.data])
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  if (pages.isError) return <Failed error={pages.error} retry={() => void pages.refetch()} />
  if (pages.isPending) return <PageLoading />
  const event = events.find((e) => e.seq === chosen) ?? events[0]
  return (
    <div className={styles.journal}>
      <VirtualRows
        rows={events}
        rowHeight={28}
        rowKey={(e) => String(e.seq)}
        role="list"
        label={t('tabs.journal')}
        onEnd={more}
        render={(e) => (
          <div role="listitem" className={styles.item}>
            <button type="button" data-row className={`${styles.event} ${e === event ? styles.chosen : ''}`} onClick={() => setChosen(e.seq)}>
              <span className={styles.seq}>{e.seq}</span>
              <span>{format.time(millis(e.at)).slice(11)}</span>
              <code>{e.kind}</code>
            </button>
          </div>
        )}
      />
      <div className={styles.detail}>{event && <JsonTree key={event.seq} value={event as unknown as Json} label={t('tabs.journal')} height="100%" />}</div>
    </div>
  )
}

/** Nanoseconds, which are beyond what a number holds exactly, as milliseconds. */
function millis(at: unknown): number {
  return Math.floor(Number(String(at)) / 1e6)
}
