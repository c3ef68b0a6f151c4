import { Button, Dropdown, Segmented } from 'antd'
import { useTranslation } from 'react-i18next'
import styles from './fields.module.css'
import type { Mode } from './mode'

interface Props {
  field: string
  modes: Mode[]
  mode: Mode
  onMode: (mode: Mode) => void
  /** One button with a menu, for a line of a list. */
  small: boolean
}

const signs: Record<Mode, string> = { fixed: '=', text: 'T', json: '{}', expression: 'fx' }

/** In which form a field's value is given. */
export function ModeSwitch({ field, modes, mode, onMode, small }: Props) {
  const { t } = useTranslation('panel')
  const help = (m: Mode) => t(`modeHelp.${m}`, { braces: '{{ }}' })
  if (small) {
    const items = modes.map((m) => ({ key: m, label: <span title={help(m)}>{`${signs[m]}  ${t(`mode.${m}`)}`}</span>, onClick: () => onMode(m) }))
    return (
      <Dropdown trigger={['click']} menu={{ items, selectable: true, selectedKeys: [mode] }}>
        <Button type="text" size="small" className={styles.sign} aria-label={`${t('mode.label', { field })}: ${t(`mode.${mode}`)}`} title={help(mode)}>
          {signs[mode]}
        </Button>
      </Dropdown>
    )
  }
  return (
    <Segmented<Mode>
      size="small"
      className={styles.modes}
      aria-label={t('mode.label', { field })}
      value={modes.includes(mode) ? mode : (modes[0] ?? 'fixed')}
      onChange={onMode}
      options={modes.map((m) => ({ value: m, label: <span className={m === 'expression' ? styles.fx : undefined}>{t(`mode.${m}`)}</span>, title: help(m) }))}
    />
  )
}
