import { useQueryClient } from '@tanstack/react-query'
import { Alert, Select } from 'antd'
import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keyOf } from '../api/hooks'
import type { Json } from '../api/json'
import { isObject } from '../api/json'
import type { RunSummary } from '../api/schema'
import { useFormat } from '../app/format'
import { StatusText } from '../app/StatusText'
import { sizeOf } from '../data/format'
import { JsonTree } from '../data/JsonTree'
import { nodeExpression } from '../data/path'
import { usePanel } from './context'
import styles from './panel.module.css'

interface Part {
  root: string
  title: string
  note: string | undefined
  value: Json
}

function partOf(root: string, title: string, value: Json | undefined, note?: string): Part[] {
  return value === undefined ? [] : [{ root, title, note, value }]
}

/** What the node can see, from the chosen run: its input first, then what ran before it, nearest first. */
export function InputData() {
  const { t } = useTranslation('panel')
  const { sample, titles } = usePanel()
  const { scope } = sample
  const nodes = isObject(scope['nodes']) ? scope['nodes'] : {}
  const trigger = scope['trigger']
  const parts = [
    ...partOf('input', t('data.input'), scope['input']),
    ...partOf('item', t('data.item'), scope['item'], `index ${String(scope['index'] ?? '')}`),
    ...partOf('error', t('data.error'), scope['error']),
    ...Object.entries(nodes).map(([id, value]) => ({ root: nodeExpression(id), title: titles[id] || id, note: sample.pins[id] === undefined ? id : `${id} · ${t('data.pinned')}`, value })),
    ...partOf('trigger', t('data.trigger'), trigger),
    ...partOf('vars', t('data.vars'), scope['vars']),
    ...partOf('run', t('data.run'), scope['run']),
    ...partOf('flow', t('data.flow'), scope['flow']),
  ]
  return (
    <div className={styles.data}>
      <RunPicker />
      {sample.error && <Alert type="warning" showIcon title={sample.error.message} />}
      {sample.run === undefined && !sample.loading && <p className={styles.quiet}>{t('data.examples')}</p>}
      {parts.map((p) => (
        <Section key={p.root} part={p} first={p.root === 'input'} />
      ))}
    </div>
  )
}

function Section({ part, first }: { part: Part; first: boolean }) {
  const { t } = useTranslation('panel')
  const [wished, setWished] = useState<boolean>()
  const size = sizeOf(part.value)
  const open = wished ?? first
  return (
    <section className={styles.section}>
      <h3>
        <button type="button" className={styles.sectionHead} aria-expanded={open} onClick={() => setWished(!open)}>
          <ChevronRight size={14} className={open ? styles.open : undefined} aria-hidden />
          <span className={styles.sectionTitle}>{part.title}</span>
          {part.note && part.note !== part.title && <code className={styles.sectionNote}>{part.note}</code>}
          <span className={styles.spring} />
          <span className={styles.quiet}>{part.value === null ? t('data.nothing') : size >= 0 ? size : ''}</span>
        </button>
      </h3>
      {open && <JsonTree value={part.value} label={part.title} root={part.root} draggable bare={size < 8} />}
    </section>
  )
}

/** Which run the data is of, and within a loop which of the node's steps. */
export function RunPicker() {
  const { t } = useTranslation('panel')
  const { time } = useFormat()
  const { sample } = usePanel()
  const client = useQueryClient()
  if (sample.runs.length === 0 && sample.run === undefined) return null
  // The run that is shown stays the one, whatever the list begins with then.
  const opened = (open: boolean) => {
    if (!open) return
    sample.choose(sample.run)
    void client.invalidateQueries({ queryKey: keyOf('listRuns') })
  }
  const options = sample.runs.map((r) => ({ value: r.id, label: time(r.startedAt), run: r }))
  const listed = options.some((o) => o.value === sample.run)
  return (
    <div className={styles.picker}>
      <Select
        size="small"
        className={styles.grow}
        aria-label={t('data.chooseRun')}
        value={sample.run}
        loading={sample.loading}
        options={listed || sample.run === undefined ? options : [{ value: sample.run, label: sample.run, run: undefined }, ...options]}
        onChange={(id) => sample.choose(id)}
        onOpenChange={opened}
        optionRender={runOption}
      />
      {sample.steps.length > 1 && (
        <Select
          size="small"
          showSearch
          className={styles.grow}
          aria-label={t('data.chooseStep')}
          value={sample.step?.path}
          options={sample.steps.map((s) => ({ value: s.path, label: s.path }))}
          onChange={(path) => sample.chooseStep(path)}
        />
      )}
    </div>
  )
}

function runOption(option: { data: { label: string; run: RunSummary | undefined } }) {
  return (
    <div className={styles.runOption}>
      <span>{option.data.label}</span>
      {option.data.run && <StatusText status={option.data.run.status} />}
    </div>
  )
}
