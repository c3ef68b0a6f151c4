import { App, Button } from 'antd'
import { Copy } from 'lucide-react'
import { useTranslation } from 'react-i18next'

/** Puts a text on the clipboard and says so. */
export function CopyButton({ text, label }: { text: string; label?: string }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => message.success(t('states.copied')),
      (e: Error) => message.error(e.message),
    )
  }
  return (
    <Button size="small" type="text" icon={<Copy size={14} />} onClick={copy} aria-label={label ?? t('states.copy')}>
      {label}
    </Button>
  )
}
