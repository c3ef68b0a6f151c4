import { isObject, type Json, type JsonObject } from '../api/json'

/** What the flow itself is told, and on which page of the dialog. */
export const settingPages = {
  general: ['title', 'description', 'timezone'],
  start: ['input', 'keys', 'vars'],
  output: ['output'],
  settings: ['settings'],
} as const

export type SettingPage = keyof typeof settingPages
export type Setting = (typeof settingPages)[SettingPage][number]

/** The page that a JSON Pointer into the document is edited on; undefined where it is drawn. */
export function pageOf(pointer: string): SettingPage | undefined {
  const key = pointer.split('/')[1]
  return (Object.keys(settingPages) as SettingPage[]).find((page) => settingPages[page].some((k) => k === key))
}

export function isSetting(pointer: string): boolean {
  return pageOf(pointer) !== undefined
}

/** The value without objects that hold nothing: in the document, what is not told is not there. */
export function told(value: Json | undefined): Json | undefined {
  if (!isObject(value)) return value
  const members = Object.entries(value).flatMap(([key, v]) => {
    const inner = told(v)
    return inner === undefined ? [] : [[key, inner] as const]
  })
  return members.length === 0 ? undefined : Object.fromEntries(members)
}

/** Where two values differ first: the field that was just written. */
export function changedPlace(before: Json | undefined, after: Json | undefined): string {
  if (!isObject(before) && !isObject(after)) return ''
  const [a, b]: [JsonObject, JsonObject] = [isObject(before) ? before : {}, isObject(after) ? after : {}]
  const key = Object.keys({ ...a, ...b }).find((k) => a[k] !== b[k])
  return key === undefined ? '' : `/${key}${changedPlace(a[key], b[key])}`
}
