import { createInstance } from 'i18next'
import { en } from '../src/i18n/en'
import { zh } from '../src/i18n/zh'
import type { Language } from './fixtures'

const i18n = createInstance()
void i18n.init({ lng: 'en', fallbackLng: false, resources: { en, zh }, interpolation: { escapeValue: false }, initAsync: false })

const areas = Object.keys(en) as (keyof typeof en)[]

/** The page's texts in a language, by their keys: textsIn('zh')('editor:toolbar.run'). */
export function textsIn(language: Language) {
  return i18n.getFixedT(language, areas)
}

/** The name of a button with this text: the component library puts a space between two Chinese letters. */
export function named(text: string): RegExp {
  const letters = /^\p{Script=Han}{2}$/u.test(text) ? [...text] : [text]
  return new RegExp(`^${letters.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('\\s?')}$`)
}
