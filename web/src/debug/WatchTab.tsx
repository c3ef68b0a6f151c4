import { Button, Input } from 'antd'
import { Plus, X } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isComposing } from '../app/commands'
import { previewOf } from '../data/format'
import { JsonTree } from '../data/JsonTree'
import type { Ground } from '../panel/preview'
import { usePreview } from '../panel/preview'
import type { Scope } from './api'
import styles from './DebugPanel.module.css'
import { namesOf } from './model'
import { useWatches } from './watches'

/** Expressions whose values are shown wherever the run stands. The engine evaluates them: here and in a run they cannot differ. */
export function WatchTab({ flow, scope, timezone }: { flow: string; scope: Scope | undefined; timezone: string | undefined }) {
  const { t } = useTranslation('debug')
  const { watches, add, remove } = useWatches(flow)
  const [typed, setTyped] = useState('')
  const ground = useMemo<Ground>(() => ({ scope: namesOf(scope), run: undefined, timezone }), [scope, timezone])
  const put = () => {
    if (typed.trim() !== '') add(typed.trim())
    setTyped('')
  }
  return (
    <div className={styles.scroll}>
      <div className={styles.add}>
        <Input
          size="small"
          className={styles.mono}
          value={typed}
          placeholder={t('watch.placeholder')}
          aria-label={t('watch.add')}
          onChange={(e) => setTyped(e.target.value)}
          onKeyDown={(e) => {
            if (e.key === 'Enter' && !isComposing(e)) put()
          }}
        />
        <Button size="small" icon={<Plus size={14} />} aria-label={t('watch.add')} onClick={put} />
      </div>
      {watches.length === 0 && <p className={styles.small}>{t('watch.none')}</p>}
      {watches.map((expression) => (
        <Watch key={expression} expression={expression} ground={ground} remove={() => remove(expression)} />
      ))}
    </div>
  )
}

function Watch({ expression, ground, remove }: { expression: string; ground: Ground; remove: () => void }) {
  const { t } = useTranslation('debug')
  const preview = usePreview(expression, ground)
  const [open, setOpen] = useState(false)
  return (
    <div className={styles.value}>
      <div className={styles.valueLine}>
        <button type="button" className={styles.valueName} aria-expanded={open} onClick={() => setOpen(!open)} title={expression}>
          {expression}
        </button>
        <span className={styles.valueText}>
          {preview.state === 'value' ? previewOf(preview.value, 80) : preview.state === 'problem' ? <span className={styles.bad}>{preview.problem.message}</span> : '…'}
        </span>
        <Button type="text" size="small" icon={<X size={13} />} aria-label={t('watch.remove', { expression })} onClick={remove} />
      </div>
      {open && preview.state === 'value' && <JsonTree value={preview.value} label={expression} />}
    </div>
  )
}
