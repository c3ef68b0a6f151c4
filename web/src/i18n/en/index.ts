import { app } from './app'
import { flows } from './flows'
import { canvas } from './canvas'
import { editor } from './editor'
import { panel } from './panel'
import { code } from './code'
import { rules } from './rules'
import { data } from './data'
import { runs } from './runs'
import { debug } from './debug'
import { triggers } from './triggers'
import { connections } from './connections'
import { tables } from './tables'
import { settings } from './settings'

/** All texts in English, by area; the Chinese ones have the same keys. */
export const en = { app, flows, canvas, editor, panel, code, rules, data, runs, debug, triggers, connections, tables, settings }
