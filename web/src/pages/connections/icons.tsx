import type { LucideIcon } from 'lucide-react'
import { Bell, Database, Globe, Mail, Rows3, Webhook } from 'lucide-react'

const icons: Record<string, LucideIcon> = {
  http: Globe,
  webhook: Webhook,
  email: Mail,
  sqlite: Database,
  postgres: Database,
  mysql: Database,
  wecom: Bell,
  dingtalk: Bell,
  feishu: Bell,
  slack: Bell,
}

/** The sign of a type; message brokers, of which there are many, share one. */
export function TypeIcon({ type, size = 18 }: { type: string; size?: number }) {
  const Icon = icons[type] ?? Rows3
  return <Icon size={size} strokeWidth={1.75} aria-hidden />
}
