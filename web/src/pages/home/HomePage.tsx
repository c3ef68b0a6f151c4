import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Drawer, Input } from 'antd'
import { Search, Waypoints } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAll } from '../../api/hooks'
import { matches } from '../../app/match'
import { Page } from '../../app/Page'
import { Empty, Failed, PageLoading } from '../../app/states'
import { titleIn } from '../../app/title'
import { DayStart, useDayStart } from './day'
import { FlowList } from './FlowList'
import styles from './home.module.css'
import { NewMenu } from './NewMenu'
import { Templates } from './Templates'

/** The flows; where there are none yet, templates to begin with. */
export function HomePage() {
  const { t } = useTranslation('flows')
  const flows = useAll('listFlows', {}, { refetchInterval: 30_000 })
  const [drawer, setDrawer] = useState(false)
  const from = useDayStart()
  const taken = useMemo(() => new Set(flows.data?.map((f) => f.id)), [flows.data])
  const query = useSearch({ strict: false })['q'] ?? ''
  const navigate = useNavigate()
  const search = (q: string) => void navigate({ to: '/flows', search: { q }, replace: true })
  const fitting = useMemo(
    () => flows.data?.filter((f) => matches(`${titleIn('zh', f.title, '')} ${titleIn('en', f.title, '')} ${f.id}`, query)) ?? [],
    [flows.data, query],
  )
  const some = (flows.data?.length ?? 0) > 0
  return (
    <Page
      title={t('title')}
      note={some && t('count', { count: flows.data?.length ?? 0 })}
      actions={
        <>
          {some && (
            <Input
              className={styles.search}
              allowClear
              prefix={<Search size={15} aria-hidden />}
              placeholder={t('search')}
              aria-label={t('search')}
              defaultValue={query}
              onChange={(e) => search(e.target.value)}
            />
          )}
          <NewMenu taken={taken} onTemplates={() => setDrawer(true)} />
        </>
      }
    >
      {flows.isPending && <PageLoading />}
      {flows.isError && <Failed error={flows.error} retry={() => void flows.refetch()} />}
      {flows.isSuccess && !some && <Welcome taken={taken} />}
      {some && fitting.length > 0 && (
        <DayStart value={from}>
          <FlowList flows={fitting} />
        </DayStart>
      )}
      {some && fitting.length === 0 && (
        <Empty title={t('nothingFound')} icon={<Search size={22} />} action={<Button onClick={() => search('')}>{t('clearSearch')}</Button>} />
      )}
      <Drawer open={drawer} onClose={() => setDrawer(false)} title={t('templates.title')} size={760} destroyOnHidden>
        <Templates taken={taken} />
      </Drawer>
    </Page>
  )
}

function Welcome({ taken }: { taken: ReadonlySet<string> }) {
  const { t } = useTranslation('flows')
  return (
    <>
      <div className={styles.welcome}>
        <Waypoints size={28} aria-hidden />
        <div>
          <h2 className={styles.welcomeTitle}>{t('templates.welcome')}</h2>
          <p>{t('templates.welcomeText')}</p>
        </div>
      </div>
      <Templates taken={taken} />
    </>
  )
}
