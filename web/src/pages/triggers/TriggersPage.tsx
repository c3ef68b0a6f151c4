import { useTranslation } from 'react-i18next'
import { Page } from '../../app/Page'
import { PageLoading } from '../../app/states'

export function TriggersPage() {
  const { t } = useTranslation('triggers')
  return (
    <Page title={t('title')}>
      <PageLoading />
    </Page>
  )
}
