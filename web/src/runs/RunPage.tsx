import { useTranslation } from 'react-i18next'
import { Page } from '../app/Page'
import { PageLoading } from '../app/states'

export function RunPage() {
  const { t } = useTranslation('runs')
  return (
    <Page title={t('title')}>
      <PageLoading />
    </Page>
  )
}
