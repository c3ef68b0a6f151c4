import { useEffect, useMemo } from 'react'
import { say } from '../app/say'
import type { Catalog } from '../canvas/catalog'
import type { CanvasHandle } from '../canvas/types'
import { sizes } from '../canvas/scene'
import { i18n } from '../i18n/setup'
import * as actions from './actions'
import { isTyping } from './keys'
import { useView } from './view'

export interface Clipboard {
  copy(cut: boolean): void
  paste(): void
}

function counted(text: string): number {
  return (text.match(/"type":/g) ?? []).length
}

/** Copying and pasting nodes as JSON text: between flows, browsers and chat windows. */
export function useClipboard(catalog: Catalog, canvas: React.RefObject<CanvasHandle | null>): Clipboard {
  const clipboard = useMemo(() => {
    const place = () => {
      const at = useView.getState().menu?.at ?? canvas.current?.center() ?? { x: 0, y: 0 }
      return { x: at.x - sizes.width / 2, y: at.y - sizes.head / 2 }
    }
    const take = (text: string) => {
      if (!actions.pasteText(catalog, text, place())) say('warning', i18n.t('editor:clipboard.notNodes'))
    }
    return {
      take,
      copy: (cut: boolean) => {
        const text = actions.copied()
        if (text === null) return say('info', i18n.t('editor:clipboard.nothing'))
        void navigator.clipboard.writeText(text).then(
          () => say('success', i18n.t('editor:clipboard.copied', { count: counted(text) })),
          (e: Error) => say('error', e.message),
        )
        if (cut) actions.remove()
      },
      paste: () => void navigator.clipboard.readText().then(take, () => say('warning', i18n.t('editor:clipboard.denied'))),
    }
  }, [catalog, canvas])
  // The browser's own events need no permission, and work where the page is not served over TLS.
  useEffect(() => {
    const onCopy = (e: ClipboardEvent) => {
      const text = isTyping(e.target) || String(getSelection()) !== '' ? null : actions.copied()
      if (text === null) return
      e.preventDefault()
      e.clipboardData?.setData('text/plain', text)
      if (e.type === 'cut') actions.remove()
    }
    const onPaste = (e: ClipboardEvent) => {
      if (isTyping(e.target)) return
      e.preventDefault()
      clipboard.take(e.clipboardData?.getData('text/plain') ?? '')
    }
    document.addEventListener('copy', onCopy)
    document.addEventListener('cut', onCopy)
    document.addEventListener('paste', onPaste)
    return () => {
      document.removeEventListener('copy', onCopy)
      document.removeEventListener('cut', onCopy)
      document.removeEventListener('paste', onPaste)
    }
  }, [clipboard])
  return clipboard
}
