import { Checkbox } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../app/format'
import { StatusText } from '../app/StatusText'
import { LineName } from './LineName'
import type { TreeLine } from './model/steps'
import { spanOf } from './model/timeline'
import styles from './StepsTable.module.css'
import type { LinesProps } from './Timeline'
import { useLines } from './useLines'
import { VirtualRows } from './VirtualRows'

const columns = ['status', 'type', 'port', 'try', 'started', 'took', 'error'] as const

/** Every step as a line of facts; inputs and outputs show beside it when it is chosen. */
export function StepsTable({ tree, now, document, place, go }: LinesProps) {
  const { t } = useTranslation('runs')
  const [failedOnly, setFailedOnly] = useState(false)
  const { lines, toggle, at } = useLines(tree, place.step, failedOnly)
  return (
    <div className={styles.table} role="table" aria-label={t('steps.label')} aria-rowcount={lines.length + 1}>
      <div role="rowgroup" className={styles.headGroup}>
        <div className={`${styles.row} ${styles.head}`} role="row">
          <span role="columnheader">
            <Checkbox checked={failedOnly} onChange={(e) => setFailedOnly(e.target.checked)}>
              {t('steps.failedOnly')}
            </Checkbox>
          </span>
          {columns.map((c) => (
            <span key={c} role="columnheader">
              {t(`steps.columns.${c}`)}
            </span>
          ))}
        </div>
      </div>
      <VirtualRows
        rows={lines}
        rowHeight={34}
        rowKey={(line) => line.path}
        reveal={at}
        label={t('steps.label')}
        render={(line) => (
          <div className={`${styles.row} ${line.path === place.step ? styles.chosen : ''}`} role="row" onClick={() => go({ step: line.path })}>
            <span role="cell">
              <LineName line={line} document={document} toggle={toggle} go={go} />
            </span>
            <Facts line={line} now={now} />
          </div>
        )}
      />
    </div>
  )
}

function Facts({ line, now }: { line: TreeLine; now: number }) {
  const { t } = useTranslation('runs')
  const format = useFormat()
  const { step, item } = line
  const span = spanOf(line, now)
  const skipped = (step ?? item)?.status === 'skipped'
  return (
    <>
      <span role="cell">
        <StatusText status={(step ?? item)?.status ?? 'skipped'} />
      </span>
      <span role="cell" className={styles.code}>
        {step?.type ?? t('steps.itemSteps', { count: line.size })}
      </span>
      <span role="cell" className={styles.code}>
        {step?.port && step.port !== 'out' ? step.port : ''}
      </span>
      <span role="cell">{step && !skipped ? step.attempt : ''}</span>
      <span role="cell">{skipped ? '–' : format.time(span.from).slice(11)}</span>
      <span role="cell">{skipped ? '–' : format.duration(span.to - span.from)}</span>
      <span role="cell" className={styles.error} title={step?.error?.message}>
        {step?.error ? `${step.error.code} ${step.error.message}` : item && item.failed > 0 ? t('steps.failed', { count: item.failed }) : ''}
      </span>
    </>
  )
}
