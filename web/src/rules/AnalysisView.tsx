import { Button } from 'antd'
import { CircleCheck, CircleHelp, Plus, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Json, JsonObject } from '../api/json'
import type { Analysis, Hit, Region } from './analysis'
import type { Name } from './regions'
import styles from './rules.module.css'
import type { Sheet } from './sheet'
import { rowId, withNewRow } from './sheet'

interface Props {
  analysis: Analysis
  sheet: Sheet
  hit: Hit
  hasDefault: boolean
  config: JsonObject
  onChange: (config: Json) => void
  readOnly: boolean
}

/** What the table leaves open, in words; and honestly, of what that cannot be told. */
export function AnalysisView({ analysis, sheet, hit, hasDefault, config, onChange, readOnly }: Props) {
  const { t } = useTranslation('rules')
  const { gaps, overlaps, shadowed, empty, unknown, cut } = analysis
  const row = (i: number) => rowId(sheet.rows[i] ?? {}, i)
  const rows = (list: number[]) => list.map(row).join(', ')
  const inputs = sheet.columns.filter((c) => c.kind === 'in')
  const say = (region: Region) => region.flatMap((names, i) => (names.length === 0 ? [] : [`${inputs[i]?.name || inputs[i]?.expr || i + 1}: ${names.map((n) => nameText(n, t)).join(t('or'))}`])).join(' · ') || t('anything')
  const quiet = gaps.length === 0 && overlaps.length === 0 && shadowed.length === 0 && empty.length === 0
  return (
    <section className={styles.analysis} aria-label={t('analysis')}>
      {gaps.map((g) => {
        const cells = fillable(g)
        return (
          <Line key={say(g)} icon={hasDefault ? 'info' : 'warning'} action={!readOnly && cells && (
            <Button size="small" type="link" icon={<Plus size={12} />} onClick={() => onChange(withNewRow(config, sheet.rows.length, cells))}>{t('fill')}</Button>
          )}>
            {hasDefault ? t('gapDefault', { where: say(g) }) : t('gap', { where: say(g) })}
          </Line>
        )
      })}
      {overlaps.map((o) => (
        <Line key={o.rows.join()} icon="warning">{t('overlap', { a: row(o.rows[0]), b: row(o.rows[1]), where: say(o.where) })}</Line>
      ))}
      {shadowed.length > 0 && <Line icon="warning">{t('shadowed', { count: shadowed.length, rows: rows(shadowed) })}</Line>}
      {empty.length > 0 && <Line icon="warning">{t('empty', { count: empty.length, rows: rows(empty) })}</Line>}
      {unknown.length > 0 && <Line icon="info">{t('cannotTell', { rows: rows(unknown) })}</Line>}
      {cut && <Line icon="info">{t('cut')}</Line>}
      {quiet && !cut && <Line icon="ok">{unknown.length > 0 ? t('soundBut') : hit === 'unique' ? t('soundUnique') : t('sound')}</Line>}
    </section>
  )
}

const icons = { warning: TriangleAlert, info: CircleHelp, ok: CircleCheck }

function Line({ icon, children, action }: { icon: keyof typeof icons; children: ReactNode; action?: ReactNode }) {
  const Icon = icons[icon]
  return (
    <div className={styles.line} data-kind={icon}>
      <Icon size={14} aria-hidden />
      <span>{children}</span>
      {action}
    </div>
  )
}

function nameText(n: Name, t: (key: 'otherText' | 'otherKind') => string): string {
  if ('cell' in n) return n.cell
  return n.other === 'text' ? t('otherText') : t('otherKind')
}

/** The cells of a row for a region, where cells can say it: one name each, or only texts. */
function fillable(region: Region): string[] | undefined {
  const cells = region.map((names) => {
    const said = names.flatMap((n) => ('cell' in n ? [n.cell] : []))
    if (said.length < names.length) return undefined
    if (said.length <= 1) return said[0] ?? ''
    return said.every((c) => c.startsWith('"')) ? said.join(', ') : undefined
  })
  return cells.every((c) => c !== undefined) ? cells : undefined
}
