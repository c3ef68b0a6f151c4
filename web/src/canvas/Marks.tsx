import { Check, CircleAlert, Hourglass, LoaderCircle, type LucideIcon, Minus, Pause, Pin, TriangleAlert, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../app/format'
import { useCanvas } from './context'
import type { NodeDecoration, NodeStatus } from './types'
import styles from './Canvas.module.css'

const icons: Readonly<Record<NodeStatus, LucideIcon>> = { succeeded: Check, failed: X, skipped: Minus, running: LoaderCircle, waiting: Hourglass, paused: Pause }

/** How a node fared, as a sign with a name: colour alone tells nothing to many. */
export function StatusMark({ status }: { status: NodeStatus | undefined }) {
  const { t } = useTranslation('canvas')
  if (!status) return null
  const Icon = icons[status]
  return (
    <span className={styles.status} data-status={status} role="img" aria-label={t(`status.${status}`)} title={t(`status.${status}`)}>
      <Icon size={12} strokeWidth={3} aria-hidden />
    </span>
  )
}

/** Problems, breakpoint and pin at the corners of a node. */
export function Marks({ id, decoration }: { id: string; decoration: NodeDecoration | undefined }) {
  const { onBreakpointToggle } = useCanvas()
  const { t } = useTranslation('canvas')
  const { breakpoint, errors = 0, warnings = 0, pinned, hint } = decoration ?? {}
  return (
    <>
      {(onBreakpointToggle || breakpoint) && (
        <button
          type="button"
          tabIndex={-1}
          className={styles.breakpoint}
          data-set={breakpoint}
          aria-pressed={breakpoint !== undefined}
          aria-label={t(breakpoint ? 'breakpoint.remove' : 'breakpoint.add')}
          title={t(breakpoint ? 'breakpoint.remove' : 'breakpoint.add')}
          disabled={!onBreakpointToggle}
          onClick={(e) => {
            e.stopPropagation()
            onBreakpointToggle?.(id)
          }}
        >
          <span />
        </button>
      )}
      <div className={styles.corner}>
        {pinned && (
          <span className={styles.problem} data-kind="pin" title={t('pinned')}>
            <Pin size={12} aria-hidden />
          </span>
        )}
        {errors + warnings > 0 && (
          <span className={styles.problem} data-kind={errors > 0 ? 'error' : 'warning'} title={hint ?? t('problems', { count: errors + warnings })}>
            {errors > 0 ? <CircleAlert size={12} aria-hidden /> : <TriangleAlert size={12} aria-hidden />}
            {errors + warnings > 1 && errors + warnings}
          </span>
        )}
      </div>
    </>
  )
}

/** What a run says of a node in figures, below it. */
export function Foot({ decoration }: { decoration: NodeDecoration | undefined }) {
  const format = useFormat()
  const { t } = useTranslation('canvas')
  const { durationMs, count = 1, badge } = decoration ?? {}
  const parts = [badge, count > 1 ? t('times', { count }) : undefined, durationMs === undefined ? undefined : format.duration(durationMs)].filter(Boolean)
  return parts.length > 0 ? <div className={styles.foot}>{parts.join(' · ')}</div> : null
}
