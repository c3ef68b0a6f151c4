import { Button, InputNumber } from 'antd'
import { ChevronLeft, ChevronRight, CircleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { ancestorsOf } from './model/steps'
import type { StepTree } from './model/steps'
import type { RunPlace } from './RunPage'
import styles from './StepPanel.module.css'

/** Goes from item to item of the containers that a step lies in, at the same node, and to the next item that failed. */
export function ItemPager({ tree, path, go }: { tree: StepTree; path: string; go: (by: RunPlace) => void }) {
  const frames = (path.endsWith(']') ? [path, ...ancestorsOf(path)] : ancestorsOf(path)).filter((p) => p.endsWith(']')).toReversed()
  return frames.map((frame) => <Pager key={frame.slice(0, frame.lastIndexOf('['))} tree={tree} frame={frame} path={path} go={go} />)
}

function Pager({ tree, frame, path, go }: { tree: StepTree; frame: string; path: string; go: (by: RunPlace) => void }) {
  const { t } = useTranslation('runs')
  const bracket = frame.lastIndexOf('[')
  const container = frame.slice(0, bracket)
  const items = tree.items.get(container) ?? []
  if (items.length < 2) return null
  const index = Number(frame.slice(bracket + 1, -1))
  const at = items.findIndex((i) => i.index === index)
  const goTo = (to: { index: number } | undefined) => {
    if (to) go({ step: `${container}[${to.index}]${path.slice(frame.length)}` })
  }
  const failed = items.find((i, n) => i.failed > 0 && n > at) ?? items.find((i) => i.failed > 0)
  return (
    <div className={styles.pager} role="group" aria-label={t('steps.items', { name: container })}>
      <span className={styles.pagerName}>{container}</span>
      <Button size="small" icon={<ChevronLeft size={14} />} aria-label={t('steps.before')} disabled={at <= 0} onClick={() => goTo(items[at - 1])} />
      <InputNumber
        size="small"
        className={styles.pagerNumber}
        controls={false}
        min={1}
        max={items.length}
        value={at + 1}
        aria-label={t('steps.number')}
        onPressEnter={(e) => goTo(items[Number(e.currentTarget.value) - 1])}
        onBlur={(e) => Number(e.currentTarget.value) !== at + 1 && goTo(items[Number(e.currentTarget.value) - 1])}
      />
      <span className={styles.pagerOf}>/ {items.length}</span>
      <Button size="small" icon={<ChevronRight size={14} />} aria-label={t('steps.after')} disabled={at >= items.length - 1} onClick={() => goTo(items[at + 1])} />
      {failed && (
        <Button size="small" danger icon={<CircleAlert size={14} />} onClick={() => goTo(failed)}>
          {t('steps.nextFailed')}
        </Button>
      )}
    </div>
  )
}
