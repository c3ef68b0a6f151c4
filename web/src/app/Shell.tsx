import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { Button, Dropdown, Tooltip } from 'antd'
import type { LucideIcon } from 'lucide-react'
import { CalendarClock, Ellipsis, Inbox, Languages, ListChecks, MonitorCog, Moon, Plug, Search, Settings, Sun, Table2, WifiOff, Workflow } from 'lucide-react'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useOnline } from '../api/online'
import { useSession } from '../api/session'
import { usePalette, usePaletteKey } from './commands'
import type { Place } from './places'
import { places } from './places'
import { useSayings } from './say'
import type { ThemeChoice } from './settings'
import { useSettings } from './settings'
import styles from './Shell.module.css'
import { useNarrow } from './theme'
import { useReconnect } from './useReconnect'

const icons: Record<Place, LucideIcon> = {
  flows: Workflow,
  runs: ListChecks,
  triggers: CalendarClock,
  connections: Plug,
  tables: Table2,
  approvals: Inbox,
  settings: Settings,
}

/** How many places a phone's bar holds beside "more". */
const barPlaces = 4

const themeIcons: Record<ThemeChoice, LucideIcon> = { light: Sun, dark: Moon, system: MonitorCog }

function PlaceLink({ place }: { place: Place }) {
  const { t } = useTranslation()
  const Icon = icons[place]
  return (
    <Link to={`/${place}`} className={styles.place} activeProps={{ className: styles.here }}>
      <Icon size={20} strokeWidth={1.75} aria-hidden />
      <span className={styles.placeName}>{t(`nav.${place}`)}</span>
    </Link>
  )
}

function ThemeButton() {
  const { t } = useTranslation()
  const { theme, setTheme } = useSettings()
  const Icon = themeIcons[theme]
  const label = `${t('theme.label')}: ${t(`theme.${theme}`)}`
  const items = (['light', 'dark', 'system'] as const).map((key) => ({ key, label: t(`theme.${key}`) }))
  return (
    <Dropdown trigger={['click']} menu={{ items, selectable: true, selectedKeys: [theme], onClick: ({ key }) => setTheme(key as ThemeChoice) }}>
      <Button type="text" aria-label={label} icon={<Icon size={18} />} />
    </Dropdown>
  )
}

function LanguageButton() {
  const { t } = useTranslation()
  const { language, setLanguage } = useSettings()
  const items = [
    { key: 'zh', label: <span lang="zh-CN">简体中文</span> },
    { key: 'en', label: <span lang="en">English</span> },
  ]
  return (
    <Dropdown trigger={['click']} menu={{ items, selectable: true, selectedKeys: [language], onClick: ({ key }) => setLanguage(key === 'zh' ? 'zh' : 'en') }}>
      <Button type="text" aria-label={t('language')} icon={<Languages size={18} />} />
    </Dropdown>
  )
}

function Rail() {
  const { t } = useTranslation()
  const setOpen = usePalette((s) => s.setOpen)
  return (
    <nav className={styles.rail} aria-label={t('nav.label')}>
      <Link to="/flows" className={styles.logo} aria-label={`Sluice, ${t('nav.flows')}`}>
        <svg viewBox="0 0 32 32" width="20" height="20" aria-hidden>
          <path d="M5 11c3.7-3.7 7.3-3.7 11 0s7.3 3.7 11 0M5 21c3.7-3.7 7.3-3.7 11 0s7.3 3.7 11 0" fill="none" stroke="#fff" strokeWidth="3" strokeLinecap="round" />
        </svg>
      </Link>
      {places.map((p) => (
        <PlaceLink key={p} place={p} />
      ))}
      <div className={styles.tools}>
        <Tooltip title={`${t('search')} (Ctrl+K)`} placement="right">
          <Button type="text" aria-label={`${t('search')} (Ctrl+K)`} icon={<Search size={18} />} onClick={() => setOpen(true)} />
        </Tooltip>
        <LanguageButton />
        <ThemeButton />
      </div>
    </nav>
  )
}

function BottomBar() {
  const { t } = useTranslation()
  const navigate = useRouterState({ select: (s) => s.location.pathname })
  const { setOpen } = usePalette()
  const rest = places.slice(barPlaces)
  const items = [
    ...rest.map((p) => ({ key: p, label: <Link to={`/${p}`}>{t(`nav.${p}`)}</Link> })),
    { key: 'search', label: t('search'), onClick: () => setOpen(true) },
  ]
  const isRest = rest.some((p) => navigate.startsWith(`/${p}`))
  return (
    <nav className={styles.bar} aria-label={t('nav.label')}>
      {places.slice(0, barPlaces).map((p) => (
        <PlaceLink key={p} place={p} />
      ))}
      <Dropdown trigger={['click']} placement="topRight" menu={{ items }}>
        <button type="button" className={`${styles.place} ${isRest ? styles.here : ''}`}>
          <Ellipsis size={20} aria-hidden />
          <span className={styles.placeName}>{t('nav.more')}</span>
        </button>
      </Dropdown>
    </nav>
  )
}

const loadPalette = () => import('./Palette').then((m) => ({ default: m.Palette }))
const Palette = lazy(loadPalette)
const SessionDialog = lazy(() => import('./SessionDialog').then((m) => ({ default: m.SessionDialog })))

/** What lies over the page when it is asked for: loaded at the first time, then there for good. */
function Overlays() {
  const paletteOpen = usePalette((s) => s.open)
  const asking = useSession((s) => s.asking)
  const palette = useOnce(paletteOpen)
  const session = useOnce(asking)
  usePaletteKey()
  useSayings()
  useEffect(() => {
    // Ahead of its first use: who presses Ctrl+K types on at once.
    const waiting = requestIdleCallback(() => void loadPalette().catch(() => undefined), { timeout: 5_000 })
    return () => cancelIdleCallback(waiting)
  }, [])
  return (
    <Suspense>
      {palette && <Palette />}
      {session && <SessionDialog />}
    </Suspense>
  )
}

/** Enter on an item of a menu is the item's alone: else it would press what the item opens and gives the focus to. */
function useMenuEnter() {
  useEffect(() => {
    const hear = (e: KeyboardEvent) => {
      if (e.key === 'Enter' && e.target instanceof Element && e.target.closest('[role="menuitem"]')) e.preventDefault()
    }
    window.addEventListener('keydown', hear, true)
    return () => window.removeEventListener('keydown', hear, true)
  }, [])
}

/** Whether something has been true at any time. */
function useOnce(now: boolean): boolean {
  const [ever, setEver] = useState(now)
  if (now && !ever) setEver(true)
  return ever || now
}

/** What is around every page: where one can go, language and theme, the palette, the sign-in, and whether the server answers. */
export function Shell() {
  const { t } = useTranslation()
  const narrow = useNarrow()
  const online = useOnline((s) => s.online)
  useReconnect()
  useMenuEnter()
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        {t('skip')}
      </a>
      {!narrow && <Rail />}
      <main id="content" className={styles.content} tabIndex={-1}>
        {!online && (
          <div className={styles.offline} role="status">
            <WifiOff size={16} aria-hidden />
            {t('states.offline')}
          </div>
        )}
        <div className={styles.page}>
          <Outlet />
        </div>
      </main>
      {narrow && <BottomBar />}
      <Overlays />
    </div>
  )
}
