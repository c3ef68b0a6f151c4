import { App } from 'antd'
import { useTranslation } from 'react-i18next'
import { useChange } from '../../api/hooks'
import { useFormat } from '../../app/format'

/** Tries a connection and tells what was found. */
export function useTest(): { run: (id: string) => void; testing: string | undefined } {
  const { t } = useTranslation('connections')
  const { notification } = App.useApp()
  const { duration } = useFormat()
  const test = useChange('testConnection', ['listConnections'])
  const tell = async (id: string) => {
    try {
      // Awaited, because the callbacks of mutate are forgotten when the form that asked has closed.
      const found = await test.mutateAsync({ path: { id } })
      if (found.error) notification.error({ title: t('tests.failed', { id }), description: `${found.error.message} (${found.error.code})`, duration: 0 })
      else if (found.sent) notification.success({ title: t('tests.ok', { id, took: duration(found.durationMs) }) })
      else notification.info({ title: t('tests.unsent', { id }) })
    } catch (e) {
      notification.error({ title: t('tests.failed', { id }), description: e instanceof Error ? e.message : '', duration: 0 })
    }
  }
  const run = (id: string) => void tell(id)
  return { run, testing: test.isPending ? test.variables.path.id : undefined }
}
