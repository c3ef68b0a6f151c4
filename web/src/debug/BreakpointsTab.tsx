import { App, Button, Select } from 'antd'
import { Save, X } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSettings } from '../app/settings'
import { Code } from '../code/Code'
import type { FlowDocument } from '../document/types'
import { useNodeTitle } from '../runs/nodeTitle'
import type { RunPlace } from '../runs/RunPage'
import type { Breakpoint, Scope, When } from './api'
import styles from './DebugPanel.module.css'
import { namesOf, withBreakpoint } from './model'
import type { Debugger } from './useDebugger'

interface Props {
  debug: Debugger
  document: FlowDocument | null
  scope: Scope | undefined
  go: (by: RunPlace) => void
}

const sides: readonly When[] = ['before', 'after', 'error']

/** Where the run stops, and on what condition. */
export function BreakpointsTab({ debug, document, scope, go }: Props) {
  const { t } = useTranslation('debug')
  const { message } = App.useApp()
  const { breakpoints } = debug
  const keep = () =>
    void debug.keepForFlow().then(
      () => message.success(t('breakpoints.kept')),
      (e: Error) => message.error(e.message),
    )
  return (
    <div className={styles.scroll}>
      {breakpoints.length === 0 && <p className={styles.small}>{t('breakpoints.none')}</p>}
      {breakpoints.map((b) => (
        <One key={`${b.flow ?? ''} ${b.node}`} breakpoint={b} debug={debug} document={document} scope={scope} go={go} />
      ))}
      {breakpoints.length > 0 && (
        <p className={styles.add}>
          <Button size="small" icon={<Save size={14} />} onClick={keep}>
            {t('breakpoints.keep')}
          </Button>
          <Button size="small" onClick={() => debug.setBreakpoints([])}>
            {t('breakpoints.clear')}
          </Button>
        </p>
      )}
    </div>
  )
}

function One({ breakpoint: b, debug, document, scope, go }: Props & { breakpoint: Breakpoint }) {
  const { t } = useTranslation('debug')
  const title = useNodeTitle(document)
  const language = useSettings((s) => s.language)
  const [when, setWhen] = useState(b.when ?? '')
  const names = useMemo(() => ({ scope: namesOf(scope), titles: {}, functions: [] }), [scope])
  const put = (by: Breakpoint | undefined) => debug.setBreakpoints(withBreakpoint(debug.breakpoints, b.node, by))
  return (
    <div className={styles.breakpoint}>
      <div className={styles.valueLine}>
        <span className={b.when ? styles.conditional : styles.plain} aria-hidden />
        <button type="button" className={styles.valueName} onClick={() => go({ step: b.node })}>
          {title(b.node)}
        </button>
        <Select
          size="small"
          aria-label={t('breakpoints.on')}
          value={b.on ?? 'before'}
          options={sides.map((on) => ({ value: on, label: t(`breakpoints.${on}`) }))}
          onChange={(on: When) => put({ ...b, on })}
          popupMatchSelectWidth={false}
        />
        <Button type="text" size="small" icon={<X size={13} />} aria-label={t('breakpoints.remove', { name: title(b.node) })} onClick={() => put(undefined)} />
      </div>
      <Code
        mode="expression"
        value={when}
        onChange={setWhen}
        onBlur={() => when.trim() !== (b.when ?? '') && put({ ...b, when })}
        label={t('breakpoints.when', { name: title(b.node) })}
        placeholder={t('breakpoints.always')}
        names={names}
        language={language}
      />
    </div>
  )
}
