// Writes build/licences.txt: the licences of all packages that the page may consist of, with their texts.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const root = new URL('..', import.meta.url).pathname
const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'))

async function textOf(folder) {
  const files = await readdir(folder).catch(() => [])
  const file = files.find((f) => /^(licen[cs]e|copying)/i.test(f))
  return file ? (await readFile(join(folder, file), 'utf8')).trim() : ''
}

const parts = await Promise.all(
  Object.entries(packages)
    .filter(([path, p]) => path.startsWith('node_modules/') && !p.dev && !p.devOptional)
    .map(async ([path, p]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
      return `${name} ${p.version} (${p.license ?? 'see below'})\n${await textOf(join(root, path))}`
    }),
)
const head = `The page of Sluice consists of parts of the packages below.

elkjs is distributed unchanged, as a file of its own (elk-worker), under the Eclipse Public License 2.0.
Its source is at https://github.com/kieler/elkjs and https://github.com/eclipse-elk/elk.
`
await writeFile(join(root, 'build/licences.txt'), [head, ...parts.toSorted()].join(`\n\n${'-'.repeat(80)}\n\n`) + '\n')
