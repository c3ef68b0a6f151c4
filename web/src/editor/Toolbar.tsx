import { Link } from '@tanstack/react-router'
import { Button, Dropdown, type MenuProps, Tooltip } from 'antd'
import { Braces, Bug, ChevronLeft, CircleAlert, CircleCheck, Ellipsis, History, ListTree, Maximize, Play, Redo2, Rocket, Search, TriangleAlert, Undo2, WandSparkles } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useDocument } from '../document/store'
import * as actions from './actions'
import { useDraft } from './draft'
import { FlowName } from './FlowName'
import { useProblems } from './problems'
import { SavingState } from './SavingState'
import { type Dialog, useView } from './view'
import styles from './Editor.module.css'

interface Props {
  /** The version that is live; 0 without one. */
  readonly live: number
  readonly menu: MenuProps['items']
  onMenu(key: string): void
  onTidy(): void
  onFit(): void
  onDebug(): void
}

function open(dialog: Dialog) {
  return () => useView.setState({ dialog })
}

/** The bar above the canvas. */
export function Toolbar({ live, menu, onMenu, onTidy, onFit, onDebug }: Props) {
  const { t } = useTranslation('editor')
  const json = useView((s) => s.json)
  const tree = useView((s) => s.tree)
  const flow = useDocument((s) => s.doc.id)
  return (
    <header className={styles.toolbar} role="toolbar" aria-label={t('toolbar.label')}>
      <Link to="/flows" className={styles.back} aria-label={t('back')} title={t('back')}>
        <ChevronLeft size={20} aria-hidden />
      </Link>
      <FlowName />
      <DraftBadge live={live} />
      <SavingState />
      <span className={styles.spring} />
      <HistoryButtons />
      <span className={styles.divider} />
      <IconButton label={t('toolbar.search')} keys="Ctrl+F" icon={<Search size={18} />} onClick={open('search')} />
      <IconButton label={t('toolbar.tree')} keys="L" icon={<ListTree size={18} />} pressed={tree} onClick={() => useView.setState({ tree: !tree })} />
      <IconButton label={t('toolbar.tidy')} keys="Shift+Alt+T" icon={<WandSparkles size={18} />} onClick={onTidy} />
      <IconButton label={t('toolbar.fit')} keys="Shift+1" icon={<Maximize size={18} />} onClick={onFit} />
      <IconButton label={t('toolbar.json')} keys="J" icon={<Braces size={18} />} pressed={json} onClick={() => useView.setState({ json: !json })} />
      <Link to="/flows/$flow/versions" params={{ flow }} className={styles.back} aria-label={t('toolbar.versions')} title={t('toolbar.versions')}>
        <History size={18} aria-hidden />
      </Link>
      <Dropdown trigger={['click']} menu={{ items: menu ?? [], onClick: ({ key }) => onMenu(key) }}>
        <Button type="text" aria-label={t('toolbar.more')} icon={<Ellipsis size={18} />} />
      </Dropdown>
      <span className={styles.divider} />
      <ProblemsButton />
      <Button icon={<Bug size={16} />} onClick={onDebug} className={styles.wordy}>
        {t('toolbar.debug')}
      </Button>
      <Button icon={<Play size={16} />} onClick={open('run')} className={styles.wordy}>
        {t('toolbar.run')}
      </Button>
      <Button type="primary" icon={<Rocket size={16} />} onClick={open('publish')}>
        {t('toolbar.publish')}
      </Button>
    </header>
  )
}

function DraftBadge({ live }: { live: number }) {
  const { t } = useTranslation('editor')
  const { revision, saving } = useDraft()
  // Without a revision there is no draft yet: what is shown is what is live.
  const same = live > 0 && revision === 0 && saving === 'saved'
  return (
    <span className={styles.badge} data-live={same || undefined}>
      {same ? t('live', { version: live }) : live > 0 ? t('draftOn', { version: live }) : t('draft')}
    </span>
  )
}

function HistoryButtons() {
  const { t, i18n } = useTranslation('editor')
  const action = useDocument((s) => s.action)
  const past = useStore(useDocument.temporal, (s) => s.pastStates.length)
  const future = useStore(useDocument.temporal, (s) => s.futureStates.at(-1))
  const named = (key: string | undefined) => (key && i18n.exists(`editor:actions.${key}`) ? t(`actions.${key as 'move'}`) : '')
  return (
    <>
      <IconButton label={past > 0 ? t('toolbar.undoWhat', { what: named(action) }) : t('toolbar.undo')} keys="Ctrl+Z" icon={<Undo2 size={18} />} disabled={past === 0} onClick={() => actions.undo()} />
      <IconButton label={future ? t('toolbar.redoWhat', { what: named(future.action) }) : t('toolbar.redo')} keys="Ctrl+Shift+Z" icon={<Redo2 size={18} />} disabled={!future} onClick={() => actions.redo()} />
    </>
  )
}

interface IconButtonProps {
  readonly label: string
  readonly icon: React.ReactNode
  readonly keys?: string
  readonly pressed?: boolean
  readonly disabled?: boolean
  onClick(): void
}

export function IconButton({ label, icon, keys, pressed, disabled, onClick }: IconButtonProps) {
  return (
    <Tooltip title={keys ? `${label}  ${keys}` : label} mouseEnterDelay={0.4}>
      <Button type="text" aria-label={label} aria-pressed={pressed} className={pressed ? styles.pressed : undefined} icon={icon} disabled={disabled ?? false} onClick={onClick} />
    </Tooltip>
  )
}

function ProblemsButton() {
  const { t } = useTranslation('editor')
  const { list } = useProblems()
  const drawer = useView((s) => s.drawer)
  const errors = list.filter((p) => p.severity !== 'warning').length
  const Icon = errors > 0 ? CircleAlert : list.length > 0 ? TriangleAlert : CircleCheck
  const label = list.length > 0 ? t('toolbar.problemCount', { count: list.length }) : t('toolbar.noProblems')
  return (
    <Tooltip title={label}>
      <button type="button" className={styles.problemsButton} data-severity={errors > 0 ? 'error' : list.length > 0 ? 'warning' : 'none'} aria-expanded={drawer === 'problems'} aria-label={label} onClick={() => useView.setState({ drawer: drawer === 'problems' ? null : 'problems' })}>
        <Icon size={16} aria-hidden />
        {list.length > 0 && (
          <>
            <span className={styles.wordy}>{t('toolbar.problems')}</span> {list.length}
          </>
        )}
      </button>
    </Tooltip>
  )
}
