import { useTranslation } from 'react-i18next'
import { Page } from '../../app/Page'
import { PageLoading } from '../../app/states'

export function ConnectionsPage() {
  const { t } = useTranslation('connections')
  return (
    <Page title={t('title')}>
      <PageLoading />
    </Page>
  )
}
