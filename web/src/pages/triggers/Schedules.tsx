import { Link, useNavigate } from '@tanstack/react-router'
import { App, Button, Table, Tooltip } from 'antd'
import { CalendarClock, Play } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useAll, useChange } from '../../api/hooks'
import type { Schedule, Slot } from '../../api/schema'
import { useFormat } from '../../app/format'
import { Card } from '../../app/Page'
import { Empty, Failed, PageLoading } from '../../app/states'
import { useSettings } from '../../app/settings'
import { useNarrow } from '../../app/theme'
import { FlowLink } from './FlowLink'
import { clockOf } from './moment'
import { ScheduleDetail } from './ScheduleDetail'
import styles from './triggers.module.css'

const refresh = 15_000

/** The cron triggers: in words, when next, what became of the latest, and now by hand. */
export function Schedules() {
  const { t } = useTranslation('triggers')
  const narrow = useNarrow()
  const schedules = useAll('listSchedules', {}, { refetchInterval: refresh })
  if (schedules.isPending) return <PageLoading />
  if (schedules.isError) return <Failed error={schedules.error} retry={() => void schedules.refetch()} />
  if (schedules.data.length === 0) {
    return (
      <Empty icon={<CalendarClock size={22} />} title={t('schedules.empty')}>
        {t('schedules.emptyText')}
      </Empty>
    )
  }
  if (narrow) {
    return (
      <div className={styles.cards}>
        {schedules.data.map((s) => (
          <Card key={`${s.flow}/${s.trigger}`} title={<FlowLink of={s} />} extra={<FireButton schedule={s} />}>
            <Words schedule={s} />
            <div className={styles.cardLine}>
              <Next schedule={s} />
              <Dots slots={s.history} />
            </div>
          </Card>
        ))}
      </div>
    )
  }
  return (
    <Table
      rowKey={(s) => `${s.flow}/${s.trigger}`}
      dataSource={schedules.data}
      pagination={false}
      expandable={{ expandedRowRender: (s) => <ScheduleDetail schedule={s} /> }}
      columns={[
        { key: 'flow', title: t('schedules.flow'), render: (_, s) => <FlowLink of={s} /> },
        { key: 'words', title: t('schedules.words'), render: (_, s) => <Words schedule={s} /> },
        { key: 'next', title: t('schedules.next'), width: 230, render: (_, s) => <Next schedule={s} /> },
        { key: 'latest', title: t('schedules.latest'), width: 272, render: (_, s) => <Dots slots={s.history} /> },
        { key: 'fire', title: '', width: 140, align: 'right', render: (_, s) => <FireButton schedule={s} /> },
      ]}
    />
  )
}

function Words({ schedule }: { schedule: Schedule }) {
  const language = useSettings((s) => s.language)
  return (
    <div>
      {schedule.description[language]}
      <div className={styles.sub}>
        <code>{schedule.cron}</code> · {schedule.zone}
      </div>
    </div>
  )
}

function Next({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation('triggers')
  const { ago } = useFormat()
  const next = schedule.next[0]
  if (!next) return <span className={styles.sub}>{t('schedules.never')}</span>
  return (
    <div>
      {ago(next)}
      <div className={styles.sub}>{clockOf(next)}</div>
    </div>
  )
}

/** How bad an outcome is, for its dot: the name is in its tip and in the table below. */
export function toneOf(slot: Slot): 'ok' | 'warn' | 'bad' | 'quiet' | 'busy' {
  if (slot.status === 'failed' || slot.outcome === 'refused') return 'bad'
  if (slot.outcome === 'missed' || slot.outcome === 'skipped') return 'warn'
  if (slot.outcome === 'due' || slot.outcome === 'queued') return 'busy'
  if (slot.outcome === 'cancelled' || slot.outcome === 'dropped' || slot.status === 'cancelled') return 'quiet'
  return slot.status === null ? 'busy' : 'ok'
}

/** The latest slots, oldest first, each a way to its run. */
function Dots({ slots }: { slots: readonly Slot[] }) {
  const { t } = useTranslation('triggers')
  const { t: common } = useTranslation()
  if (slots.length === 0) return <span className={styles.sub}>{t('schedules.none')}</span>
  const words = (s: Slot) => {
    const status = s.status === 'succeeded' || s.status === 'failed' || s.status === 'cancelled' ? `, ${common(`status.${s.status}`)}` : ''
    return `${clockOf(s.at)}: ${t(`outcome.${s.outcome}`)}${status}`
  }
  return (
    <div className={styles.dots}>
      {slots.toReversed().map((s) => (
        <Tooltip key={s.at} title={words(s)}>
          {s.run ? (
            <Link to="/runs/$run" params={{ run: s.run }} className={styles.dotLink} aria-label={words(s)}>
              <span className={`${styles.dot} ${styles[toneOf(s)] ?? ''}`} />
            </Link>
          ) : (
            <span className={styles.dotLink} role="img" aria-label={words(s)}>
              <span className={`${styles.dot} ${styles.hollow} ${styles[toneOf(s)] ?? ''}`} />
            </span>
          )}
        </Tooltip>
      ))}
    </div>
  )
}

function FireButton({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation('triggers')
  const { message } = App.useApp()
  const navigate = useNavigate()
  const fire = useChange('fireSchedule', ['listSchedules'], {
    onSuccess: (run) => {
      if ('id' in run) {
        void message.success(t('schedules.fired'))
        void navigate({ to: '/runs/$run', params: { run: run.id } })
      } else void message.info(t('schedules.written'))
    },
    onError: (e) => void message.error(e.message),
  })
  return (
    <Button
      size="small"
      icon={<Play size={14} />}
      loading={fire.isPending}
      onClick={() => fire.mutate({ path: { flow: schedule.flow, trigger: schedule.trigger } })}
      aria-label={`${t('schedules.fire')}: ${schedule.flow}`}
    >
      {t('schedules.fire')}
    </Button>
  )
}
