import type { Catalogue } from '../catalogue'
import type { settings as english } from '../en/settings'

export const settings: Catalogue<typeof english> = {
  title: '设置',
  appearance: '外观',
  appearanceText: '保存在当前浏览器中。',
  language: '语言',
  theme: '主题',
  zone: '时间按浏览器时区 {{zone}} 显示。',
  session: '会话',
  signedInAs: '当前用户：{{name}}',
  expires: '会话到期：{{when}}',
  signOut: '退出登录',
  programs: '程序调用请使用管理员令牌，无需会话：',
  api: '接口文档（OpenAPI）',
  keys: '快捷键',
  keysPalette: '跳转到任意页面，执行任意命令',
  keysSearch: '在列表中选择、打开、关闭',
  about: '关于',
  version: '版本 {{version}}',
  aboutText: 'Sluice，持久化流程运行平台。',
  licences: '许可证',
  licencesText: '本页面使用了开源软件，全部许可证见：',
  licencesFile: 'licences.txt',
  flowCredit: '画布由 xyflow 的 React Flow（MIT）绘制。',
  elkCredit: '自动布局由 Eclipse Layout Kernel 计算：elkjs 以独立文件原样分发，遵循 Eclipse Public License 2.0，源代码见',
}
