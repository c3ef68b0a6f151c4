import type { Catalogue } from '../catalogue'
import type { panel as english } from '../en/panel'

export const panel: Catalogue<typeof english> = {
  title: '节点',
}
