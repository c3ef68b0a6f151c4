import { App, Button, Form, Radio } from 'antd'
import { LogOut } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { call } from '../../api/client'
import { prefix, version } from '../../api/prefix'
import { useSession } from '../../api/session'
import { useFormat } from '../../app/format'
import { Card, Page } from '../../app/Page'
import type { ThemeChoice } from '../../app/settings'
import { useSettings } from '../../app/settings'
import type { Language } from '../../i18n/setup'
import styles from './settings.module.css'

export function SettingsPage() {
  const { t } = useTranslation('settings')
  return (
    <Page title={t('title')}>
      <div className={styles.grid}>
        <Appearance />
        <OwnSession />
        <Keyboard />
        <About />
      </div>
    </Page>
  )
}

function Appearance() {
  const { t } = useTranslation('settings')
  const { t: common } = useTranslation()
  const { language, theme, setLanguage, setTheme } = useSettings()
  const { zone } = useFormat()
  return (
    <Card title={t('appearance')}>
      <Form layout="vertical">
        <Form.Item label={<span id="set-language">{t('language')}</span>}>
          <Radio.Group aria-labelledby="set-language" value={language} onChange={(e) => setLanguage(e.target.value as Language)}>
            <Radio value="zh">
              <span lang="zh-CN">简体中文</span>
            </Radio>
            <Radio value="en">
              <span lang="en">English</span>
            </Radio>
          </Radio.Group>
        </Form.Item>
        <Form.Item label={<span id="set-theme">{t('theme')}</span>}>
          <Radio.Group aria-labelledby="set-theme" value={theme} onChange={(e) => setTheme(e.target.value as ThemeChoice)}>
            {(['light', 'dark', 'system'] as const).map((v) => (
              <Radio key={v} value={v}>
                {common(`theme.${v}`)}
              </Radio>
            ))}
          </Radio.Group>
        </Form.Item>
      </Form>
      <p className={styles.sub}>
        {t('appearanceText')} {t('zone', { zone })}
      </p>
    </Card>
  )
}

function OwnSession() {
  const { t } = useTranslation('settings')
  const { message } = App.useApp()
  const { time } = useFormat()
  const { session, signedOut } = useSession()
  const leave = () => {
    call('closeSession', {}).then(signedOut, (e: Error) => message.error(e.message))
  }
  return (
    <Card title={t('session')}>
      {session && (
        <>
          <p>{t('signedInAs', { name: session.name })}</p>
          {session.expires && <p className={styles.sub}>{t('expires', { when: time(session.expires) })}</p>}
          <Button className={styles.button} icon={<LogOut size={15} />} onClick={leave}>
            {t('signOut')}
          </Button>
        </>
      )}
      <p className={styles.sub}>{t('programs')}</p>
      <pre className={styles.code}>{`curl -H "Authorization: Bearer $TOKEN" ${location.origin}${prefix}/api/v1/runs`}</pre>
      <a href={`${prefix}/api/v1/openapi.json`} target="_blank" rel="noreferrer">
        {t('api')}
      </a>
    </Card>
  )
}

function Keyboard() {
  const { t } = useTranslation('settings')
  return (
    <Card title={t('keys')}>
      <dl className={styles.keys}>
        <dt>
          <kbd>Ctrl</kbd> <kbd>K</kbd>
        </dt>
        <dd>{t('keysPalette')}</dd>
        <dt>
          <kbd>↑</kbd> <kbd>↓</kbd> <kbd>Enter</kbd> <kbd>Esc</kbd>
        </dt>
        <dd>{t('keysSearch')}</dd>
      </dl>
    </Card>
  )
}

const elkSource = 'https://github.com/kieler/elkjs'
const flowHome = 'https://reactflow.dev'

function About() {
  const { t } = useTranslation('settings')
  return (
    <Card title={t('about')}>
      <p>{t('aboutText')}</p>
      {version && <p className={styles.sub}>{t('version', { version })}</p>}
      <h3 className={styles.subTitle}>{t('licences')}</h3>
      <p>
        {t('licencesText')}
        <a href={`${prefix}/licences.txt`} target="_blank" rel="noreferrer">
          {t('licencesFile')}
        </a>
      </p>
      <p className={styles.sub}>
        <a href={flowHome} target="_blank" rel="noreferrer">
          {t('flowCredit')}
        </a>
      </p>
      <p className={styles.sub}>
        {t('elkCredit')}{' '}
        <a href={elkSource} target="_blank" rel="noreferrer">
          {elkSource}
        </a>
      </p>
    </Card>
  )
}
