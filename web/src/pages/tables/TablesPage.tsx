import { useTranslation } from 'react-i18next'
import { Page } from '../../app/Page'
import { PageLoading } from '../../app/states'

export function TablesPage() {
  const { t } = useTranslation('tables')
  return (
    <Page title={t('title')}>
      <PageLoading />
    </Page>
  )
}
