import { temporal, type TemporalState } from 'zundo'
import { create, type StoreApi, type UseBoundStore } from 'zustand'
import { emptyDocument } from './read'
import type { FlowDocument } from './types'

/** The document that is being drawn, and the name of what was done to it last. */
export interface DocumentState {
  readonly doc: FlowDocument
  /** Names the step for the operator: a key of the editor's texts. */
  readonly action: string
  /**
   * Makes a step. Steps in a row with the same `join` (say, the field that is typed in) within a moment are one step of
   * the history.
   */
  commit(action: string, change: (doc: FlowDocument) => FlowDocument, join?: string): void
  /** Takes another document: the history begins anew. */
  load(doc: FlowDocument): void
}

type Kept = Pick<DocumentState, 'doc' | 'action'>

export type DocumentStore = UseBoundStore<StoreApi<DocumentState>> & { temporal: StoreApi<TemporalState<Kept>> }

/** How long steps with the same name are one. */
const joinWithin = 900
const historySteps = 1000

/** A store for one document. Steps are told apart by `now`, in milliseconds. */
export function createDocumentStore(now: () => number = () => performance.now()): DocumentStore {
  let joined: string | undefined
  let joinedAt = 0
  const store: DocumentStore = create<DocumentState>()(
    temporal<DocumentState, [], [], Kept>(
      (set, get) => ({
        doc: emptyDocument('flow'),
        action: '',
        commit: (action, change, join) => {
          const doc = change(get().doc)
          if (doc === get().doc) return
          const one = join !== undefined && join === joined && now() - joinedAt < joinWithin
          joined = join
          joinedAt = now()
          const history = store.temporal.getState()
          if (one) history.pause()
          set({ doc, action })
          if (one) history.resume()
        },
        load: (doc) => {
          joined = undefined
          set({ doc, action: '' })
          store.temporal.getState().clear()
        },
      }),
      {
        partialize: ({ doc, action }) => ({ doc, action }),
        equality: (a, b) => a.doc === b.doc,
        limit: historySteps,
      },
    ),
  )
  // What follows an undo is never joined to what came before it.
  store.temporal.subscribe((state, old) => {
    if (state.futureStates !== old.futureStates && state.futureStates.length > 0) joined = undefined
  })
  return store
}

/** The document of the editor's page. */
export const useDocument: DocumentStore = createDocumentStore()

export function undo(store: DocumentStore = useDocument) {
  store.temporal.getState().undo()
}

export function redo(store: DocumentStore = useDocument) {
  store.temporal.getState().redo()
}
