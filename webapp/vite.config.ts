import tailwindcss from '@tailwindcss/vite'
import { tanstackStart } from '@tanstack/react-start/plugin/vite'
import react from '@vitejs/plugin-react'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { defineConfig, type Plugin } from 'vite'

/**
 * The server's manifest names the source file of each route by its whole path, so that the same sources built in another
 * directory would get another hash, and the path would be told to everyone who has the build.
 */
function routePathsWithinProject(): Plugin {
  let root = ''
  return {
    name: 'route-paths-within-project',
    configResolved(config) {
      root = config.root
    },
    transform: {
      filter: { id: /tanstack-start-manifest/ },
      handler: (code) => code.replaceAll(`${root}/`, ''),
    },
  }
}

/** The npm package that a module is of, as name@version; nothing for a module of ours. */
function packageOf(id: string): string | undefined {
  const file = id.replace(/^\0/, '').replace(/\?.*$/, '')
  for (
    let directory = dirname(file);
    directory.includes('/node_modules/');
    directory = dirname(directory)
  ) {
    const manifest = join(directory, 'package.json')
    if (existsSync(manifest)) {
      const { name, version } = JSON.parse(readFileSync(manifest, 'utf8')) as {
        name?: string
        version?: string
      }
      // Some have another in a directory, which only says how its modules are to be read.
      if (name && version) return `${name}@${version}`
    }
  }
  return undefined
}

/** Writes to dist/ which packages a build contains, for the bill of materials: one list for browsers, one for the server. */
function listOfPackages(): Plugin {
  return {
    name: 'list-of-packages',
    apply: 'build',
    writeBundle({ dir }, bundle) {
      const packages = Object.values(bundle)
        .flatMap((chunk) => (chunk.type === 'chunk' ? Object.entries(chunk.modules) : []))
        .filter(([, module]) => module.renderedLength > 0)
        .map(([id]) => packageOf(id))
        .filter((name) => name !== undefined)
      const list = JSON.stringify([...new Set(packages)].sort(), null, 2)
      if (dir) writeFileSync(join(dir, '..', `packages-${this.environment.name}.json`), `${list}\n`)
    },
  }
}

export default defineConfig(({ command }) => ({
  // Stands for the address that the app is deployed at, which only the host knows: see docs/context-path.md.
  base: command === 'build' ? '/__VTS_BASE__/' : '/',
  resolve: { tsconfigPaths: true },
  environments: {
    ssr: {
      resolve: {
        // The server build carries its dependencies, so that it runs without node_modules.
        // The development server cannot: it takes CommonJS packages only from there.
        noExternal: command === 'build' ? true : [],
      },
    },
  },
  plugins: [tailwindcss(), tanstackStart(), react(), routePathsWithinProject(), listOfPackages()],
}))
