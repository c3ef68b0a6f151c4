import { Modal, Tabs } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCall } from '../api/hooks'
import type { Json, JsonObject } from '../api/json'
import { useSettings } from '../app/settings'
import type { Catalog } from '../canvas/catalog'
import { setDocumentKey } from '../document/edit'
import { useDocument } from '../document/store'
import { FieldView } from '../panel/fields/FieldView'
import { ObjectFields } from '../panel/fields/ObjectFields'
import fields from '../panel/fields/fields.module.css'
import { fieldOfDocument } from '../panel/schema'
import { useFocus } from '../panel/useFocus'
import { useFlowSample } from './flowSample'
import { GeneralSettings } from './GeneralSettings'
import { PlainPanel } from './PlainPanel'
import { useProblems } from './problems'
import { SchemaMaker } from './SchemaMaker'
import { changedPlace, pageOf, type Setting, type SettingPage, settingPages, told } from './settings'
import { closeDialog, flowField, useView } from './view'
import styles from './Editor.module.css'

const nothing: JsonObject = {}

/** What the flow itself is told: its name, what starts a run of it and with what, what it gives, how it is bounded and kept. */
export function SettingsDialog({ catalog }: { catalog: Catalog }) {
  const { t } = useTranslation('editor')
  const language = useSettings((s) => s.language)
  const doc = useDocument((s) => s.doc)
  const schema = useCall('flowSchema', { query: { lang: language } }, { staleTime: Infinity }).data as JsonObject | undefined
  const problems = useProblems((s) => s.list)
  const own = useMemo(() => problems.filter((p) => p.target === null), [problems])
  const sample = useFlowSample(doc, catalog)
  const asked = useView((s) => (s.field?.id === flowField ? s.field : undefined))
  const [page, setPage] = useState<SettingPage>((asked && pageOf(asked.pointer)) || 'general')
  const root = useFocus(asked)
  const set = (key: Setting) => (value: Json | undefined) => {
    const next = key === 'settings' ? told(value) : value
    const join = `settings.${key}${changedPlace(doc[key] as Json | undefined, next)}`
    useDocument.getState().commit('settings', (d) => setDocumentKey(d, key, next as undefined), join)
  }
  const field = (key: Setting) => {
    const found = schema && fieldOfDocument(schema, key)
    return found && <FieldView key={key} field={found} value={doc[key] as Json | undefined} path={[key]} onChange={set(key)} />
  }
  const limits = schema && fieldOfDocument(schema, 'settings')
  const pages: Readonly<Record<SettingPage, React.ReactNode>> = {
    general: <GeneralSettings findings={own} />,
    start: (
      <PlainPanel id={flowField} findings={own} config={nothing} scope={sample.start} run={sample.run}>
        <div className={fields.fields}>
          <div className={styles.stack}>
            {field('input')}
            <SchemaMaker body={sample.body} onSchema={set('input')} />
          </div>
          {field('keys')}
          {field('vars')}
        </div>
      </PlainPanel>
    ),
    output: <PlainPanel id={flowField} findings={own} config={nothing} scope={sample.end} run={sample.run}>{field('output')}</PlainPanel>,
    settings: (
      <PlainPanel id={flowField} findings={own} config={nothing} scope={sample.start} run={sample.run}>
        {limits && <ObjectFields field={limits} value={doc.settings as Json | undefined} path={['settings']} onChange={set('settings')} />}
      </PlainPanel>
    ),
  }
  const wrong = (of: SettingPage) => own.filter((p) => settingPages[of].some((key) => p.path === `/${key}` || p.path.startsWith(`/${key}/`))).length
  return (
    <Modal open title={t('settings.title')} onCancel={close} onOk={close} okText={t('settings.done')} footer={(_, { OkBtn }) => <OkBtn />} width={720}>
      {/* Esc in a list of completions closes the list alone: whoever took the key says so. */}
      <div ref={root} onKeyDown={(e) => e.key === 'Escape' && e.defaultPrevented && e.stopPropagation()}>
        <Tabs
          size="small"
          activeKey={page}
          onChange={(key) => setPage(key as SettingPage)}
          items={(Object.keys(settingPages) as SettingPage[]).map((key) => ({
            key,
            label: <PageName name={t(`settings.pages.${key}`)} problems={wrong(key)} />,
            children: <div className={styles.settingPage}>{pages[key]}</div>,
          }))}
        />
      </div>
    </Modal>
  )
}

function PageName({ name, problems }: { name: string; problems: number }) {
  const { t } = useTranslation('editor')
  return (
    <span className={styles.pageName}>
      {name}
      {problems > 0 && <span className={styles.pageDot} role="img" aria-label={t('toolbar.problemCount', { count: problems })} />}
    </span>
  )
}

function close() {
  useView.setState({ field: null })
  closeDialog()
}
