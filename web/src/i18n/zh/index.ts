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

/** 中文文案，按区域划分；键与英文一致，由类型检查保证。 */
export const zh = { app, flows, canvas, editor, panel, code, rules, data, runs, debug, triggers, connections, tables, settings }
