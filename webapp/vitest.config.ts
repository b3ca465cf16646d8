import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { tsconfigPaths: true },
  // Bun cannot run the default pool of forked processes.
  test: { include: ['src/**/*.test.ts'], pool: 'threads' },
})
