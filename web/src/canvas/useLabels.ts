import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { Catalog } from './catalog'
import type { SceneNode } from './scene'
import type { NodeDecoration } from './types'
import { textIn } from '../document/types'

/** What a screen reader says of a node: its name, its type, how it fared, its problems. */
export function useLabels(catalog: Catalog, language: 'en' | 'zh') {
  const { t } = useTranslation('canvas')
  return useCallback(
    (box: SceneNode, decoration: NodeDecoration | undefined): string => {
      if (box.kind === 'start') return t('start')
      if (box.note) return t('note', { text: box.note.text })
      const type = catalog.find(box.node?.type ?? '')?.title[language] ?? box.node?.type
      const problems = (decoration?.errors ?? 0) + (decoration?.warnings ?? 0)
      return [
        textIn(box.node?.title, language) || type,
        type,
        decoration?.status && t(`status.${decoration.status}`),
        decoration?.change && t(`change.${decoration.change}`),
        box.disabled && t('traits.disabled'),
        problems > 0 && t('problems', { count: problems }),
      ].filter(Boolean).join(', ')
    },
    [catalog, language, t],
  )
}
