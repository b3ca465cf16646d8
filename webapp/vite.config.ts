import tailwindcss from '@tailwindcss/vite'
import { tanstackStart } from '@tanstack/react-start/plugin/vite'
import react from '@vitejs/plugin-react'
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
  plugins: [tailwindcss(), tanstackStart(), react(), routePathsWithinProject()],
}))
