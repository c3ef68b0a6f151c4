import type { Catalogue } from '../catalogue'
import type { data as english } from '../en/data'

export const data: Catalogue<typeof english> = {
  tree: '数据',
  search: '搜索字段名和值',
  noHits: '没有找到',
  hits: '第 {{at}} 处，共 {{of}} 处',
  previous: '上一处',
  next: '下一处',
  copyAll: '复制全部',
  copyPath: '复制路径',
  copyValue: '复制值',
  items_other: '{{count}} 项',
  members_other: '{{count}} 个字段',
}
