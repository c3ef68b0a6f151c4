import { Checkbox } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../app/format'
import { statusColour } from '../app/StatusText'
import type { FlowDocument } from '../document/types'
import { LineName } from './LineName'
import type { StepTree, TreeLine } from './model/steps'
import type { TimeScale } from './model/timeline'
import { barOf, scaleOf, spanOf } from './model/timeline'
import type { RunPlace } from './RunPage'
import styles from './Timeline.module.css'
import { useLines } from './useLines'
import { VirtualRows } from './VirtualRows'

export interface LinesProps {
  tree: StepTree
  now: number
  document: FlowDocument | null
  place: RunPlace
  go: (by: RunPlace) => void
}

/** When each step began and how long it took; containers open to their items, items to their steps. */
export function Timeline({ tree, now, document, place, go }: LinesProps) {
  const { t } = useTranslation('runs')
  const format = useFormat()
  const [failedOnly, setFailedOnly] = useState(false)
  const { lines, toggle, at } = useLines(tree, place.step, failedOnly)
  const scale = useMemo(() => scaleOf(tree, now), [tree, now])
  return (
    <div className={styles.timeline} role="table" aria-label={t('tabs.timeline')} aria-rowcount={lines.length + 1}>
      <div role="rowgroup">
        <div className={`${styles.row} ${styles.head}`} role="row">
          <span role="columnheader">
            <Checkbox checked={failedOnly} onChange={(e) => setFailedOnly(e.target.checked)}>
              {t('steps.failedOnly')}
            </Checkbox>
          </span>
          <span role="columnheader" className={styles.track}>
            <span className="visually-hidden">{t('tabs.timeline')}</span>
            {scale.ticks.map((tick) => (
              <span key={tick.ms} className={styles.tick} style={{ left: `${tick.at * 100}%` }}>
                {format.duration(tick.ms)}
              </span>
            ))}
            {scale.breaks.map((b) => (
              <span key={b.from} className={styles.tick} style={{ left: `${((b.from + b.to) / 2) * 100}%` }}>
                {format.duration(b.ms)}
              </span>
            ))}
          </span>
          <span role="columnheader" className={styles.took}>
            {t('columns.duration')}
          </span>
        </div>
      </div>
      <VirtualRows
        rows={lines}
        rowHeight={30}
        rowKey={(line) => line.path}
        reveal={at}
        label={t('tabs.timeline')}
        render={(line) => <Row line={line} scale={scale} now={now} document={document} chosen={line.path === place.step} toggle={toggle} go={go} />}
      />
    </div>
  )
}

interface RowProps {
  line: TreeLine
  scale: TimeScale
  now: number
  document: FlowDocument | null
  chosen: boolean
  toggle: (line: TreeLine) => void
  go: LinesProps['go']
}

function Row({ line, scale, now, document, chosen, toggle, go }: RowProps) {
  const format = useFormat()
  const status = line.step?.status ?? line.item?.status ?? 'skipped'
  const { left, width } = barOf(line, scale, now)
  const span = spanOf(line, now)
  return (
    <div className={`${styles.row} ${chosen ? styles.chosen : ''}`} role="row" onClick={() => go({ step: line.path })}>
      <span role="cell" className={styles.name}>
        <LineName line={line} document={document} toggle={toggle} go={go} />
      </span>
      <span role="cell" className={styles.track}>
        {scale.breaks.map((b) => (
          <span key={b.from} className={styles.gap} style={{ left: `${b.from * 100}%`, width: `${(b.to - b.from) * 100}%` }} />
        ))}
        {scale.ticks.map((tick) => (
          <span key={tick.ms} className={styles.grid} style={{ left: `${tick.at * 100}%` }} />
        ))}
        {status !== 'skipped' && (
          <span className={`${styles.bar} ${line.item ? styles.itemBar : ''}`} style={{ left: `${left * 100}%`, width: `${width * 100}%`, background: statusColour(status) }} />
        )}
      </span>
      <span role="cell" className={styles.took}>
        {status === 'skipped' ? '–' : format.duration(span.to - span.from)}
      </span>
    </div>
  )
}
