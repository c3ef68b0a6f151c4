import { useNavigate, useSearch } from '@tanstack/react-router'
import { Alert, Button } from 'antd'
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCall } from '../api/hooks'
import type { JsonObject } from '../api/json'
import { useSettings } from '../app/settings'
import { useNarrow } from '../app/theme'
import { type Catalog, useCatalog } from '../canvas/catalog'
import { FlowCanvas } from '../canvas/FlowCanvas'
import { isNodeId } from '../canvas/model'
import { sizes } from '../canvas/scene'
import type { CanvasHandle, Insets } from '../canvas/types'
import { indexOf } from '../document/graphs'
import { useDocument } from '../document/store'
import { textIn } from '../document/types'
import * as actions from './actions'
import { useClipboard } from './clipboard'
import { ConflictDialog } from './ConflictDialog'
import { ConnectDialog } from './ConnectDialog'
import { ContextMenu } from './ContextMenu'
import { useDebugMarks } from './debugMarks'
import { dismissNotice, useDraft } from './draft'
import { JsonPane } from './JsonPane'
import { KeySheet } from './KeySheet'
import { useFlowMenu } from './flowMenu'
import { NodeList } from './NodeList'
import { NodeTools } from './NodeTools'
import { Picker } from './Picker'
import { type Problem, useProblemMarks, useValidation } from './problems'
import { ProblemsDrawer } from './ProblemsDrawer'
import { SearchDialog } from './SearchDialog'
import { isSetting } from './settings'
import { TidyBar, useTidy } from './Tidy'
import { Toolbar } from './Toolbar'
import { useEditing } from './useEditing'
import { useEditorKeys } from './useEditorKeys'
import { useView } from './view'
import styles from './Editor.module.css'

// What opens later is fetched when it does: the canvas comes first.
const PublishDialog = lazy(() => import('./PublishDialog').then((m) => ({ default: m.PublishDialog })))
const RunDialog = lazy(() => import('./RunDialog').then((m) => ({ default: m.RunDialog })))
const SettingsDialog = lazy(() => import('./SettingsDialog').then((m) => ({ default: m.SettingsDialog })))
const NodeTree = lazy(() => import('./NodeTree').then((m) => ({ default: m.NodeTree })))
const SidePanel = lazy(() => import('./SidePanel').then((m) => ({ default: m.SidePanel })))

const panelWidth = 440

/** The editor of the draft that is open. */
export function Editor() {
  const { t } = useTranslation('editor')
  const language = useSettings((s) => s.language)
  const narrow = useNarrow()
  const doc = useDocument((s) => s.doc)
  const view = useView()
  const catalog = useCatalog()
  const canvas = useRef<CanvasHandle>(null)
  const editing = useEditing(catalog)
  const marks = useDebugMarks(doc.id, useProblemMarks())
  const notice = useDraft((s) => s.notice)
  const schema = useCall('flowSchema', { query: { lang: language } }, { staleTime: Infinity, enabled: view.json })
  const versions = useCall('listVersions', { path: { id: doc.id }, query: { limit: 50 } })
  const live = versions.data?.items.find((v) => v.published)?.version ?? 0
  const next = (versions.data?.items[0]?.version ?? 0) + 1
  const [step, setStep] = useState(false)
  const tidy = useTidy(catalog, canvas)
  const clipboard = useClipboard(catalog, canvas)
  const menu = useFlowMenu(catalog, canvas)
  useValidation(language)
  useLinks(canvas)
  const panelOpen = view.panel && view.selection.length === 1 && !view.selection[0]?.startsWith('#') && !view.selection[0]?.includes(':')
  const insets: Insets = useMemo(() => ({ right: panelOpen && !narrow ? panelWidth + 12 : 0 }), [panelOpen, narrow])
  const openPicker = () => {
    const at = canvas.current?.center() ?? { x: 0, y: 0 }
    const only = view.selection.length === 1 ? view.selection[0] : undefined
    const node = only ? indexOf(doc).places.get(only)?.node : undefined
    const port = node && !node.body ? catalog.portsOf(node)[0] : undefined
    const edge = only?.includes(':') ? only : undefined
    const box = only ? document.querySelector(`.react-flow__node[data-id="${only}"]`)?.getBoundingClientRect() : undefined
    const screen = box ? { x: box.right, y: box.top + 20 } : { x: innerWidth / 2 - 170, y: 160 }
    const place = box ? (canvas.current?.toFlow({ x: box.right, y: box.top }) ?? at) : at
    useView.setState({ picking: { ...(node && port ? { after: { from: node.id, port } } : {}), ...(edge ? { onEdge: edge } : {}), container: node?.body ? node.id : null, at: box ? { x: place.x + sizes.column - sizes.width, y: place.y } : at, screen } })
  }
  const debug = () => {
    setStep(true)
    useView.setState({ dialog: 'run' })
  }
  useEditorKeys({ catalog, canvas, openPicker, tidy: tidy.start, clipboard, onBreakpoint: marks.toggleBreakpoint, onPin: marks.togglePin })
  const onSelectionChange = useCallback((ids: readonly string[]) => useView.getState().select(ids, ids[0]?.startsWith('@') ? true : undefined), [])
  const openNode = useCallback((id: string) => !id.startsWith('#') && id !== '$start' && useView.getState().select([id], true), [])
  const onProblem = (problem: Problem) => {
    if (problem.target === null) return isSetting(problem.path) ? useView.getState().showSetting(problem.path) : useView.setState({ json: true })
    useView.getState().showField(problem.target, problem.rest)
    canvas.current?.reveal(problem.target.startsWith('@') ? '$start' : problem.target, { center: true })
  }
  const onlyNode = view.selection.length === 1 ? view.selection[0] : undefined
  useEffect(() => {
    if (panelOpen && onlyNode && isNodeId(onlyNode)) canvas.current?.reveal(onlyNode)
  }, [panelOpen, onlyNode, view.json])
  return (
    <div className={styles.editor}>
      <Toolbar live={live} menu={menu.items} onMenu={menu.run} onTidy={tidy.start} onFit={() => canvas.current?.fit()} onDebug={debug} />
      {notice && (
        <Alert className={styles.notice} type="info" banner title={t(`notice.${notice.key}`, { by: notice.by })} action={<Button size="small" onClick={dismissNotice}>{t('notice.dismiss')}</Button>} />
      )}
      <div className={styles.main}>
        <Suspense fallback={null}>{view.tree && <NodeTree catalog={catalog} canvas={canvas} decorations={marks.decorations} />}</Suspense>
        {view.palette && !view.tree && !view.json && !narrow && <NodeList catalog={catalog} onAdd={(type) => addAtCenter(catalog, canvas, type)} />}
        <div className={styles.stage}>
          <FlowCanvas
            ref={canvas}
            document={doc}
            label={t('label', { ns: 'canvas', name: textIn(doc.title, language) || doc.id })}
            selection={view.selection}
            onSelectionChange={onSelectionChange}
            onNodeDoubleClick={openNode}
            onNodeClick={(id, e) => !e.shiftKey && !e.ctrlKey && !e.metaKey && openNode(id)}
            onContextMenu={(id, at, screen) => {
              if (id !== null && id !== '$start' && !view.selection.includes(id)) view.select([id])
              useView.setState({ menu: { id, at, screen } })
            }}
            decorations={marks.decorations}
            onBreakpointToggle={marks.toggleBreakpoint}
            editing={editing}
            insets={insets}
            renderToolbar={(id) => <NodeTools id={id} catalog={catalog} />}
          >
            <TidyBar of={tidy} />
            {view.selection.length > 1 && <span className={styles.many} role="status">{t('selected', { count: view.selection.length })}</span>}
          </FlowCanvas>
          <Suspense fallback={null}>
            {panelOpen && onlyNode && <SidePanel id={onlyNode} width={panelWidth} catalog={catalog} onRenamed={(id) => view.select([id], true)} onPin={marks.togglePin} />}
          </Suspense>
        </div>
        {view.json && <JsonPane schema={schema.data as JsonObject | undefined} />}
      </div>
      {view.drawer === 'problems' && <ProblemsDrawer onGo={onProblem} />}
      <Picker catalog={catalog} />
      <ContextMenu catalog={catalog} onCopy={clipboard.copy} onPaste={clipboard.paste} />
      <ConflictDialog />
      <Suspense fallback={null}>
        {view.dialog === 'publish' && <PublishDialog live={live} next={next} onDone={() => void versions.refetch()} />}
        {view.dialog === 'run' && <RunDialog step={step} />}
        {view.dialog === 'settings' && <SettingsDialog catalog={catalog} />}
      </Suspense>
      {view.dialog === 'keys' && <KeySheet />}
      {view.dialog === 'search' && <SearchDialog canvas={canvas} />}
      {view.dialog === 'connect' && <ConnectDialog catalog={catalog} />}
    </div>
  )
}

/** Adds what was chosen in the list without a pointer: in the container that is chosen, else beside what is. */
function addAtCenter(catalog: Catalog, canvas: React.RefObject<CanvasHandle | null>, type: string) {
  if (type.startsWith('@')) return actions.newTrigger(type.slice(1))
  const { selection } = useView.getState()
  const only = selection.length === 1 ? indexOf(useDocument.getState().doc).places.get(selection[0] ?? '') : undefined
  const at = canvas.current?.center() ?? { x: 0, y: 0 }
  const id = actions.add(catalog, { type, graph: only?.node.body ? only.node.id : (only?.owner ?? null), at: { x: at.x - sizes.width / 2, y: at.y - sizes.head / 2 } })
  requestAnimationFrame(() => canvas.current?.reveal(id))
}

/** What an address asks for: ?node=, ?field= (a JSON Pointer in it), ?panel=json. */
function useLinks(canvas: React.RefObject<CanvasHandle | null>) {
  const search = useSearch({ strict: false })
  const navigate = useNavigate()
  useEffect(() => {
    const { node, field, panel } = search
    if (!node && !panel) return
    if (panel === 'json') useView.setState({ json: true })
    void navigate({ to: '.', search: ({ run, step }) => ({ run, step }), replace: true })
    if (!node) return
    if (field) useView.getState().showField(node, field)
    else useView.getState().select([node], true)
    requestAnimationFrame(() => canvas.current?.reveal(node, { center: true }))
  }, [search, navigate, canvas])
}
