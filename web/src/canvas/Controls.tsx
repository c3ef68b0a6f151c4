import { useStore } from '@xyflow/react'
import { Maximize, Minus, Plus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Insets } from './types'
import styles from './Canvas.module.css'

interface Props {
  readonly insets: Insets
  fit(): void
  zoomBy(factor: number): void
  zoomTo(zoom: number): void
}

/** Zoom and fit, at the lower left. */
export function Controls({ insets, fit, zoomBy, zoomTo }: Props) {
  const { t } = useTranslation('canvas')
  const percent = useStore((s) => Math.round(s.transform[2] * 20) * 5)
  return (
    <div className={styles.controls} style={{ left: (insets.left ?? 0) + 16, bottom: (insets.bottom ?? 0) + 14 }}>
      <button type="button" className={styles.control} aria-label={t('zoomOut')} title={t('zoomOut')} onClick={() => zoomBy(1 / 1.25)}>
        <Minus size={16} aria-hidden />
      </button>
      <button type="button" className={styles.control} aria-label={t('zoomReset')} title={t('zoomReset')} style={{ minWidth: 52 }} onClick={() => zoomTo(1)}>
        {percent}%
      </button>
      <button type="button" className={styles.control} aria-label={t('zoomIn')} title={t('zoomIn')} onClick={() => zoomBy(1.25)}>
        <Plus size={16} aria-hidden />
      </button>
      <button type="button" className={styles.control} aria-label={t('fit')} title={t('fit')} onClick={fit}>
        <Maximize size={15} aria-hidden />
      </button>
    </div>
  )
}
