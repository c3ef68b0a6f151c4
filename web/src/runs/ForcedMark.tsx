import { Hand } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Step } from './model/types'
import styles from './StepPanel.module.css'

/** Says that a person, not the node, decided what a step gave. */
export function ForcedMark({ step, short = false }: { step: Pick<Step, 'forced' | 'by'>; short?: boolean }) {
  const { t } = useTranslation('runs')
  if (!step.forced) return null
  const text = t(`forced.${step.forced}`, { by: step.by ?? t('forced.somebody') })
  return (
    <span className={styles.forced} title={text}>
      <Hand size={13} aria-hidden={!short} aria-label={text} role={short ? 'img' : undefined} />
      {!short && text}
    </span>
  )
}
