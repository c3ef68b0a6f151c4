import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { App, ConfigProvider } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn'
import { useEffect, useState } from 'react'
import { I18nextProvider } from 'react-i18next'
import { newQueryClient } from '../api/hooks'
import { nonce } from '../api/prefix'
import { i18n } from '../i18n/setup'
import { router } from './router'
import { useSettings } from './settings'
import { useDark, useTheme } from './theme'

/** Everything that pages rely on: texts, components in the user's language and theme, server state, routes. */
export function Root() {
  const [client] = useState(newQueryClient)
  const language = useSettings((s) => s.language)
  const dark = useDark()
  const theme = useTheme()
  useEffect(() => {
    document.documentElement.dataset['theme'] = dark ? 'dark' : 'light'
  }, [dark])
  useEffect(() => {
    dayjs.locale(language === 'zh' ? 'zh-cn' : 'en')
  }, [language])
  return (
    <I18nextProvider i18n={i18n}>
      <ConfigProvider theme={theme} locale={language === 'zh' ? zhCN : enUS} csp={nonce ? { nonce } : undefined} button={{ autoInsertSpace: false }}>
        <App>
          <QueryClientProvider client={client}>
            <RouterProvider router={router} />
          </QueryClientProvider>
        </App>
      </ConfigProvider>
    </I18nextProvider>
  )
}
