import { ConnectionMode, type EdgeTypes, type NodeTypes, NodeToolbar, type OnConnectEnd, Position, ReactFlow, SelectionMode, useReactFlow } from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { forwardRef, useCallback, useImperativeHandle, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { CardNode, ContainerNode } from './CardNode'
import type { Catalog } from './catalog'
import { CanvasContext, type CanvasShared } from './context'
import { Controls } from './Controls'
import { FarView } from './FarView'
import { FlowEdge } from './FlowEdge'
import { Grid } from './Grid'
import { Minimap } from './Minimap'
import { type CanvasEdge, type CanvasNode, isNodeId } from './model'
import { NoteNode } from './NoteNode'
import type { View } from './paint'
import { PullLine } from './PullLine'
import { containerAt, nodeAt, type Scene, startId } from './scene'
import { StartNode } from './StartNode'
import type { CanvasHandle, FlowCanvasProps, Insets } from './types'
import { useDragging } from './useDragging'
import { useElements } from './useElements'
import { useFar } from './useFar'
import { useHandle } from './useHandle'
import { useLabels } from './useLabels'
import { useLatest } from './useLatest'
import { usePaletteDrop } from './usePaletteDrop'
import { zooms } from './view'
import styles from './Canvas.module.css'



const nodeTypes: NodeTypes = { node: CardNode, container: ContainerNode, start: StartNode, note: NoteNode }
const edgeTypes: EdgeTypes = { wire: FlowEdge }
const noNodes: CanvasNode[] = []
const noEdges: CanvasEdge[] = []
const none: readonly string[] = []

interface Props extends FlowCanvasProps {
  readonly insets: Insets
  readonly root: React.RefObject<HTMLDivElement | null>
  readonly scene: Scene
  readonly catalog: Catalog
  readonly language: 'en' | 'zh'
  readonly first: View
  onFold(id: string): void
}

/** React Flow over a scene. */
export const Stage = forwardRef<CanvasHandle, Props>(function Stage(props, ref) {
  const { scene, catalog, language, editing, insets, root, selection = none, decorations, edgeDecorations, onBreakpointToggle, document: doc } = props
  const flow = useReactFlow<CanvasNode>()

  const { t } = useTranslation('canvas')
  const latest = useLatest(props)
  const chosen = useMemo(() => new Set(selection), [selection])
  const select = useCallback((ids: readonly string[]) => latest.current.onSelectionChange?.(ids), [latest])
  // As one text: what shares it is drawn again only when a trigger's choice changes.
  const chosenTriggers = selection.filter((id) => id.startsWith('@')).join(' ')
  const shared: CanvasShared = useMemo(
    () => ({
      catalog, language, editing, triggers: doc.triggers, onBreakpointToggle, select,
      chosenTriggers: new Set(chosenTriggers.split(' ')),
      open: (id) => latest.current.onNodeDoubleClick?.(id),
      fold: (id) => latest.current.onFold(id),
      toFlow: (screen) => flow.screenToFlowPosition(screen),
    }),
    [catalog, language, editing, doc.triggers, onBreakpointToggle, select, flow, chosenTriggers, latest],
  )
  const drag = useDragging(scene, editing, root)
  const labelOf = useLabels(catalog, language)
  const elements = useElements({
    scene, decorations, edgeDecorations, selection: chosen, editable: editing !== undefined, labelOf, dragging: drag.dragging, select,
    move: (places) => editing?.move(places),
  })
  const { far, mounted } = useFar(scene.nodes.length)
  const handle = useHandle(scene, insets, root)
  useImperativeHandle(ref, () => handle, [handle])
  const drop = usePaletteDrop(scene, editing, drag.mark, root)
  const onConnectEnd: OnConnectEnd = useCallback((event, state) => {
    const { editing: edit, scene: now } = latest.current
    const from = state.fromNode?.id
    const port = state.fromHandle?.id
    if (!edit || state.isValid || !from || !port) return
    const point = 'changedTouches' in event ? event.changedTouches[0] : event
    if (!point) return
    const screen = { x: point.clientX, y: point.clientY }
    const at = flow.screenToFlowPosition(screen)
    const under = nodeAt(now, at)
    // Within the container that it comes from, a wire that is let go asks for a node; over any other it leads to that one.
    const around = under?.kind === 'container' && under.id === now.byId.get(from)?.parent
    if (under && isNodeId(under.id) && !around && under.id !== from) edit.connect({ from, port, to: under.id })
    else if (!under || around || under.kind === 'note') edit.pickAfter(from, port, at, screen, containerAt(now, at, new Set())?.id ?? null)
  }, [flow, latest])
  const one = selection.length === 1 && isNodeId(selection[0] ?? '') ? selection[0] : undefined
  return (
    <CanvasContext value={shared}>
      <Grid />
      {(far || mounted !== Infinity) && <FarView scene={scene} decorations={decorations} selection={chosen} />}
      <ReactFlow<CanvasNode, CanvasEdge>
        nodes={far ? noNodes : mounted === Infinity ? elements.nodes : elements.nodes.slice(0, mounted)}
        edges={mounted === Infinity ? elements.edges : noEdges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={elements.onNodesChange}
        onEdgesChange={elements.onEdgesChange}
        onNodeClick={(e, n) => props.onNodeClick?.(n.id, e)}
        onNodeDoubleClick={(_, n) => props.onNodeDoubleClick?.(n.id)}
        onNodeContextMenu={(e, n) => contextMenu(e, n.id, props.onContextMenu, flow.screenToFlowPosition)}
        onEdgeContextMenu={(e, edge) => contextMenu(e, edge.id, props.onContextMenu, flow.screenToFlowPosition)}
        onPaneContextMenu={(e) => contextMenu(e as React.MouseEvent, null, props.onContextMenu, flow.screenToFlowPosition)}
        onPaneClick={(e) => {
          const under = far ? nodeAt(scene, flow.screenToFlowPosition({ x: e.clientX, y: e.clientY })) : null
          select(under && under.id !== startId ? [under.id] : [])
          if (under) handle.reveal(under.id, { center: true })
        }}
        onNodeDragStart={drag.onNodeDragStart}
        onNodeDrag={drag.onNodeDrag}
        onNodeDragStop={drag.onNodeDragStop}
        onSelectionDragStart={drag.onNodeDragStart}
        onSelectionDragStop={(e, nodes) => nodes[0] && drag.onNodeDragStop(e as never, nodes[0], nodes)}
        onConnect={(c) => editing?.connect({ from: c.source, port: c.sourceHandle ?? 'out', to: c.target })}
        onConnectEnd={onConnectEnd}
        isValidConnection={(c) => editing?.refuse({ from: c.source, port: c.sourceHandle ?? 'out', to: c.target }) === null}
        onReconnect={(edge, c) => editing?.rewire(edge.id, { from: c.source, port: c.sourceHandle ?? 'out', to: c.target })}
        onReconnectEnd={(_, edge, __, state) => !state.toNode && editing?.removeEdge(edge.id)}
        connectionLineComponent={PullLine}
        connectionMode={ConnectionMode.Strict}
        connectOnClick={false}
        connectionDragThreshold={4}
        nodeDragThreshold={2}
        connectionRadius={26}
        reconnectRadius={10}
        nodesConnectable={editing !== undefined}
        edgesFocusable={false}
        elevateNodesOnSelect={false}
        deleteKeyCode={null}
        selectionKeyCode="Shift"
        multiSelectionKeyCode={['Meta', 'Control']}
        panActivationKeyCode="Space"
        panOnDrag={[0, 1]}
        selectionMode={SelectionMode.Partial}
        zoomOnDoubleClick={false}
        minZoom={zooms.least}
        maxZoom={zooms.most}
        defaultViewport={props.first}
        onlyRenderVisibleElements
        autoPanOnNodeFocus={false}
        snapToGrid={false}
        proOptions={{ hideAttribution: true }}
        ariaLabelConfig={{
          'node.a11yDescription.default': t('nodeKeys'),
          'node.a11yDescription.keyboardDisabled': t('nodeKeys'),
          'node.a11yDescription.ariaLiveMessage': ({ direction, x, y }) => t('dragged', { direction, x: Math.round(x), y: Math.round(y) }),
          'edge.a11yDescription.default': t('edgeKeys'),
        }}
        {...drop}
      >
        {one && props.renderToolbar && (
          <NodeToolbar nodeId={one} position={Position.Top} offset={14} isVisible={!far}>
            <div className={styles.toolbar}>{props.renderToolbar(one)}</div>
          </NodeToolbar>
        )}
      </ReactFlow>
      {props.minimap !== false && <Minimap scene={scene} insets={insets} />}
      <Controls insets={insets} fit={() => handle.fit()} zoomBy={handle.zoomBy} zoomTo={handle.zoomTo} />
      {props.children}
    </CanvasContext>
  )
})

function contextMenu(e: React.MouseEvent, id: string | null, open: FlowCanvasProps['onContextMenu'], toFlow: CanvasHandle['toFlow']) {
  if (!open) return
  e.preventDefault()
  const screen = { x: e.clientX, y: e.clientY }
  open(id, toFlow(screen), screen)
}
