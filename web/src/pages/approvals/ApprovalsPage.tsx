import { Inbox } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Page } from '../../app/Page'
import { Empty } from '../../app/states'

/** The inbox of decisions. No node type asks for one yet, so there is nothing that could be in it. */
export function ApprovalsPage() {
  const { t } = useTranslation()
  return (
    <Page title={t('nav.approvals')}>
      <Empty icon={<Inbox size={22} />} title={t('approvals.none')}>
        {t('approvals.noneText')}
      </Empty>
    </Page>
  )
}
