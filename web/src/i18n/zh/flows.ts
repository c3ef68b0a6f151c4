import type { Catalogue } from '../catalogue'
import type { flows as english } from '../en/flows'

export const flows: Catalogue<typeof english> = {
  title: '流程',
}
