import { readFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'vitest/config';

// The sources with every mutant in them, each behind a switch, and one test file that imports the others.

const { sources, testFile } = JSON.parse(readFileSync(process.env.MUTATE_WORK ?? '', 'utf8'));

export default defineConfig({
  plugins: [
    {
      name: 'mutants',
      enforce: 'pre',
      /** @param {string} id */
      load: (id) => sources[id.split('?')[0] ?? ''],
    },
  ],
  test: {
    include: [path.relative(process.cwd(), testFile)],
    exclude: [],
    runner: path.resolve('scripts/mutate/runner.mjs'),
    pool: 'threads',
    maxWorkers: 1,
    silent: true,
    passWithNoTests: true,
    // A test that has mutants in it is stopped by how often they are met.
    testTimeout: 0,
    hookTimeout: 0,
  },
});
