import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/host/**', 'node_modules/**'],
    // What a test prints matters where it fails.
    silent: 'passed-only',
    // No test waits for a clock: this is for a machine that is ten times slower and busy.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
