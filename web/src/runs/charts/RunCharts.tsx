import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../../app/format'
import { useDark } from '../../app/theme'
import type { RunsSummary } from '../model/types'
import { useFlowTitles } from '../RunsTable'
import { Chart } from './Chart'
import { DataTable } from './DataTable'
import type { Look, Words } from './options'
import { failedShare, latencyOption, rateOption, worstP95 } from './options'
import styles from './charts.module.css'

interface Props {
  summary: RunsSummary | undefined
  /** A stretch of time was clicked. */
  onSpan: (from: string, to: string) => void
}

function lookOf(dark: boolean): Look {
  const css = getComputedStyle(document.documentElement)
  const of = (name: string) => css.getPropertyValue(name).trim()
  return {
    text: of('--s-text-2'), line: of('--s-line-strong'), accent: dark ? of('--s-accent-text') : of('--s-accent'), bad: of('--s-bad-mark'), soft: of('--s-accent-soft'), warn: of('--s-warn-mark'),
    raised: of('--s-raised'), font: getComputedStyle(document.body).fontFamily,
  }
}

/** Runs over time: how many, how many failed, how long they took; and which flows they were of. */
export default function RunCharts({ summary, onSpan }: Props) {
  const { t } = useTranslation('runs')
  const format = useFormat()
  const dark = useDark()
  const titles = useFlowTitles()
  const [asTable, setAsTable] = useState(false)
  const words = useMemo(() => wordsOf(summary, format, t), [summary, format, t])
  const look = useMemo(() => lookOf(dark), [dark])
  const rate = useMemo(() => summary && rateOption(summary, look, words), [summary, look, words])
  const latency = useMemo(() => summary && latencyOption(summary, look, words), [summary, look, words])
  if (!summary || !rate || !latency) return <div className={styles.room} />
  const pick = (i: number) => {
    const b = summary.buckets[i]
    if (b) onSpan(b.at, summary.buckets[i + 1]?.at ?? summary.to)
  }
  const worst = worstP95(summary)
  const most = summary.flows[0]?.started ?? 1
  return (
    <div className={styles.charts}>
      <section className={styles.card} aria-label={t('charts.rate')}>
        <header className={styles.head}>
          <h2>{t('charts.rate')}</h2>
          <span className={styles.figure}>{t('charts.share', { share: format.percent(failedShare(summary)) })}</span>
          <button type="button" className={styles.switch} onClick={() => setAsTable(!asTable)}>
            {t(asTable ? 'charts.asChart' : 'charts.asTable')}
          </button>
        </header>
        {asTable ? <DataTable summary={summary} words={words} /> : <Chart option={rate} label={t('charts.rateLabel', { count: summary.buckets.length })} onPick={pick} />}
      </section>
      <section className={styles.card} aria-label={t('charts.latency')}>
        <header className={styles.head}>
          <h2>{t('charts.latency')}</h2>
          <span className={styles.figure}>{worst !== null && t('charts.worst', { time: format.duration(worst) })}</span>
          <span className={styles.legend}>
            <i style={{ background: look.accent }} /> {t('charts.median')} <i style={{ background: look.warn }} /> {t('charts.p95')}
          </span>
        </header>
        <Chart option={latency} label={t('charts.latencyLabel', { count: summary.buckets.length })} onPick={pick} />
      </section>
      <section className={`${styles.card} ${styles.flows}`} aria-label={t('charts.flows')}>
        <header className={styles.head}>
          <h2>{t('charts.flows')}</h2>
        </header>
        <ol>
          {summary.flows.slice(0, 5).map((f) => (
            <li key={f.flow} title={f.flow}>
              <span className={styles.flowName}>{titles(f.flow)}</span>
              <span className={styles.flowBar} style={{ width: `${(f.started / most) * 100}%` }} aria-hidden />
              <span className={styles.flowCount}>{format.count(f.started)}</span>
              <span className={f.failed > 0 ? styles.flowFailed : styles.flowFine}>{t('charts.failedCount', { count: f.failed })}</span>
            </li>
          ))}
        </ol>
      </section>
    </div>
  )
}

function wordsOf(summary: RunsSummary | undefined, format: ReturnType<typeof useFormat>, t: ReturnType<typeof useTranslation<'runs'>>['t']): Words {
  const days = summary ? (Date.parse(summary.to) - Date.parse(summary.from)) / 86_400_000 : 0
  return {
    succeeded: t('charts.others'), failed: t('charts.failed'), median: t('charts.median'), p95: t('charts.p95'),
    // A day's stretches are told apart by the clock, longer ones by the date.
    short: (at) => (days > 2 ? format.time(at).slice(5, 10) : days > 0.02 ? format.time(at).slice(11, 16) : format.time(at).slice(11, 19)),
    full: (at) => format.time(at),
    count: format.count,
    duration: format.duration,
  }
}
