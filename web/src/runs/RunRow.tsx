import { Link } from '@tanstack/react-router'
import { Checkbox } from 'antd'
import type { MouseEvent } from 'react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../app/format'
import { StatusText } from '../app/StatusText'
import { shortId, triggerOf } from './model/texts'
import type { RunSummary } from './model/types'
import styles from './RunsTable.module.css'

interface Props {
  run: RunSummary
  index: number
  /** Of the flow. */
  title: string
  chosen: boolean
  choose: (index: number, range: boolean) => void
  open: (id: string) => void
}

/** A run on one line. */
export const RunRow = memo(function RunRow({ run, index, title, chosen, choose, open }: Props) {
  const { t } = useTranslation('runs')
  const format = useFormat()
  const trigger = triggerOf(run)
  const onClick = (e: MouseEvent) => {
    // Links and the box do what they do; all else of the row opens the run, unless a text was marked.
    if (e.target instanceof Element && e.target.closest('a, label')) return
    if (getSelection()?.isCollapsed ?? true) open(run.id)
  }
  return (
    <div className={`${styles.row} ${chosen ? styles.chosen : ''}`} role="row" aria-rowindex={index + 2} aria-selected={chosen} onClick={onClick}>
      <span role="cell" className={styles.check}>
        <Checkbox
          checked={chosen}
          aria-label={t('list.choose', { id: shortId(run.id) })}
          onChange={(e) => choose(index, 'shiftKey' in e.nativeEvent && e.nativeEvent.shiftKey === true)}
        />
      </span>
      <span role="cell" className={styles.id}>
        <Link to="/runs/$run" params={{ run: run.id }} title={run.id} data-row>
          {shortId(run.id)}
        </Link>
      </span>
      <span role="cell" className={styles.status}>
        <StatusText status={run.status} />
      </span>
      <span role="cell" className={styles.flow} title={run.flow}>
        {title}
      </span>
      <span role="cell" className={styles.keys}>
        <Keys keys={run.keys} />
      </span>
      <span role="cell" className={styles.result} title={run.error?.message}>
        {run.error && (
          <>
            <code>{run.error.code}</code> {run.error.message}
          </>
        )}
      </span>
      <span role="cell" className={styles.trigger}>
        {trigger ? t(`triggers.${trigger}`) : (run.trigger.type ?? '–')}
      </span>
      <span role="cell" className={styles.version}>
        {versionText(run.version, t('list.draft'))}
      </span>
      <span role="cell" className={styles.started} title={format.ago(run.startedAt)}>
        {format.time(run.startedAt)}
      </span>
      <span role="cell" className={styles.duration}>
        {run.durationMs === null ? '–' : format.duration(run.durationMs)}
      </span>
    </div>
  )
})

/** A run as a card, for a phone. */
export const RunCard = memo(function RunCard({ run, title }: { run: RunSummary; title: string }) {
  const format = useFormat()
  return (
    <div role="listitem" className={styles.cardItem}>
      <Link to="/runs/$run" params={{ run: run.id }} className={styles.card} data-row>
        <span className={styles.cardTop}>
          <span className={styles.cardTitle}>{title}</span>
          <StatusText status={run.status} />
        </span>
        <span className={styles.cardMiddle}>{run.error ? run.error.message : Object.entries(run.keys).map(([k, v]) => `${k} ${v}`).join(' · ') || shortId(run.id)}</span>
        <span className={styles.cardBottom}>
          <span>{format.time(run.startedAt)}</span>
          <span>{run.durationMs === null ? format.ago(run.startedAt) : format.duration(run.durationMs)}</span>
        </span>
      </Link>
    </div>
  )
})

/** Business keys, each a link to all that ever happened to it. */
export function Keys({ keys }: { keys: RunSummary['keys'] }) {
  return Object.entries(keys).map(([name, value]) => (
    <Link key={name} to="/keys/$name/$value" params={{ name, value }} className={styles.key} title={`${name}: ${value}`}>
      <span className={styles.keyName}>{name}</span>
      {value}
    </Link>
  ))
}

/** A version as v3; 0 is a draft. */
export function versionText(version: number, draft: string): string {
  return version === 0 ? draft : `v${version}`
}
