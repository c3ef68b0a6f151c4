import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

/** Where `npm run dev` finds a server: `sluice demo --listen 127.0.0.1:8080`, or what SLUICE_URL names. */
const server = process.env['SLUICE_URL'] ?? 'http://127.0.0.1:8080'

/** In development there is no Go handler to fill in what index.html says of the request. */
function placeholders(): Plugin {
  return {
    name: 'sluice-placeholders',
    apply: 'serve',
    transformIndexHtml: (html) => html.replace('__SLUICE_PREFIX__', '').replace('__SLUICE_SESSION__', 'loopback').replace('__SLUICE_VERSION__', ''),
  }
}

/**
 * What goes into one chunk together. The order is by priority: state libraries have their own, or the canvas chunk takes
 * them along and every page loads it.
 */
const groups = [
  { name: 'state', test: /node_modules\/(zustand|zundo|use-sync-external-store|@tanstack|i18next|react-i18next)\//, priority: 60 },
  { name: 'react', test: /node_modules\/(react|react-dom|scheduler)\//, priority: 50 },
  { name: 'xyflow', test: /node_modules\/(@xyflow|d3-[a-z]+|classcat)\//, priority: 40 },
  { name: 'codemirror', test: /node_modules\/(@codemirror|@lezer|crelt|style-mod|w3c-keyname|@marijn)\//, priority: 40 },
  { name: 'echarts', test: /node_modules\/(echarts|zrender|tslib)\//, priority: 40 },
]

export default defineConfig({
  // Relative, so that the page works below any prefix; the server makes index.html's own addresses absolute.
  base: './',
  plugins: [react(), placeholders()],
  html: { cspNonce: '__CSP_NONCE__' },
  server: { proxy: { '/api': server, '/hooks': server, '/healthz': server, '/readyz': server } },
  build: {
    target: 'es2022',
    // scripts/pack.mjs makes dist of it.
    outDir: 'build',
    sourcemap: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: { output: { codeSplitting: { groups } } },
  },
  // A busy machine fetches an editor's code in more than the usual five seconds.
  test: { environment: 'happy-dom', include: ['src/**/*.test.{ts,tsx}'], restoreMocks: true, testTimeout: 30_000 },
})
