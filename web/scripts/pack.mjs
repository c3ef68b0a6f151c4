// Packs what vite built (build/) into what the program embeds (dist/), for a server that hands out files as they lie: every
// text as .br and .gz and no longer as itself, but for index.html, which the server fills in anew for each request.
// New files come before the old ones go: dist is never empty, and a `go build` meanwhile never without a page.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const from = new URL('../build/', import.meta.url).pathname
const to = new URL('../dist/', import.meta.url).pathname
const texts = /\.(js|css|svg|json|txt)$/

async function filesIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((e) => e.isFile()).map((e) => relative(folder, join(e.parentPath, e.name)))
}

/** Every form of a file, by its name in dist. */
async function forms(file) {
  const raw = await readFile(join(from, file))
  if (!texts.test(file)) return [[file, raw]]
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length } }),
    promisify(gzip)(raw, { level: 9 }),
  ])
  return [
    [`${file}.br`, br],
    [`${file}.gz`, gz],
  ]
}

const packed = (await Promise.all((await filesIn(from)).map(forms))).flat()
// The page last: it names the others.
packed.sort(([a], [b]) => (a === 'index.html') - (b === 'index.html'))
for (const [file, bytes] of packed) {
  await mkdir(dirname(join(to, file)), { recursive: true })
  await writeFile(join(to, file), bytes)
}
const kept = new Set(['.gitkeep', ...packed.map(([file]) => file)])
await Promise.all((await filesIn(to)).filter((file) => !kept.has(file)).map((file) => rm(join(to, file))))
const sent = packed.filter(([file]) => file.endsWith('.br')).reduce((sum, [, bytes]) => sum + bytes.length, 0)
process.stdout.write(`packed ${kept.size - 1} files; all texts are ${Math.round(sent / 1000)} kB as brotli\n`)
