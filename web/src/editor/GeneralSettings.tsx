import { AutoComplete, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { setDocumentKey } from '../document/edit'
import { useDocument } from '../document/store'
import { type Text, textIn } from '../document/types'
import { Findings } from '../panel/fields/Findings'
import type { Problem } from './problems'
import styles from './Editor.module.css'

const zones = ['Asia/Shanghai', 'UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'Asia/Shanghai' && zone !== 'UTC')]

function both(text: Text | undefined): { en: string; zh: string } {
  if (text === undefined || typeof text === 'string') return { en: text ?? '', zh: text ?? '' }
  return { en: text.en ?? '', zh: text.zh ?? '' }
}

function joined({ en, zh }: { en: string; zh: string }): Text | undefined {
  if (en === '' && zh === '') return undefined
  return { ...(en === '' ? {} : { en }), ...(zh === '' ? {} : { zh }) }
}

/** What the flow is called, in both languages, and where its days begin. */
export function GeneralSettings({ findings }: { findings: readonly Problem[] }) {
  const { t } = useTranslation('editor')
  const doc = useDocument((s) => s.doc)
  const commit = useDocument((s) => s.commit)
  const text = (key: 'title' | 'description', language: 'en' | 'zh', value: string) =>
    commit('settings', (d) => setDocumentKey(d, key, joined({ ...both(d[key]), [language]: value })), `settings.${key}.${language}`)
  const at = (key: string) => findings.filter((f) => f.path === `/${key}` || f.path.startsWith(`/${key}/`))
  return (
    <div className={styles.stack}>
      <p className={styles.quiet}>
        {t('settings.id')}: <code>{doc.id}</code> · {textIn(doc.title, 'en')}
      </p>
      {(['title', 'description'] as const).map((key) => (
        <fieldset key={key} className={styles.pair} data-field={`/${key}`}>
          <legend>{t(key === 'title' ? 'settings.name' : 'settings.description')}</legend>
          {(['zh', 'en'] as const).map((language) => (
            <label key={language} className={styles.field}>
              <span>{t(language === 'en' ? 'settings.english' : 'settings.chinese')}</span>
              {key === 'title' ? (
                <Input value={both(doc.title)[language]} onChange={(e) => text(key, language, e.target.value)} />
              ) : (
                <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} value={both(doc.description)[language]} onChange={(e) => text(key, language, e.target.value)} />
              )}
            </label>
          ))}
          <Findings findings={at(key)} />
        </fieldset>
      ))}
      <div data-field="/timezone">
        <label className={styles.field}>
          <span>{t('settings.timezone')}</span>
          <AutoComplete
            value={doc.timezone ?? ''}
            options={zones.filter((z) => z.toLowerCase().includes((doc.timezone ?? '').toLowerCase())).slice(0, 60).map((value) => ({ value }))}
            onChange={(value: string) => commit('settings', (d) => setDocumentKey(d, 'timezone', value === '' ? undefined : value), 'settings.timezone')}
          />
        </label>
        <Findings findings={at('timezone')} />
      </div>
    </div>
  )
}
