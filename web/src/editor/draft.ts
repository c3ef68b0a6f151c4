import { create } from 'zustand'
import { call, callTagged } from '../api/client'
import { isApiError } from '../api/errors'
import { type Json, type JsonObject, parseJson, sameJson, writeJson } from '../api/json'
import { takeTyped } from '../app/typed'
import { merge } from '../document/merge'
import { readDocument } from '../document/read'
import { useDocument } from '../document/store'
import type { FlowDocument } from '../document/types'
import { dropCopy, findCopy, keepCopy } from './local'

/** What somebody else saved, against what is drawn here. */
export interface Conflict {
  readonly theirs: FlowDocument
  readonly base: FlowDocument
  readonly revision: number
  readonly by: string
  readonly at: string
}

/** The draft of the flow that is open: what of it is saved, and on which of its revisions it is built. */
export interface DraftState {
  readonly flow: string
  readonly phase: 'loading' | 'ready' | 'missing' | 'failed'
  readonly error: Error | null
  /** Not saved yet; on its way; not saved because the server is away; refused until somebody decides. */
  readonly saving: 'saved' | 'changed' | 'saving' | 'offline' | 'conflict' | 'refused'
  readonly savedAt: number | null
  readonly revision: number
  /** As the server has it. */
  readonly base: FlowDocument | null
  readonly conflict: Conflict | null
  /** Something the operator should know of, as a key of the texts. */
  readonly notice: { readonly key: 'restored' | 'merged' | 'updated'; readonly by: string } | null
}

const nothing: DraftState = { flow: '', phase: 'loading', error: null, saving: 'saved', savedAt: null, revision: 0, base: null, conflict: null, notice: null }

export const useDraft = create<DraftState>(() => nothing)

const { getState: state, setState: set } = useDraft
const current = () => useDocument.getState().doc
const json = (doc: FlowDocument) => doc as unknown as JsonObject
const sameDocument = (a: FlowDocument, b: FlowDocument) => a === b || sameJson(a as unknown as Json, b as unknown as Json)

interface Loaded {
  readonly doc: FlowDocument | null
  readonly revision: number
  readonly by: string
  readonly at: string
}

async function load(flow: string): Promise<Loaded> {
  const answer = await call('getFlow', { path: { id: flow }, query: { version: 'draft' } })
  return { doc: readDocument(answer.document), revision: answer.revision ?? 0, by: answer.by, at: answer.at }
}

/** Opens a flow's draft. What was not saved the last time comes back. */
export async function openDraft(flow: string): Promise<void> {
  set({ ...nothing, flow })
  try {
    const [server, copy] = await Promise.all([load(flow), findCopy(flow)])
    if (state().flow !== flow) return
    if (!server.doc) throw new Error('document')
    useDocument.getState().load(server.doc)
    set({ phase: 'ready', revision: server.revision, base: server.doc, savedAt: Date.parse(server.at) })
    if (copy) restore(copy.text, copy.revision, { ...server, doc: server.doc })
  } catch (e) {
    if (state().flow === flow) set({ phase: isApiError(e) && e.status === 404 ? 'missing' : 'failed', error: e as Error })
  }
}

function restore(text: string, revision: number, server: Loaded & { doc: FlowDocument }) {
  const copy = readCopy(text)
  if (!copy || sameDocument(copy, server.doc)) {
    void dropCopy(server.doc.id)
    return
  }
  useDocument.getState().commit('restore', () => copy)
  if (revision === server.revision) set({ notice: { key: 'restored', by: '' } })
  // Without what the copy was built on nothing can be joined: the operator decides.
  else set({ saving: 'conflict', conflict: { theirs: server.doc, base: server.doc, revision: server.revision, by: server.by, at: server.at } })
}

function readCopy(text: string): FlowDocument | null {
  try {
    return readDocument(parseJson(text))
  } catch {
    return null
  }
}

/** Makes a draft where the flow is not there yet. */
export async function createDraft(doc: FlowDocument): Promise<void> {
  await callTagged('putFlow', { path: { id: doc.id }, header: { 'If-Match': '"0"' }, body: json(doc) })
  await openDraft(doc.id)
}

let saveTimer: ReturnType<typeof setTimeout> | undefined
let under: Promise<void> | null = null
const saveAfter = 800
const againAfter = 5000

function plan(after: number) {
  clearTimeout(saveTimer)
  saveTimer = setTimeout(() => void saveNow(), after)
}

/** Before the page is gone, or another is gone back to: the field that is typed in gives what it holds, and all is saved. */
function leave() {
  takeTyped()
  if (state().saving === 'changed') void saveNow()
}

function hide() {
  if (document.visibilityState === 'hidden') leave()
}

/** Follows the document for as long as its page is open: every change is kept here at once and saved soon. */
export function followDocument(): () => void {
  const stop = useDocument.subscribe((now, before) => {
    const { phase, flow, revision, saving } = state()
    if (now.doc === before.doc || phase !== 'ready' || now.doc.id !== flow) return
    if (state().base === now.doc) return
    void keepCopy({ flow, text: writeJson(json(now.doc)), revision, at: Date.now() })
    if (saving !== 'conflict') {
      if (saving !== 'saving') set({ saving: 'changed' })
      plan(saveAfter)
    }
  })
  document.addEventListener('visibilitychange', hide)
  window.addEventListener('pagehide', leave)
  window.addEventListener('popstate', leave, true)
  return () => {
    stop()
    document.removeEventListener('visibilitychange', hide)
    window.removeEventListener('pagehide', leave)
    window.removeEventListener('popstate', leave, true)
    if (state().saving === 'changed') void saveNow()
  }
}

/** Saves what is drawn, if it is not saved. Resolves when nothing is left to save or it cannot be saved. */
export async function saveNow(): Promise<void> {
  clearTimeout(saveTimer)
  if (under) await under
  const { flow, phase, base, saving } = state()
  const doc = current()
  if (phase !== 'ready' || saving === 'conflict' || doc.id !== flow) return
  if (base && sameDocument(base, doc)) {
    set({ saving: 'saved' })
    await dropCopy(flow)
    return
  }
  under = save(flow, doc).finally(() => (under = null))
  await under
}

async function save(flow: string, doc: FlowDocument) {
  set({ saving: 'saving' })
  try {
    const { data } = await callTagged('putFlow', { path: { id: flow }, header: { 'If-Match': `"${state().revision}"` }, body: json(doc) })
    if (state().flow !== flow) return
    const later = current() !== doc
    set({ saving: later ? 'changed' : 'saved', revision: data.revision, base: doc, savedAt: Date.now() })
    if (later) plan(saveAfter)
    else await dropCopy(flow)
  } catch (e) {
    if (state().flow !== flow) return
    if (isApiError(e, 'flow.stale')) await meet(flow)
    else if (isApiError(e) && e.status !== 0 && e.status < 500) set({ saving: 'refused', error: e })
    else {
      set({ saving: 'offline' })
      plan(againAfter)
    }
  }
}

/** Somebody else saved: what they did is joined with what is drawn here where that is plain, else the operator is asked. */
async function meet(flow: string) {
  const server = await load(flow)
  const { base } = state()
  if (!server.doc || !base || state().flow !== flow) return
  const theirs = server.doc
  const joined = merge(base, current(), theirs)
  if ('conflicts' in joined) {
    set({ saving: 'conflict', conflict: { theirs, base, revision: server.revision, by: server.by, at: server.at } })
    return
  }
  const mineIsNew = !sameDocument(joined.doc, theirs)
  set({ revision: server.revision, base: mineIsNew ? theirs : joined.doc, savedAt: Date.parse(server.at), saving: mineIsNew ? 'changed' : 'saved', notice: { key: sameDocument(base, current()) ? 'updated' : 'merged', by: server.by } })
  useDocument.getState().commit('merge', () => joined.doc)
  if (mineIsNew) plan(0)
}

/** Ends a conflict: with what is drawn here, or with what the other one saved. The other state stays in the history. */
export async function settle(keep: 'mine' | 'theirs'): Promise<void> {
  const { conflict, flow } = state()
  if (!conflict) return
  set({ conflict: null, revision: conflict.revision, base: conflict.theirs, saving: keep === 'mine' ? 'changed' : 'saved' })
  if (keep === 'mine') await saveNow()
  else {
    useDocument.getState().commit('takeTheirs', () => conflict.theirs)
    await dropCopy(flow)
  }
}

/** Looks whether somebody else saved meanwhile. */
export async function lookForOthers(): Promise<void> {
  const { flow, phase, saving, revision } = state()
  if (phase !== 'ready' || (saving !== 'saved' && saving !== 'changed') || under) return
  try {
    const answer = await call('getFlow', { path: { id: flow }, query: { version: 'draft' } })
    if (state().flow === flow && state().revision === revision && (answer.revision ?? 0) > revision && !under) await meet(flow)
  } catch {
    // It is asked again soon, and a save that fails says so.
  }
}

/** Takes another state of the flow into the draft, as a step that can be undone. */
export function takeInto(doc: FlowDocument, action: string) {
  useDocument.getState().commit(action, () => ({ ...doc, id: state().flow }))
}

export function dismissNotice() {
  set({ notice: null })
}
