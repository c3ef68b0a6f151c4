import { Link } from '@tanstack/react-router'
import { Table, Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Schedule, Slot } from '../../api/schema'
import { useFormat } from '../../app/format'
import { StatusText } from '../../app/StatusText'
import { clockOf } from './moment'
import styles from './triggers.module.css'

/** The rest about a schedule: its next times, its rules, and what became of the latest slots. */
export function ScheduleDetail({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation('triggers')
  const { ago } = useFormat()
  return (
    <div className={styles.detail}>
      <section>
        <h3 className={styles.detailTitle}>{t('schedules.nextTimes')}</h3>
        <ol className={styles.times}>
          {schedule.next.map((at) => (
            <li key={at}>
              {clockOf(at)} <span className={styles.sub}>{ago(at)}</span>
            </li>
          ))}
        </ol>
        <p className={styles.sub}>{t('schedules.catchUp', { how: t(`catchUp.${catchUps(schedule.catchUp)}`) })}</p>
        <p className={styles.sub}>{t('schedules.overlap', { how: t(`overlap.${overlaps(schedule.overlap)}`) })}</p>
      </section>
      <section className={styles.history}>
        <h3 className={styles.detailTitle}>{t('schedules.history')}</h3>
        <Table
          size="small"
          rowKey="at"
          dataSource={schedule.history}
          pagination={false}
          locale={{ emptyText: t('schedules.none') }}
          columns={[
            { key: 'at', title: t('schedules.at'), render: (_, s: Slot) => clockOf(s.at) },
            { key: 'outcome', title: t('schedules.outcome'), render: (_, s: Slot) => <Outcome slot={s} /> },
            { key: 'run', title: t('schedules.run'), render: (_, s: Slot) => <RunOf slot={s} /> },
          ]}
        />
      </section>
    </div>
  )
}

function catchUps(of: string): 'none' | 'last' | 'all' {
  return of === 'last' || of === 'all' ? of : 'none'
}

function overlaps(of: string): 'allow' | 'skip' | 'queue' | 'cancel' {
  return of === 'allow' || of === 'queue' || of === 'cancel' ? of : 'skip'
}

function Outcome({ slot }: { slot: Slot }) {
  const { t } = useTranslation('triggers')
  return (
    <>
      {t(`outcome.${slot.outcome}`)} {slot.count > 1 && <Tag variant="filled">{t('schedules.many', { count: slot.count })}</Tag>}
      {slot.hand && <Tag variant="filled">{t('schedules.hand')}</Tag>}
      {slot.reason && <div className={styles.reason}>{slot.reason}</div>}
    </>
  )
}

function RunOf({ slot }: { slot: Slot }) {
  if (!slot.run) return <>–</>
  const { status } = slot
  return (
    <Link to="/runs/$run" params={{ run: slot.run }}>
      {status === 'succeeded' || status === 'failed' || status === 'cancelled' ? <StatusText status={status} /> : <code>{slot.run}</code>}
    </Link>
  )
}
