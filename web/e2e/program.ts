import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** The program that is tested: SLUICE_BIN, else what `make build` built. */
const binary = process.env['SLUICE_BIN'] ?? new URL('../../bin/sluice', import.meta.url).pathname

export const token = 'e2e-administrator'

/** How the program runs: over an empty folder, or as the demonstration with orders coming in. */
export type Mode = 'serve' | 'demo'

/** A program that runs, with a data folder of its own. */
export class Program {
  readonly url: string
  private child: ChildProcess
  private readonly mode: Mode
  private readonly folder: string

  private constructor(url: string, child: ChildProcess, mode: Mode, folder: string) {
    this.url = url
    this.child = child
    this.mode = mode
    this.folder = folder
  }

  static async start(mode: Mode): Promise<Program> {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-e2e-'))
    const child = launch(mode, folder, '127.0.0.1:0')
    return new Program(await addressOf(child), child, mode, folder)
  }

  /** Ends it as a power cut does. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL')
    await once(this.child, 'exit')
  }

  /** Starts it anew after kill, over the same data and at the same address. */
  async restart(): Promise<void> {
    this.child = launch(this.mode, this.folder, new URL(this.url).host)
    await addressOf(this.child)
  }

  /** A call of the API as the administrator. */
  async api(method: string, path: string, body?: string): Promise<Response> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      body,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return response
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGTERM')
      // Runs of the demonstration may take their time; the folder goes in any case.
      this.child.kill('SIGTERM')
      await once(this.child, 'exit')
    }
    await rm(this.folder, { recursive: true, force: true })
  }
}

function launch(mode: Mode, folder: string, listen: string): ChildProcess {
  return spawn(binary, [mode, '--data', folder, '--listen', listen], {
    env: { ...process.env, SLUICE_ADMIN_TOKEN: token, LANG: 'en_US.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Waits for the line that names the address; what the program says is in the error if it never comes. */
async function addressOf(child: ChildProcess): Promise<string> {
  const said: string[] = []
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue
      createInterface({ input: stream }).on('line', (line) => {
        if (said.length < 100) said.push(line)
        const found = /serving on (http:\/\/\S+?),?( |$)/.exec(line)
        if (found?.[1]) resolve(found[1])
      })
    }
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${binary} ended with ${code}:\n${said.join('\n')}`)))
  })
}
