import { createInstance } from 'i18next'
import { initReactI18next } from 'react-i18next'
import type { en } from './en'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'app'
    resources: typeof en
  }
}

export type Language = 'en' | 'zh'

/** Texts by key, typed: useTranslation('runs') in a component, i18n.t('app:…') elsewhere. */
export const i18n = createInstance()

/** Switches to a language, its catalogue loaded first if need be. */
export async function speak(language: Language): Promise<void> {
  if (!i18n.hasResourceBundle(language, 'app')) {
    const areas = language === 'zh' ? (await import('./zh')).zh : (await import('./en')).en
    for (const [area, texts] of Object.entries(areas)) i18n.addResourceBundle(language, area, texts)
  }
  await i18n.changeLanguage(language)
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
}

/** Makes ready for the first text. */
export async function startTexts(language: Language): Promise<void> {
  await i18n.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    defaultNS: 'app',
    ns: [],
    resources: {},
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  })
  await speak(language)
}
