import { defineConfig } from 'vitest/config';

/** Files that replace modules, need a DOM, or measure what the heap of other files would disturb. */
const alone = [
  'test/cli/internalError.test.ts',
  'test/features/share/mermaid.test.ts',
  'test/longRuns/**/*.test.ts',
  'test/webview/page/**/*.test.ts',
];

/** Files that need a Chromium. */
const browser = ['test/webview/browser/**/*.test.ts'];

/**
 * Files that ask very much: what kernels and programs recorded, long tables of traces, random inputs, the sources as
 * text, other processes. Run apart from the rest, which is what one runs after every change.
 */
const bulk = ['test/**/*.bulk.test.ts'];

export default defineConfig({
  test: {
    // What a test prints matters where it fails.
    silent: 'passed-only',
    // No test waits for a clock: this is for a machine that is ten times slower and busy.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // What was compiled once is read the next time: a run of one folder takes a third less.
    experimental: { fsModuleCache: true, fsModuleCachePath: '.vscode-test/compiled' },
    // A worker of another process gets each module over a pipe, which takes a quarter of the time of a small run.
    pool: 'threads',
    projects: [
      // The sources keep no state, and loading them anew for each file would be most of the work.
      {
        extends: true,
        test: {
          name: 'units',
          include: ['test/**/*.test.ts'],
          exclude: [...alone, ...browser, ...bulk, 'test/host/**', 'node_modules/**'],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'bulk', include: bulk, isolate: false } },
      { extends: true, test: { name: 'alone', include: alone } },
      { extends: true, test: { name: 'browser', include: browser, globalSetup: 'test/webview/browser/chromium.mjs' } },
    ],
  },
});
