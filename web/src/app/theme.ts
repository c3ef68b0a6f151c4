import type { ThemeConfig } from 'antd'
import { theme as antd } from 'antd'
import { useSyncExternalStore } from 'react'
import { useSettings } from './settings'

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query)
      list.addEventListener('change', changed)
      return () => list.removeEventListener('change', changed)
    },
    () => matchMedia(query).matches,
  )
}

/** Whether the page is narrow as on a phone: the rail is a bar at the bottom, tables are cards. */
export function useNarrow(): boolean {
  return useMedia('(max-width: 719px)')
}

/** Whether the page is dark: by choice, or as the system is. */
export function useDark(): boolean {
  const choice = useSettings((s) => s.theme)
  const system = useMedia('(prefers-color-scheme: dark)')
  return choice === 'system' ? system : choice === 'dark'
}

const fontFamily = "'Inter Variable', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', system-ui, sans-serif"
const fontFamilyCode = "'JetBrains Mono Variable', ui-monospace, 'Noto Sans Mono CJK SC', monospace"

/** Colours with the contrast of WCAG 2.2 AA on their grounds. theme.css has the same for our own styles. */
const light = {
  colorPrimary: '#2f55e0',
  colorSuccess: '#0a6e46',
  colorWarning: '#8f5300',
  colorError: '#bf1d3c',
  colorInfo: '#2f55e0',
  colorLink: '#2447c4',
  colorText: '#1a1f29',
  colorTextSecondary: '#4d586b',
  colorTextTertiary: '#5f6a7d',
  colorTextPlaceholder: '#667085',
  colorTextDescription: '#4d586b',
  colorBgLayout: '#f5f6f8',
  colorBorder: '#cfd5df',
  colorBorderSecondary: '#e6e9ef',
}

const dark = {
  colorPrimary: '#4b6ff0',
  colorSuccess: '#4fcf95',
  colorWarning: '#e9ac4b',
  colorError: '#ff7d90',
  colorInfo: '#7f9dff',
  colorLink: '#9ab1ff',
  colorText: '#e6e9ef',
  colorTextSecondary: '#b1bac9',
  colorTextTertiary: '#9aa5b6',
  colorTextPlaceholder: '#98a2b3',
  colorTextDescription: '#b1bac9',
  colorBgBase: '#0f131a',
  colorBgLayout: '#0b0f15',
  colorBgContainer: '#141922',
  colorBgElevated: '#1a212c',
  colorBorder: '#3a4556',
  colorBorderSecondary: '#262f3d',
}

/** What the components look like. Motion is off for those who ask for less: a popup waits for the end of a real animation. */
export function useTheme(): ThemeConfig {
  const isDark = useDark()
  const still = useMedia('(prefers-reduced-motion: reduce)')
  return {
    algorithm: isDark ? antd.darkAlgorithm : antd.defaultAlgorithm,
    token: {
      ...(isDark ? dark : light),
      fontFamily,
      fontFamilyCode,
      fontSize: 14,
      borderRadius: 8,
      controlHeight: 34,
      motion: !still,
      wireframe: false,
    },
    components: {
      Table: { headerBorderRadius: 8, cellPaddingBlock: 10 },
      Tabs: { itemSelectedColor: isDark ? dark.colorLink : light.colorLink, itemHoverColor: isDark ? dark.colorLink : light.colorLink },
      Button: { fontWeight: 400, primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none' },
    },
  }
}
