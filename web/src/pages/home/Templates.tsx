import { useNavigate } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { GraduationCap, Play, Plus, Store } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/client'
import { useAll, useChange } from '../../api/hooks'
import type { Template } from '../../api/schema'
import { Failed, PageLoading } from '../../app/states'
import { useTitle } from '../../app/title'
import styles from './home.module.css'

/** The shipped flows: those to learn from run at once, the others become drafts to set up. */
export function Templates({ taken }: { taken: ReadonlySet<string> }) {
  const { t } = useTranslation('flows')
  const templates = useAll('listTemplates', {})
  if (templates.isPending) return <PageLoading />
  if (templates.isError) return <Failed error={templates.error} retry={() => void templates.refetch()} />
  const groups = [
    { key: 'learn', title: t('templates.learn'), icon: <GraduationCap size={18} />, list: templates.data.filter((x) => x.sample !== null) },
    { key: 'work', title: t('templates.work'), icon: <Store size={18} />, list: templates.data.filter((x) => x.sample === null) },
  ]
  return (
    <>
      {groups.map((g) => (
        <section key={g.key} className={styles.templateGroup}>
          <h2 className={styles.groupTitle}>
            <span aria-hidden>{g.icon}</span>
            {g.title}
          </h2>
          <div className={styles.templates}>
            {g.list.map((x) => (
              <TemplateCard key={x.id} template={x} taken={taken.has(x.id)} />
            ))}
          </div>
        </section>
      ))}
    </>
  )
}

function TemplateCard({ template, taken }: { template: Template; taken: boolean }) {
  const { t } = useTranslation('flows')
  const { message } = App.useApp()
  const navigate = useNavigate()
  const title = useTitle()
  const name = title(template.title, template.id)
  const [busy, setBusy] = useState(false)
  const install = useChange('installTemplate', ['listFlows', 'listTables'])
  const attempt = (work: () => Promise<void>) => {
    setBusy(true)
    work()
      .catch((e: Error) => message.error(e.message))
      .finally(() => setBusy(false))
  }
  const open = () => navigate({ to: '/flows/$flow', params: { flow: template.id } })
  const use = async () => {
    await install.mutateAsync({ path: { id: template.id } })
    void message.success(t('templates.installed', { name }))
    await open()
  }
  const tryIt = async () => {
    if (!taken) await install.mutateAsync({ path: { id: template.id } })
    await call('publishFlow', { path: { id: template.id }, body: {} })
    const run = await call('startRun', { path: { id: template.id }, body: { input: template.sample } })
    await navigate({ to: '/runs/$run', params: { run: run.id } })
  }
  return (
    <article className={styles.template}>
      <h3 className={styles.templateName}>{name}</h3>
      <p className={styles.templateText}>{title(template.description, '')}</p>
      <p className={styles.needs}>{template.connections.length > 0 ? t('templates.needs', { list: template.connections.join(', ') }) : t('templates.none')}</p>
      <div className={styles.templateActions}>
        {template.sample !== null && (
          <Button type="primary" icon={<Play size={15} />} loading={busy} onClick={() => attempt(tryIt)} aria-label={`${t('templates.try')}: ${name}`}>
            {t('templates.try')}
          </Button>
        )}
        {taken ? (
          <Button onClick={() => void open()} aria-label={`${t('templates.open')}: ${name}`}>
            {t('templates.open')}
          </Button>
        ) : (
          <Button icon={<Plus size={15} />} loading={busy} onClick={() => attempt(use)} aria-label={`${t('templates.use')}: ${name}`}>
            {t('templates.use')}
          </Button>
        )}
      </div>
    </article>
  )
}
