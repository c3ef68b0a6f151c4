import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { App, Button, Segmented, Select } from 'antd'
import { ArrowRight, ChevronLeft, History, RotateCcw, Undo2 } from 'lucide-react'
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../api/client'
import { useCall, usePages } from '../api/hooks'
import { type Json, writeJson } from '../api/json'
import { CopyButton } from '../app/CopyButton'
import { useFormat } from '../app/format'
import { say } from '../app/say'
import { useSettings } from '../app/settings'
import { Empty, Failed, PageLoading } from '../app/states'
import { FlowCanvas } from '../canvas/FlowCanvas'
import type { CanvasHandle } from '../canvas/types'
import { difference, isSame, overlay } from '../document/diff'
import { readDocument } from '../document/read'
import { type FlowDocument, textIn } from '../document/types'
import { ChangeCounts, ChangeList } from './ChangeList'
import { markDifference } from './markDifference'
import styles from './Editor.module.css'

const TextDiff = lazy(() => import('./TextDiff').then((m) => ({ default: m.TextDiff })))

type Side = string

function useSide(flow: string, side: Side) {
  const version = side === 'draft' ? ('draft' as const) : Number(side)
  const found = useCall('getFlow', { path: { id: flow }, query: { version } }, { staleTime: side === 'draft' ? 0 : Infinity, enabled: side !== '' })
  const doc = useMemo(() => (found.data ? readDocument(found.data.document) : null), [found.data])
  return { ...found, doc }
}

/** /flows/:flow/versions — who published what and when, what differs between any two states, and the way back. */
export function VersionsPage() {
  const { t } = useTranslation('editor')
  const { flow = '' } = useParams({ strict: false })
  const search = useSearch({ strict: false })
  const navigate = useNavigate()
  const language = useSettings((s) => s.language)
  const versions = usePages('listVersions', { path: { id: flow }, query: { limit: 100 } })
  const items = useMemo(() => versions.data?.pages.flatMap((p) => p.items) ?? [], [versions.data])
  const live = items.find((v) => v.published)?.version
  const a = search.a ?? (live === undefined ? '' : String(live))
  const b = search.b ?? 'draft'
  const before = useSide(flow, a)
  const after = useSide(flow, b)
  const choose = (next: { a?: string; b?: string }) => void navigate({ to: '.', search: { a, b, ...next }, replace: true })
  if (versions.error) return <Failed error={versions.error} retry={() => void versions.refetch()} />
  if (!versions.data) return <PageLoading />
  const sides = [{ value: 'draft', label: t('versions.draft') }, ...items.map((v) => ({ value: String(v.version), label: `v${v.version}${v.published ? ` · ${t('versions.live')}` : ''}` }))]
  return (
    <div className={styles.editor}>
      <header className={styles.toolbar}>
        <Link to="/flows/$flow" params={{ flow }} className={styles.back} aria-label={t('versions.back')} title={t('versions.back')}>
          <ChevronLeft size={20} aria-hidden />
        </Link>
        <h1 className={styles.name}>
          {textIn(after.doc?.title, language) || flow} · {t('versions.title')}
        </h1>
        <span className={styles.spring} />
        <Select value={a} options={sides} onChange={(v: string) => choose({ a: v })} aria-label={t('versions.before')} style={{ minWidth: 120 }} />
        <ArrowRight size={16} aria-hidden />
        <Select value={b} options={sides} onChange={(v: string) => choose({ b: v })} aria-label={t('versions.after')} style={{ minWidth: 120 }} />
        <CopyButton text={location.href} label={t('versions.copyLink')} />
      </header>
      <div className={styles.main}>
        <nav className={styles.versions} aria-label={t('versions.title')}>
          <VersionRow name={t('versions.draft')} chosen={b === 'draft'} onChoose={() => choose({ b: 'draft', a: live === undefined ? '' : String(live) })} />
          {items.map((v, i) => (
            <VersionRow
              key={v.version}
              name={`v${v.version}`}
              live={v.published}
              by={v.by}
              at={v.at}
              note={v.note}
              chosen={b === String(v.version)}
              onChoose={() => choose({ a: String(items[i + 1]?.version ?? v.version), b: String(v.version) })}
              actions={<Restore flow={flow} version={v.version} live={v.published} onDone={() => void versions.refetch()} />}
            />
          ))}
          {items.length === 0 && <p className={styles.quiet}>{t('versions.none')}</p>}
          {versions.hasNextPage && <Button onClick={() => void versions.fetchNextPage()}>{t('versions.more')}</Button>}
        </nav>
        {a === '' ? <Empty icon={<History size={22} />} title={t('versions.none')} /> : before.doc && after.doc ? <Comparison key={`${a}:${b}`} before={before.doc} after={after.doc} /> : before.error || after.error ? <Failed error={before.error ?? after.error ?? new Error()} /> : <PageLoading />}
      </div>
    </div>
  )
}

interface RowProps {
  readonly name: string
  readonly live?: boolean
  readonly by?: string
  readonly at?: string
  readonly note?: string
  readonly chosen: boolean
  readonly actions?: React.ReactNode
  onChoose(): void
}

function VersionRow({ name, live, by, at, note, chosen, actions, onChoose }: RowProps) {
  const { t } = useTranslation('editor')
  const format = useFormat()
  return (
    <div className={styles.version} data-chosen={chosen || undefined}>
      <button type="button" aria-pressed={chosen} onClick={onChoose}>
        <span className={styles.versionName}>
          {name}
          {live && <span className={styles.badge} data-live>{t('versions.live')}</span>}
        </span>
        {at && <span className={styles.quiet} title={format.time(at)}>{t('versions.by', { by: by ?? '', time: format.ago(at) })}</span>}
        {at && <span className={note ? styles.noteLine : styles.quiet}>{note || t('versions.noNote')}</span>}
      </button>
      {chosen && actions}
    </div>
  )
}

function guarded(run: () => Promise<void>): Promise<void> {
  return run().catch((e: Error) => say('error', e.message))
}

function Restore({ flow, version, live, onDone }: { flow: string; version: number; live: boolean; onDone(): void }) {
  const { t } = useTranslation('editor')
  const { modal } = App.useApp()
  const navigate = useNavigate()
  const intoDraft = async () => {
    const old = await call('getFlow', { path: { id: flow }, query: { version } })
    const draft = await call('getFlow', { path: { id: flow }, query: { version: 'draft' } })
    await call('putFlow', { path: { id: flow }, header: { 'If-Match': `"${draft.revision ?? 0}"` }, body: old.document })
    say('success', t('versions.restored', { version }))
    await navigate({ to: '/flows/$flow', params: { flow } })
  }
  const publish = async () => {
    const made = await call('publishFlow', { path: { id: flow }, body: { version, note: t('versions.rollbackNote', { version }) } })
    say('success', t('versions.published', { version, now: made.version }))
    onDone()
  }
  return (
    <div className={styles.versionActions}>
      <Button size="small" icon={<Undo2 size={14} />} onClick={() => modal.confirm({ title: t('versions.restore'), content: t('versions.restoreText', { version }), onOk: () => guarded(intoDraft) })}>
        {t('versions.restore')}
      </Button>
      {!live && (
        <Button size="small" icon={<RotateCcw size={14} />} onClick={() => modal.confirm({ title: t('versions.publish'), content: t('versions.publishText', { version }), onOk: () => guarded(publish) })}>
          {t('versions.publish')}
        </Button>
      )}
    </div>
  )
}

function Comparison({ before, after }: { before: FlowDocument; after: FlowDocument }) {
  const { t } = useTranslation('editor')
  const [how, setHow] = useState<'canvas' | 'text'>('canvas')
  const [selection, setSelection] = useState<readonly string[]>([])
  const canvas = useRef<CanvasHandle>(null)
  const changes = useMemo(() => difference(before, after), [before, after])
  const both = useMemo(() => overlay(before, after), [before, after])
  const marks = useMemo(() => markDifference(changes), [changes])
  useEffect(() => {
    const ids = [...changes.nodes.keys()]
    if (ids.length > 0) requestAnimationFrame(() => canvas.current?.fit(ids))
  }, [changes])
  const go = (id: string) => {
    setHow('canvas')
    setSelection([id])
    canvas.current?.reveal(id.startsWith('@') ? '$start' : id, { center: true })
  }
  return (
    <>
      <div className={styles.stage}>
        <div className={styles.compareHead}>
          <Segmented value={how} onChange={setHow} options={[{ value: 'canvas', label: t('versions.canvas') }, { value: 'text', label: t('versions.text') }]} />
          {isSame(changes) ? <span className={styles.quiet}>{t('versions.same')}</span> : <ChangeCounts of={changes} />}
        </div>
        {how === 'canvas' ? (
          <FlowCanvas ref={canvas} document={both} label={t('versions.compare')} decorations={marks.nodes} edgeDecorations={marks.edges} selection={selection} onSelectionChange={setSelection} insets={compareInsets} />
        ) : (
          <Suspense fallback={<PageLoading />}>
            <TextDiff before={writeJson(before as unknown as Json, 2)} after={writeJson(after as unknown as Json, 2)} />
          </Suspense>
        )}
      </div>
      <aside className={styles.changesPane} aria-label={t('versions.list')}>
        <h2>{t('versions.list')}</h2>
        {isSame(changes) ? <p className={styles.quiet}>{t('versions.same')}</p> : <ChangeList of={changes} before={before} after={after} onGo={go} />}
      </aside>
    </>
  )
}

const compareInsets = { top: 48 }
