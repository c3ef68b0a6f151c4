import type { Catalogue } from '../catalogue'
import type { rules as english } from '../en/rules'

export const rules: Catalogue<typeof english> = {
}
