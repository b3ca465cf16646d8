// Prints src/main/resources/dev/vtsbasic/asset/media-types.txt from npm's mime-db:
//   npm install --prefix target/mime-db mime-db@1.54.0
//   NODE_PATH=target/mime-db/node_modules target/bun/WEB-INF/bun/bun src/build/media-types.mjs
import db from 'mime-db'

const RANK = { iana: 3, apache: 2, nginx: 1 }
const rank = ([type, { source }]) =>
  (RANK[source] ?? 0) * 4 +
  // Of several registered types, browsers mostly need the specific one, not application/*.
  (type.startsWith('application/') ? 0 : 1) +
  (type === 'application/xml' ? 2 : 0)

const best = new Map()
for (const entry of Object.entries(db)) {
  for (const extension of entry[1].extensions ?? []) {
    if (!best.has(extension) || rank(entry) > rank(best.get(extension))) best.set(extension, entry)
  }
}
console.log('# extension, media type, whether it is worth compressing; from mime-db 1.54.0 by src/build/media-types.mjs')
for (const [extension, [type, { compressible }]] of [...best].sort(([a], [b]) => (a < b ? -1 : 1))) {
  console.log([extension, type, compressible ? 'yes' : 'no'].join(' '))
}
