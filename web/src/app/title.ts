import type { Json } from '../api/json'
import { isObject } from '../api/json'
import type { Language } from '../i18n/setup'
import { useSettings } from './settings'

/** A title as documents have it, a text or an object by language, in a language; the other one where that is missing. */
export function titleIn(language: Language, title: Json | undefined, otherwise: string): string {
  if (typeof title === 'string' && title) return title
  if (!isObject(title)) return otherwise
  const found = title[language] ?? title['en'] ?? Object.values(title)[0]
  return typeof found === 'string' && found ? found : otherwise
}

/** titleIn in the user's language. */
export function useTitle(): (title: Json | undefined, otherwise: string) => string {
  const language = useSettings((s) => s.language)
  return (title, otherwise) => titleIn(language, title, otherwise)
}
