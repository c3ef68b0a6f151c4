import { useNavigate } from '@tanstack/react-router'
import type { InputRef } from 'antd'
import { Form, Input, Modal } from 'antd'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/client'
import { isApiError } from '../../api/errors'
import type { FlowSummary } from '../../api/schema'
import { useTitle } from '../../app/title'
import { blankFlow, idOf, idShape, renamed } from './documents'

/** Asks for the name and id of a new flow, or of a copy, and opens it as a draft. */
export function NewFlow({ copyOf, onClose }: { copyOf?: FlowSummary; onClose: () => void }) {
  const { t } = useTranslation('flows')
  const { t: common } = useTranslation()
  const navigate = useNavigate()
  const title = useTitle()
  const [form] = Form.useForm<{ name: string; id: string }>()
  const [busy, setBusy] = useState(false)
  const first = useRef<InputRef>(null)
  const create = async ({ name, id }: { name: string; id: string }) => {
    const document = copyOf ? renamed((await call('getFlow', { path: { id: copyOf.id } })).document, id, name) : blankFlow(id, name)
    // The revision of a flow that is not there: one that is must not be lost.
    await call('putFlow', { path: { id }, header: { 'If-Match': '"0"' }, body: document })
    onClose()
    await navigate({ to: '/flows/$flow', params: { flow: id } })
  }
  const submit = (values: { name: string; id: string }) => {
    setBusy(true)
    create(values)
      .catch((e: Error) => form.setFields([{ name: 'id', errors: [isApiError(e, 'flow.stale') ? t('new.taken') : e.message] }]))
      .finally(() => setBusy(false))
  }
  // The form calls a field touched that was only set.
  const [ownId, setOwnId] = useState(copyOf !== undefined)
  const suggest = (name: string) => {
    if (!ownId) form.setFieldValue('id', idOf(name))
  }
  return (
    <Modal
      open
      title={copyOf ? t('new.copyTitle', { name: title(copyOf.title, copyOf.id) }) : t('new.title')}
      okText={t('new.create')}
      cancelText={common('states.cancel')}
      // A submit button of the form: Enter in a field creates, too.
      okButtonProps={{ htmlType: 'submit', form: 'new-flow' }}
      onCancel={onClose}
      confirmLoading={busy}
      // The menu that it was chosen from takes the focus back as it closes.
      afterOpenChange={(open) => open && first.current?.focus()}
    >
      <Form id="new-flow" form={form} layout="vertical" onFinish={submit} requiredMark={false} initialValues={{ id: copyOf ? `${copyOf.id}-2` : '' }}>
        <Form.Item name="name" label={t('new.name')} extra={t('new.nameHint')} rules={[{ required: true, message: t('new.nameHint') }]}>
          <Input ref={first} maxLength={200} onChange={(e) => suggest(e.target.value)} />
        </Form.Item>
        <Form.Item name="id" label={t('new.id')} extra={t('new.idHint')} rules={[{ required: true, pattern: idShape, message: t('new.idWrong') }]}>
          <Input maxLength={64} spellCheck={false} onChange={() => setOwnId(true)} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
