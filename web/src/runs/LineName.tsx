import { ChevronRight, CircleAlert } from 'lucide-react'
import type { MouseEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { statusColour } from '../app/StatusText'
import type { FlowDocument } from '../document/types'
import { ForcedMark } from './ForcedMark'
import { isCompensation } from './model/steps'
import type { TreeLine } from './model/steps'
import { useNodeTitle } from './nodeTitle'
import type { RunPlace } from './RunPage'
import styles from './Timeline.module.css'

interface Props {
  line: TreeLine
  document: FlowDocument | null
  toggle: (line: TreeLine) => void
  go: (by: RunPlace) => void
}

/** A step's or an item's name, indented as deep as it lies, with what opens it. */
export function LineName({ line, document, toggle, go }: Props) {
  const { t } = useTranslation('runs')
  const { t: tApp } = useTranslation()
  const title = useNodeTitle(document)
  const status = line.step?.status ?? line.item?.status ?? 'skipped'
  const name = line.step ? title(line.step.node) : t('steps.item', { number: (line.item?.index ?? 0) + 1 })
  const onToggle = (e: MouseEvent) => {
    e.stopPropagation()
    toggle(line)
  }
  return (
    <span className={styles.nameInner} style={{ paddingLeft: line.depth * 18 }}>
      {line.size > 0 ? (
        <button type="button" className={styles.twist} aria-expanded={line.open} aria-label={t(line.open ? 'steps.close' : 'steps.open', { name })} onClick={onToggle}>
          <ChevronRight size={15} className={line.open ? styles.isOpen : ''} />
        </button>
      ) : (
        <span className={styles.twist} />
      )}
      <span className={styles.dot} style={{ background: statusColour(status) }} />
      <button
        type="button"
        data-row
        className={`${styles.nameText} ${status === 'skipped' ? styles.faded : ''} ${status === 'failed' ? styles.bad : ''}`}
        title={`${line.path} · ${tApp(`status.${status}`)}`}
        onClick={() => go({ step: line.path })}
      >
        {line.step && isCompensation(line.path) ? t('steps.undo', { name }) : name}
        <span className="visually-hidden">, {tApp(`status.${status}`)}</span>
      </button>
      {line.step && line.size > 1 && <span className={styles.count}>×{line.size}</span>}
      {line.step && <ForcedMark step={line.step} short />}
      {line.step && line.step.attempt > 1 && <span className={styles.count}>{t('steps.try', { number: line.step.attempt })}</span>}
      {line.item && line.item.failed > 0 && <CircleAlert size={13} className={styles.bad} aria-hidden />}
    </span>
  )
}
