import { useMemo } from 'react'
import type { Catalog } from '../canvas/catalog'
import { sizes } from '../canvas/scene'
import type { CanvasEditing } from '../canvas/types'
import * as actions from './actions'
import { useView } from './view'

/** What the canvas may do to the flow that is open. */
export function useEditing(catalog: Catalog): CanvasEditing {
  return useMemo(
    () => ({
      move: (places) => actions.move(places, 'keys'),
      moveInto: actions.moveInto,
      connect: (wire) => actions.connect(catalog, wire),
      refuse: (wire) => actions.refuse(catalog, wire),
      rewire: (key, wire) => actions.rewire(catalog, key, wire),
      removeEdge: actions.removeEdge,
      pickAfter: (from, port, at, screen, container) =>
        useView.setState({ picking: { after: { from, port }, container, at: { x: at.x + 12, y: at.y - sizes.head / 2 }, screen } }),
      pickOnEdge: (key, at, screen) => useView.setState({ picking: { onEdge: key, container: null, at: { x: at.x - sizes.width / 2, y: at.y - sizes.head / 2 }, screen } }),
      dropOnEdge: (id, key, at) => actions.dropOnEdge(catalog, id, key, at),
      dropNew: (type, at, container, onEdge) => {
        if (type.startsWith('@')) actions.newTrigger(type.slice(1))
        else actions.add(catalog, { type, graph: container, at: { x: at.x - sizes.width / 2, y: at.y - sizes.head / 2 }, ...(onEdge ? { onEdge } : {}) })
      },
      noteText: actions.writeNote,
      noteSize: actions.sizeNote,
    }),
    [catalog],
  )
}
