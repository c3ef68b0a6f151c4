import { useTranslation } from 'react-i18next'
import { Page } from '../app/Page'
import { PageLoading } from '../app/states'

export function DebugPage() {
  const { t } = useTranslation('debug')
  return (
    <Page title={t('title')}>
      <PageLoading />
    </Page>
  )
}
