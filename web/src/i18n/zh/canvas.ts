import type { Catalogue } from '../catalogue'
import type { canvas as english } from '../en/canvas'

export const canvas: Catalogue<typeof english> = {
  title: '画布',
}
