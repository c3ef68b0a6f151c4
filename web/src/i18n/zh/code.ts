import type { Catalogue } from '../catalogue'
import type { code as english } from '../en/code'

export const code: Catalogue<typeof english> = {
}
