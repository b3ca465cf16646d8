import tailwindcss from '@tailwindcss/vite'
import { tanstackStart } from '@tanstack/react-start/plugin/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig(({ command }) => ({
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
  plugins: [tailwindcss(), tanstackStart(), react()],
}))
