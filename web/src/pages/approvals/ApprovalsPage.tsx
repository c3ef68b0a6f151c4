import { useTranslation } from 'react-i18next'
import { Page } from '../../app/Page'
import { PageLoading } from '../../app/states'

export function ApprovalsPage() {
  const { t } = useTranslation('app')
  return (
    <Page title={t('nav.approvals')}>
      <PageLoading />
    </Page>
  )
}
