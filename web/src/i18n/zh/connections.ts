import type { Catalogue } from '../catalogue'
import type { connections as english } from '../en/connections'

export const connections: Catalogue<typeof english> = {
  title: '连接',
}
