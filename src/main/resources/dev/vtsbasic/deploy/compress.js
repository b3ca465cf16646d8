// Makes files in other content codings: brotli 11, zstd 19, gzip 9. One line of JSON comes on stdin, a list of
// { source, target }; when stdin ends before the work does, whoever wants it is gone.
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
  // Iterated by several at a time, each job is begun once.
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
