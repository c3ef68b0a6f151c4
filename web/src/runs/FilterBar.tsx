import { Input, Popover, Select, Spin } from 'antd'
import { Search } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAll } from '../api/hooks'
import { isComposing } from '../app/commands'
import { matches } from '../app/match'
import { useTitle } from '../app/title'
import { useFormat } from '../app/format'
import type { Range, RunFilters } from './model/filters'
import { fromSearchField, ranges, toSearchField } from './model/filters'
import styles from './FilterBar.module.css'

const SpanPicker = lazy(() => import('./SpanPicker'))

interface Props {
  filters: RunFilters
  change: (by: { [K in keyof RunFilters]?: RunFilters[K] | undefined }) => void
}

/** Which runs are looked for: by text or key, by flow, by time. */
export function FilterBar({ filters, change }: Props) {
  return (
    <div className={styles.bar} role="search">
      <SearchField filters={filters} change={change} />
      <FlowSelect filters={filters} change={change} />
      <TimeSelect filters={filters} change={change} />
    </div>
  )
}

function SearchField({ filters, change }: Props) {
  const { t } = useTranslation('runs')
  const said = toSearchField(filters)
  const [typed, setTyped] = useState(said)
  const [shown, setShown] = useState(said)
  if (shown !== said) {
    setShown(said)
    setTyped(said)
  }
  const apply = (text: string) => {
    if (text !== said) change({ key: undefined, text: undefined, ...fromSearchField(text) })
  }
  return (
    <Input
      className={styles.search}
      allowClear
      prefix={<Search size={15} aria-hidden />}
      value={typed}
      placeholder={t('filters.search')}
      aria-label={t('filters.search')}
      title={t('filters.searchHint')}
      maxLength={200}
      onChange={(e) => {
        setTyped(e.target.value)
        if (e.target.value === '') apply('')
      }}
      onKeyDown={(e) => {
        if (e.key === 'Enter' && !isComposing(e)) apply(typed)
      }}
      onBlur={() => apply(typed)}
    />
  )
}

function FlowSelect({ filters, change }: Props) {
  const { t } = useTranslation('runs')
  const title = useTitle()
  const flows = useAll('listFlows', {}, { staleTime: 30_000 })
  const options = (flows.data ?? []).map((f) => ({ value: f.id, label: title(f.title, f.id) }))
  const known = !filters.flow || options.some((o) => o.value === filters.flow)
  return (
    <Select
      className={styles.flow}
      allowClear
      showSearch={{ filterOption: (query, option) => matches(`${option?.label ?? ''} ${option?.value ?? ''}`, query) }}
      placeholder={t('filters.flow')}
      aria-label={t('filters.flow')}
      value={filters.flow}
      options={known ? options : [{ value: filters.flow ?? '', label: filters.flow ?? '' }, ...options]}
      onChange={(flow: string | undefined) => change({ flow })}
      popupMatchSelectWidth={260}
    />
  )
}

type TimeChoice = Range | 'any' | 'span'

function TimeSelect({ filters, change }: Props) {
  const { t } = useTranslation('runs')
  const format = useFormat()
  const [picking, setPicking] = useState(false)
  const span = filters.from || filters.to
  const value: TimeChoice = filters.range ?? (span ? 'span' : 'any')
  const spanText = span ? `${filters.from ? format.time(filters.from).slice(5, 16) : '…'} – ${filters.to ? format.time(filters.to).slice(5, 16) : '…'}` : t('filters.span')
  const options = [
    { value: 'any', label: t('filters.any') },
    ...(Object.keys(ranges) as Range[]).map((r) => ({ value: r, label: t(`filters.range.${r}`) })),
    { value: 'span', label: spanText },
  ]
  const pick = (choice: TimeChoice) => {
    if (choice === 'span') setPicking(true)
    else change({ range: choice === 'any' ? undefined : choice, from: undefined, to: undefined })
  }
  return (
    <Popover
      open={picking}
      onOpenChange={(open) => !open && setPicking(false)}
      trigger="click"
      placement="bottomRight"
      title={t('filters.spanTitle', { zone: format.zone })}
      content={
        picking && (
          <Suspense fallback={<Spin />}>
            <SpanPicker
              from={filters.from}
              to={filters.to}
              onPick={(from, to) => {
                change({ from, to })
                setPicking(false)
              }}
            />
          </Suspense>
        )
      }
    >
      <Select className={styles.time} aria-label={t('filters.time')} value={value} options={options} onSelect={pick} popupMatchSelectWidth={false} />
    </Popover>
  )
}
