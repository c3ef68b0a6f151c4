import { useTranslation } from 'react-i18next'
import { Page } from '../../app/Page'
import { PageLoading } from '../../app/states'

export function HomePage() {
  const { t } = useTranslation('flows')
  return (
    <Page title={t('title')}>
      <PageLoading />
    </Page>
  )
}
