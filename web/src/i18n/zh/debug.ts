import type { Catalogue } from '../catalogue'
import type { debug as english } from '../en/debug'

export const debug: Catalogue<typeof english> = {
  title: '调试',
}
