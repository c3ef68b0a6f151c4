import type { Catalogue } from '../catalogue'
import type { settings as english } from '../en/settings'

export const settings: Catalogue<typeof english> = {
  title: '设置',
}
