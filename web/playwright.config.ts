import { defineConfig } from '@playwright/test'

/** Tests against the real program: e2e/program.ts starts one for each installation, with a data folder of its own. */
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'e2e/.results',
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  // A machine that is busy with other things may take longer than any wait; what fails twice is wrong. A second try is told.
  retries: 1,
  reporter: [['list']],
  use: {
    actionTimeout: 20_000,
    viewport: { width: 1600, height: 940 },
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    contextOptions: { reducedMotion: 'reduce' },
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
