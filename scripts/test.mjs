// All checks of the project, or some of them:  node scripts/test.mjs [types] [format] [lint] [unused] [units] [bulk] [page] [host]
// The last line is `N passed, N failed`, and the exit code says the same.

import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from './build.mjs';
import { noBrowser } from './host/debian.mjs';
import { prepareHosts, runSuites } from './host/suite.mjs';
import { cache, root, run } from './project.mjs';

const all = ['types', 'format', 'lint', 'unused', 'units', 'bulk', 'page', 'host'];
const wanted = process.argv.slice(2).length ? process.argv.slice(2) : all;
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length) {
  console.error(`unknown check ${unknown.join(', ')}: there are ${all.join(', ')}`);
  process.exit(2);
}

/**
 * Threads that help to collect garbage mostly wait for each other where every core has a test of its own. With more room
 * for young objects they are copied less often.
 */
const COLLECTING = ['--single-threaded-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'];

let passed = 0,
  failed = 0;
mkdirSync(cache, { recursive: true });
const inBrowser = wanted.filter((name) => name === 'page' || name === 'host');
const withoutBrowser = inBrowser.length ? noBrowser() : undefined;
// A person who has to install something sees that before ten minutes of other checks, and not after them.
if (withoutBrowser !== undefined) {
  failed++;
  console.log(`✗ ${inBrowser.join(', ')}\n${withoutBrowser}`);
}
const hosts = wanted.includes('host') && withoutBrowser === undefined ? prepareHosts() : undefined;
// The units load the sources and ask little of them, so that those of the bulk are loaded in the same run.
const tests = [...(wanted.includes('units') ? ['units', 'alone'] : []), ...(wanted.includes('bulk') ? ['bulk'] : [])];
if (tests.length || hosts) await step('build', () => build({ minify: true }));
await Promise.all([typesFormatAndUnused(), wanted.includes('lint') && lint()]);
if (tests.length) await vitest('units', ...tests);
if (wanted.includes('page') && withoutBrowser === undefined) await vitest('page', 'browser');
if (hosts)
  for await (const suite of runSuites(hosts)) {
    passed += suite.passed;
    failed += suite.failed;
    console.log(`\n${suite.host}`);
    for (const line of suite.lines) console.log(`  ${line}`);
  }
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);

async function typesFormatAndUnused() {
  if (wanted.includes('types')) await types();
  if (wanted.includes('format')) await format();
  if (wanted.includes('unused')) await unused();
}

/** Each part of the code with only the globals that it may use, and then everything, tests included. */
async function types() {
  for (const program of ['core', 'host', 'webview', 'cli', '']) {
    const config = program ? `tsconfig.${program}.json` : 'tsconfig.json';
    await tool(`types, ${config}`, 'typescript/bin/tsc', ['--noEmit', '-p', config]);
  }
}

async function format() {
  const cache = ['--cache', '--cache-strategy', 'content', '--cache-location', '.vscode-test/prettier.json'];
  await tool('format (mend it with: npm run format)', 'prettier/bin/prettier.cjs', [
    '--check',
    '--log-level',
    'warn',
    ...cache,
    '.',
  ]);
}

async function lint() {
  await tool('lint', 'eslint/bin/eslint.js', ['.', '--max-warnings=0']);
}

/** Files, exports and packages that nothing uses: knip.json names where the programs begin. */
async function unused() {
  await tool('unused', 'knip/bin/knip.js', ['--no-progress', '--treat-config-hints-as-errors']);
}

/**
 * Tests count one by one; their output is shown as it comes.
 * @param {string} name @param {string[]} projects of vitest.config.mjs
 */
async function vitest(name, ...projects) {
  const report = path.join(cache, `${name}.json`);
  rmSync(report, { force: true });
  const { code } = await run(
    process.execPath,
    [
      ...COLLECTING,
      bin('vitest/vitest.mjs'),
      'run',
      ...projects.map((project) => `--project=${project}`),
      '--reporter=dot',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    { show: true, env: process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined } },
  );
  try {
    const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
    passed += numPassedTests;
    // A file that cannot be loaded has no failed tests, and still fails the run.
    failed += numFailedTests || (code !== 0 ? Math.max(1, numFailedTestSuites) : 0);
  } catch {
    failed++;
    console.log(`✗ ${name}: vitest left no report`);
  }
}

/** @param {string} name @param {string} script of a package @param {string[]} args */
async function tool(name, script, args) {
  await step(name, async () => {
    const { code, output } = await run(process.execPath, [bin(script), ...args]);
    if (code !== 0) throw new Error(output.trim() || `exit code ${code}`);
  });
}

/** @param {string} name @param {() => Promise<unknown>} work */
async function step(name, work) {
  const start = Date.now();
  try {
    await work();
    passed++;
    console.log(`✓ ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed++;
    console.log(`✗ ${name}\n${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @param {string} script */
function bin(script) {
  return path.join(root, 'node_modules', script);
}
