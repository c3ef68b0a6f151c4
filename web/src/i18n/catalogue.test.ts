import { describe, expect, it } from 'vitest'
import { en } from './en'
import { zh } from './zh'

type Texts = { [key: string]: string | Texts }

function flat(texts: Texts, path = ''): [string, string][] {
  return Object.entries(texts).flatMap(([k, v]) => (typeof v === 'string' ? [[`${path}${k}`, v] as [string, string]] : flat(v, `${path}${k}.`)))
}

const english = new Map(flat(en))
const chinese = new Map(flat(zh as unknown as Texts))
const variables = (text: string) => [...text.matchAll(/\{\{(\w+)/g)].map((m) => m[1]).toSorted()

describe('catalogues', () => {
  it('have the same keys, but for the singular that Chinese does not know', () => {
    expect([...chinese.keys()].toSorted()).toEqual([...english.keys()].filter((k) => !k.endsWith('_one')).toSorted())
  })

  it('leave no text empty and name the same variables', () => {
    for (const [key, text] of chinese) {
      expect(text, key).not.toBe('')
      expect(english.get(key), key).not.toBe('')
      expect(variables(text), key).toEqual(variables(english.get(key) ?? ''))
    }
  })

  it('have both forms of every plural in English', () => {
    for (const key of english.keys()) if (key.endsWith('_one')) expect(english.has(key.replace(/_one$/, '_other')), key).toBe(true)
  })
})
