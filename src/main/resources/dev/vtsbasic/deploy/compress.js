// Compresses files with brotli at level 11, zstd at level 19 and gzip at level 9, and keeps each result that is smaller
// than the source. The JVM writes one line of JSON to stdin: a list of { source, target }. If stdin ends before the
// work is done, this process exits, because the JVM has then ended or given up.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import os from 'node:os'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import zlib from 'node:zlib'

const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT, ZSTD_c_compressionLevel } = zlib.constants
const CODINGS = [
  [
    '.br',
    (bytes) =>
      promisify(zlib.brotliCompress)(bytes, {
        params: { [BROTLI_PARAM_QUALITY]: 11, [BROTLI_PARAM_SIZE_HINT]: bytes.length },
      }),
  ],
  ['.zst', (bytes) => promisify(zlib.zstdCompress)(bytes, { params: { [ZSTD_c_compressionLevel]: 19 } })],
  ['.gz', (bytes) => promisify(zlib.gzip)(bytes, { level: 9 })],
]

async function compress({ source, target }) {
  const bytes = await readFile(source)
  await mkdir(dirname(target), { recursive: true })
  for (const [suffix, code] of CODINGS) {
    const coded = await code(bytes)
    if (coded.length < bytes.length) {
      await writeFile(`${target}${suffix}.part`, coded)
      await rename(`${target}${suffix}.part`, target + suffix)
    }
  }
}

async function work(jobs) {
  const next = jobs[Symbol.iterator]()
  // The concurrent loops share one iterator, so that each job begins once.
  await Promise.all(
    Array.from({ length: os.availableParallelism() }, async () => {
      for (const job of { [Symbol.iterator]: () => ({ next: () => next.next() }) }) await compress(job)
    }),
  )
  process.exit(0)
}

os.setPriority(10)
let line = ''
process.stdin.setEncoding('utf8')
process.stdin.on('end', () => process.exit(1))
process.stdin.on('data', (text) => {
  line += text
  if (line.endsWith('\n')) work(JSON.parse(line))
})
process.on('unhandledRejection', (problem) => {
  console.error(problem.message)
  process.exit(1)
})
