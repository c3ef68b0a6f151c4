import { freeId } from './graphs'
import { setDocumentKey } from './edit'
import type { FlowDocument, FlowTrigger, JsonObject } from './types'

/** A trigger is chosen on the canvas and in the panel under its id with this in front: node ids never begin so. */
const mark = '@'

export function triggerKey(id: string): string {
  return mark + id
}

/** The trigger that a canvas id stands for. */
export function triggerOf(doc: FlowDocument, key: string): FlowTrigger | undefined {
  return key.startsWith(mark) ? doc.triggers?.find((trigger) => trigger.id === key.slice(1)) : undefined
}

export function addTrigger(doc: FlowDocument, type: string, config?: JsonObject): { doc: FlowDocument; id: string } {
  const id = freeId(new Set((doc.triggers ?? []).map((t) => t.id)), type)
  const trigger: FlowTrigger = { id, type, ...(config ? { config } : {}) }
  return { doc: { ...doc, triggers: [...(doc.triggers ?? []), trigger] }, id }
}

export function changeTrigger(doc: FlowDocument, id: string, change: (trigger: FlowTrigger) => FlowTrigger): FlowDocument {
  const triggers = (doc.triggers ?? []).map((trigger) => (trigger.id === id ? change(trigger) : trigger))
  return triggers.every((trigger, i) => trigger === doc.triggers?.[i]) ? doc : { ...doc, triggers }
}

export function removeTriggers(doc: FlowDocument, ids: ReadonlySet<string>): FlowDocument {
  const kept = (doc.triggers ?? []).filter((trigger) => !ids.has(trigger.id))
  if (kept.length === (doc.triggers?.length ?? 0)) return doc
  return setDocumentKey(doc, 'triggers', kept.length > 0 ? kept : undefined)
}
