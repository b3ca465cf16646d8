import tailwindcss from '@tailwindcss/vite'
import { tanstackStart } from '@tanstack/react-start/plugin/vite'
import react from '@vitejs/plugin-react'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { defineConfig, type Plugin } from 'vite'

/**
 * Shortens the source paths in the server's manifest. By default they are absolute, so the same sources would get another
 * hash in another directory, and the build would reveal the path.
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

/** The npm package of a module, as name@version; undefined for a module of this project. */
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
      // Some packages have another package.json in a directory, with only the type of its modules.
      if (name && version) return `${name}@${version}`
    }
  }
  return undefined
}

/** Lists in dist/ the packages of a build, for the bill of materials: one list for browsers, one for the server. */
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
  // A placeholder for the path of the app, which is known only at the start: docs/context-path.md.
  base: command === 'build' ? '/__VTS_BASE__/' : '/',
  resolve: { tsconfigPaths: true },
  environments: {
    ssr: {
      resolve: {
        // The server build contains its dependencies, so that it runs without node_modules. The
        // development server cannot, because it loads CommonJS packages only from there.
        noExternal: command === 'build' ? true : [],
      },
    },
  },
  plugins: [tailwindcss(), tanstackStart(), react(), routePathsWithinProject(), listOfPackages()],
}))
