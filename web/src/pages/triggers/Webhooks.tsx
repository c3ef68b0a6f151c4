import { Tag } from 'antd'
import { ShieldAlert, ShieldCheck, Webhook as WebhookIcon } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useAll } from '../../api/hooks'
import { addressOf } from '../../api/prefix'
import type { Webhook } from '../../api/schema'
import { CopyButton } from '../../app/CopyButton'
import { Card } from '../../app/Page'
import { Empty, Failed, PageLoading } from '../../app/states'
import { curlOf } from './curl'
import { Deliveries } from './Deliveries'
import { FlowLink } from './FlowLink'
import styles from './triggers.module.css'

/** The webhooks: where to send, how the sender is verified, and what has arrived. */
export function Webhooks() {
  const { t } = useTranslation('triggers')
  const hooks = useAll('listWebhooks', {}, { refetchInterval: 30_000 })
  if (hooks.isPending) return <PageLoading />
  if (hooks.isError) return <Failed error={hooks.error} retry={() => void hooks.refetch()} />
  if (hooks.data.length === 0) {
    return (
      <Empty icon={<WebhookIcon size={22} />} title={t('webhooks.empty')}>
        {t('webhooks.emptyText')}
      </Empty>
    )
  }
  return (
    <div className={styles.cards}>
      {hooks.data.map((hook) => (
        <WebhookCard key={`${hook.flow}/${hook.trigger}`} hook={hook} />
      ))}
    </div>
  )
}

function WebhookCard({ hook }: { hook: Webhook }) {
  const { t } = useTranslation('triggers')
  const url = addressOf(hook.path)
  const curl = curlOf(hook, addressOf(''))
  return (
    <Card
      title={<FlowLink of={hook} />}
      extra={<Tag variant="filled">{t(hook.result ? 'webhooks.result' : 'webhooks.accepted')}</Tag>}
    >
      <div className={styles.address}>
        {hook.methods.map((m) => (
          <Tag key={m} variant="outlined">
            {m}
          </Tag>
        ))}
        <code className={styles.url}>{url}</code>
        <CopyButton text={url} label={t('webhooks.copyAddress')} />
      </div>
      <Verification hook={hook} />
      <details className={styles.fold}>
        <summary>{t('webhooks.curl')}</summary>
        {curl ? (
          <div className={styles.curl}>
            <pre>{curl}</pre>
            <CopyButton text={curl} label={t('webhooks.copyCurl')} />
          </div>
        ) : (
          <p className={styles.sub}>{t('webhooks.signed')}</p>
        )}
      </details>
      <Deliveries hook={hook} />
    </Card>
  )
}

function Verification({ hook }: { hook: Webhook }) {
  const { t } = useTranslation('triggers')
  if (!hook.verify) {
    return (
      <p className={styles.open}>
        <ShieldAlert size={16} aria-hidden /> {t('webhooks.open')}. {t('webhooks.openText')}
      </p>
    )
  }
  const { scheme, connection } = hook.verify
  return (
    <p className={styles.verified}>
      <ShieldCheck size={16} aria-hidden /> {t('webhooks.verified', { scheme, connection })}
    </p>
  )
}
