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
  // The promise, not the callbacks of mutate: those are forgotten when the form that asked has closed.
  const run = (id: string) =>
    void test.mutateAsync({ path: { id } }).then(
      (found) => {
        if (found.error) notification.error({ title: t('tests.failed', { id }), description: `${found.error.message} (${found.error.code})`, duration: 0 })
        else if (found.sent) notification.success({ title: t('tests.ok', { id, took: duration(found.durationMs) }) })
        else notification.info({ title: t('tests.unsent', { id }) })
      },
      (e: Error) => notification.error({ title: t('tests.failed', { id }), description: e.message, duration: 0 }),
    )
  return { run, testing: test.isPending ? test.variables.path.id : undefined }
}
