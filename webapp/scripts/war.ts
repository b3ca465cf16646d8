// Runs the product's WAR with the given arguments on this folder's build.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

const war = resolve(import.meta.dirname, '../../target/vts-basic.war')

if (!existsSync(war)) {
  console.error(`${war} does not exist: run \`mvn package\` in the project's folder first.`)
  process.exit(2)
}

const child = Bun.spawn(['java', '-jar', war, ...process.argv.slice(2)], {
  env: { ...process.env, VTS_APP_DIR: resolve(import.meta.dirname, '../dist') },
  stdio: ['inherit', 'inherit', 'inherit'],
})

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    child.kill(signal)
  })
}

process.exitCode = await child.exited
