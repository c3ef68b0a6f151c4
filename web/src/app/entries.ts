import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { useNavigate } from '@tanstack/react-router'
import { useAll } from '../api/hooks'
import { usePalette } from './commands'
import { matches } from './match'
import { useSettings } from './settings'
import { places } from './places'
import { useTitle } from './title'

/** One line of the palette. */
export interface Entry {
  id: string
  group: string
  title: string
  detail?: string
  keys?: string
  run: () => void
}

const shown = 40
/** A business key as name:value. */
const keyShape = /^([A-Za-z_][\w.-]*):(\S+)$/
/** A run's id; the server says for sure. */
const runShape = /^[0-9A-Za-z_-]{12,}$/

type Navigate = ReturnType<typeof useNavigate>

function useLookups(query: string, navigate: Navigate): Entry[] {
  const { t } = useTranslation()
  const text = query.trim()
  const group = t('palette.lookups')
  const entries: Entry[] = []
  const key = keyShape.exec(text)
  if (key?.[1] && key[2]) {
    const [, name, value] = key
    entries.push({ id: 'key', group, title: t('palette.key', { name, value }), run: () => navigate({ to: '/keys/$name/$value', params: { name, value } }) })
  }
  if (/^\d{6,}$/.test(text)) {
    entries.push({ id: 'any', group, title: t('palette.anyKey', { value: text }), run: () => navigate({ to: '/keys/$name/$value', params: { name: 'order_id', value: text } }) })
  }
  if (runShape.test(text)) {
    entries.push({ id: 'run', group, title: t('palette.run', { id: text }), run: () => navigate({ to: '/runs/$run', params: { run: text } }) })
  }
  return entries
}

function useSettingCommands(): Entry[] {
  const { t } = useTranslation()
  const { language, setLanguage, setTheme } = useSettings()
  const group = t('palette.commands')
  return [
    { id: 'language', group, title: t('palette.toLanguage'), run: () => setLanguage(language === 'zh' ? 'en' : 'zh') },
    ...(['light', 'dark', 'system'] as const).map((theme) => ({
      id: `theme-${theme}`,
      group,
      title: t('palette.toTheme', { name: t(`theme.${theme}`) }),
      run: () => setTheme(theme),
    })),
  ]
}

/** What fits a query: what it looks like an id of, commands of the page, pages, flows. */
export function useEntries(query: string, navigate: Navigate): Entry[] {
  const { t } = useTranslation()
  const title = useTitle()
  const offered = usePalette((s) => s.offered)
  const flows = useAll('listFlows', {}, { staleTime: 30_000 })
  const lookups = useLookups(query, navigate)
  const settings = useSettingCommands()
  const commands = useMemo(() => [...offered.values()].flat(), [offered])
  const all: Entry[] = [
    ...commands.map((c) => ({ id: c.id, group: t('palette.commands'), title: c.title, keys: c.keys, run: c.run, words: c.words })),
    ...places.map((p) => ({ id: `page-${p}`, group: t('palette.pages'), title: t(`nav.${p}`), detail: p, run: () => void navigate({ to: `/${p}` }) })),
    ...(flows.data ?? []).map((f) => ({
      id: `flow-${f.id}`,
      group: t('palette.flows'),
      title: title(f.title, f.id),
      detail: f.id,
      run: () => void navigate({ to: '/flows/$flow', params: { flow: f.id } }),
    })),
    ...settings,
  ]
  const fitting = all.filter((e) => matches(`${e.title} ${e.detail ?? ''} ${'words' in e ? (e.words ?? '') : ''}`, query))
  return [...lookups, ...fitting].slice(0, shown)
}
