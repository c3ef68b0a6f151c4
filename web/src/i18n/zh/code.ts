import type { Catalogue } from '../catalogue'
import type { code as english } from '../en/code'

export const code: Catalogue<typeof english> = {
  completions: '补全建议',
  fold: '折叠',
  unfoldLine: '展开',
  folded: '已折叠的代码',
  unfold: '展开',
  diagnostics: '问题',
  control: '控制字符',
}
