import type { NodeProps } from '@xyflow/react'
import { CirclePlay, PhoneCall } from 'lucide-react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { useCanvas } from './context'
import { TriggerIcon } from './icons'
import type { CanvasNode } from './model'
import { Ports } from './Ports'
import { summaryOf } from './summary'
import { triggerKey } from '../document/triggers'
import { textIn } from '../document/types'
import styles from './Canvas.module.css'

/** Where runs begin: the flow's triggers, each a row that can be chosen. */
export const StartNode = memo(function StartNode({ data, selected }: NodeProps<CanvasNode>) {
  const { triggers = [], language, chosenTriggers, select, open } = useCanvas()
  const { t } = useTranslation('canvas')
  const { scene, problems } = data
  return (
    <div className={styles.card} data-category="trigger" data-selected={selected || undefined}>
      <div className={styles.head}>
        <span className={styles.icon}>
          <CirclePlay size={18} strokeWidth={1.9} aria-hidden />
        </span>
        <span className={styles.words}>
          <span className={styles.title}>{t('start')}</span>
          <span className={styles.summary}>{t('triggerCount', { count: triggers.length })}</span>
        </span>
      </div>
      <div className={styles.rows}>
        {triggers.map((trigger) => {
          const key = triggerKey(trigger.id)
          const bad = problems?.get(key)?.errors
          return (
            <button
              type="button"
              key={trigger.id}
              className={`nodrag ${styles.trigger}`}
              data-chosen={chosenTriggers.has(key) || undefined}
              data-problem={bad ? 'error' : undefined}
              onClick={(e) => {
                e.stopPropagation()
                select([key])
              }}
              onDoubleClick={(e) => {
                e.stopPropagation()
                open(key)
              }}
            >
              <TriggerIcon type={trigger.type} size={14} />
              <span>{textIn(trigger.title, language) || summaryOf(trigger) || trigger.id}</span>
            </button>
          )
        })}
        {triggers.length === 0 && (
          <div className={styles.trigger} data-none>
            <PhoneCall size={14} aria-hidden />
            <span>{t('onlyCalls')}</span>
          </div>
        )}
      </div>
      <Ports node={scene} />
    </div>
  )
})
