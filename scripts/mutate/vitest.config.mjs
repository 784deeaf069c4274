import { defineConfig } from 'vitest/config';

// The tests that judge a mutant. Left out is what never looks at the behaviour of one condition: the sources, the
// bundle, and texts in bulk. They cost much for each mutant and could only make the score look better.
export default defineConfig({
  test: {
    include: (process.env.MUTATE_TESTS ?? 'test').split(',').map((name) => `${name.replace(/\/$/, '')}/**/*.test.ts`),
    exclude: [
      'test/host/**',
      'test/architecture/**',
      'test/longRuns/**',
      'test/fuzz/**',
      'test/cli/**',
      'test/grammar/**',
      'test/webview/page.test.ts',
      'test/webview/browser/**',
      'node_modules/**',
    ],
    silent: true,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
