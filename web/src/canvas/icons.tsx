import {
  Archive, ArchiveRestore, ArrowRightLeft, Box, Braces, CalendarClock, CircleStop, Database, DatabaseBackup, DatabaseZap, Globe, Group, Hourglass,
  ListOrdered, type LucideIcon, Mail, Megaphone, MessageSquare, PhoneCall, Radio, Repeat, Reply, Send, Split, Stamp, Table2, Timer, UserCheck,
  Variable, Waypoints, Webhook, Workflow, Zap,
} from 'lucide-react'
import { createElement } from 'react'

// By the names that node types give. Only these are bundled; a type with another icon gets a plain box.
const byName: Readonly<Record<string, LucideIcon>> = {
  archive: Archive,
  'archive-restore': ArchiveRestore,
  'arrow-right-left': ArrowRightLeft,
  braces: Braces,
  'circle-stop': CircleStop,
  database: Database,
  'database-backup': DatabaseBackup,
  'database-zap': DatabaseZap,
  globe: Globe,
  group: Group,
  hourglass: Hourglass,
  'list-ordered': ListOrdered,
  mail: Mail,
  megaphone: Megaphone,
  'message-square': MessageSquare,
  radio: Radio,
  repeat: Repeat,
  reply: Reply,
  send: Send,
  split: Split,
  stamp: Stamp,
  'table-2': Table2,
  timer: Timer,
  'user-check': UserCheck,
  variable: Variable,
  waypoints: Waypoints,
  workflow: Workflow,
}

const byTrigger: Readonly<Record<string, LucideIcon>> = { webhook: Webhook, cron: CalendarClock, queue: Radio, event: Zap, call: PhoneCall }

export function iconOf(name: string | undefined): LucideIcon {
  return byName[name ?? ''] ?? Box
}

/** The icon of a node type. */
export function NodeIcon({ name, size, strokeWidth = 1.9 }: { name: string | undefined; size: number; strokeWidth?: number }) {
  return createElement(iconOf(name), { size, strokeWidth, 'aria-hidden': true })
}

/** The icon of a trigger's type. */
export function TriggerIcon({ type, size }: { type: string; size: number }) {
  return createElement(byTrigger[type] ?? Zap, { size, strokeWidth: 1.9, 'aria-hidden': true })
}
