import { useTranslation } from 'react-i18next'
import { Page } from '../app/Page'
import { PageLoading } from '../app/states'

export function VersionsPage() {
  const { t } = useTranslation('canvas')
  return (
    <Page title={t('title')}>
      <PageLoading />
    </Page>
  )
}
