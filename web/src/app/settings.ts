import { create } from 'zustand'
import type { Language } from '../i18n/setup'
import { speak } from '../i18n/setup'

export type ThemeChoice = 'light' | 'dark' | 'system'

const storageKey = 'sluice.settings'

interface Settings {
  language: Language
  theme: ThemeChoice
  setLanguage: (language: Language) => void
  setTheme: (theme: ThemeChoice) => void
}

function stored(): { language?: Language; theme?: ThemeChoice } {
  try {
    return JSON.parse(localStorage.getItem(storageKey) ?? '{}')
  } catch {
    return {}
  }
}

const before = stored()

/** What this browser's user chose; kept in the browser. */
export const useSettings = create<Settings>((set) => ({
  language: before.language ?? (navigator.language.startsWith('zh') ? 'zh' : 'en'),
  theme: before.theme ?? 'system',
  setLanguage: (language) => {
    // The texts first: a page must not be drawn in a language that is still on its way.
    speak(language).then(() => set({ language }), () => undefined)
  },
  setTheme: (theme) => set({ theme }),
}))

useSettings.subscribe(({ language, theme }) => {
  try {
    localStorage.setItem(storageKey, JSON.stringify({ language, theme }))
  } catch {
    // A browser that keeps nothing: the choice holds for this page.
  }
})
