import type { Catalogue } from '../catalogue'
import type { triggers as english } from '../en/triggers'

export const triggers: Catalogue<typeof english> = {
  title: '触发器',
}
