import { useTranslation } from 'react-i18next'
import { Page } from '../../app/Page'
import { PageLoading } from '../../app/states'

export function SettingsPage() {
  const { t } = useTranslation('settings')
  return (
    <Page title={t('title')}>
      <PageLoading />
    </Page>
  )
}
