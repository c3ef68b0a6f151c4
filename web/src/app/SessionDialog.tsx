import { useQueryClient } from '@tanstack/react-query'
import type { InputRef } from 'antd'
import { Button, Form, Input, Modal } from 'antd'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { openSession } from '../api/signin'
import { useSession } from '../api/session'
import { isApiError } from '../api/errors'

/** Asks for the token, at first and when a session has ended. It lies over the page, which stays as it is. */
export function SessionDialog() {
  const { t } = useTranslation()
  const asking = useSession((s) => s.asking)
  const again = useSession((s) => s.session !== undefined)
  const client = useQueryClient()
  const field = useRef<InputRef>(null)
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const submit = ({ token }: { token: string }) => {
    setBusy(true)
    openSession(token.trim())
      .then(() => {
        setProblem(undefined)
        return client.invalidateQueries()
      })
      .catch((e: Error) => setProblem(isApiError(e, 'api.unauthorized') ? t('session.wrong') : e.message))
      .finally(() => setBusy(false))
  }
  return (
    <Modal open={asking} title={t('session.title')} footer={null} closable={false} keyboard={false} mask={{ closable: false }} destroyOnHidden width={440} zIndex={1500} afterOpenChange={(open) => open && field.current?.focus()}>
      <Form layout="vertical" onFinish={submit} requiredMark={false}>
        <p>{t(again ? 'session.again' : 'session.first')}</p>
        <br />
        <Form.Item name="token" label={t('session.token')} extra={t('session.where')} validateStatus={problem ? 'error' : undefined} help={problem} rules={[{ required: true, message: '' }]}>
          <Input.Password ref={field} autoComplete="current-password" />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t('session.submit')}
        </Button>
      </Form>
    </Modal>
  )
}
