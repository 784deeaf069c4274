// Mutates the sources and asks the tests: which changes of the code does no test notice?
//   npm run mutate -- src/features/scenarios.ts           every mutant of these files
//   npm run mutate -- --sample 60 --seed 1 src/features   about 60 mutants, drawn by this seed
//   npm run mutate -- --tests test/features,test/webview src/features/scenarios.ts    asks these tests only: quicker, and
//                                                         the score is at most too low
// Without files: core/xtables, core/netfilter and features, which is hours of work without --sample.
// stryker.config.json has the rest. The report is .vscode-test/mutation.json.

import { Instrumenter } from '@stryker-mutator/instrumenter';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { cache, root, run } from './project.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    tests: { type: 'string', default: 'test' },
  },
});
const config = JSON.parse(readFileSync(path.join(root, 'stryker.config.json'), 'utf8'));
const all = config.mutate.map((/** @type {string} */ pattern) => pattern.replace('/**/*.ts', ''));
const files = (positionals.length > 0 ? positionals : all).flatMap(sourcesIn).sort();
mkdirSync(cache, { recursive: true });

/** @type {NodeJS.ProcessEnv} */
const env = { ...process.env, MUTATE_TESTS: values.tests };
let mutate = files;
if (values.sample !== undefined) {
  const places = draw(await placesOf(files), Number(values.sample), Number(values.seed));
  mutate = Object.entries(places).flatMap(([file, own]) => own.map((place) => `${file}:${place}`));
  env.MUTATE_DRAWN = path.join(cache, 'drawn.json');
  writeFileSync(env.MUTATE_DRAWN, JSON.stringify(places));
}
const configFile = path.join(cache, 'stryker.json');
writeFileSync(configFile, JSON.stringify({ ...config, mutate }));
const stryker = path.join(root, 'node_modules/@stryker-mutator/core/bin/stryker.js');
process.exit((await run(process.execPath, [stryker, 'run', configFile], { show: true, env })).code);

/** @param {string} name of a file or a folder, from the root of the project @returns {string[]} */
function sourcesIn(name) {
  if (!statSync(path.join(root, name)).isDirectory()) return [name];
  return readdirSync(path.join(root, name), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.posix.join(name, file.replaceAll('\\', '/')));
}

/**
 * Every place that Stryker would change, once for each of its mutants.
 * @param {readonly string[]} names @returns {Promise<{ file: string, place: string }[]>} places as `line:column-line:column`, lines from 1
 */
async function placesOf(names) {
  const silent = { isDebugEnabled: () => false, debug() {}, info() {}, warn() {} };
  const { mutants } = await new Instrumenter(/** @type {any} */ (silent)).instrument(
    names.map((name) => ({ name, mutate: true, content: readFileSync(path.join(root, name), 'utf8') })),
    { plugins: null, excludedMutations: [], ignorers: [], noHeader: false },
  );
  return mutants.map(({ fileName, location: { start, end } }) => ({
    file: fileName,
    place: `${start.line + 1}:${start.column}-${end.line + 1}:${end.column}`,
  }));
}

/**
 * A random choice that only the seed decides. All mutants of a chosen place are run.
 * @param {{ file: string, place: string }[]} all @param {number} count @param {number} seed
 * @returns {Record<string, string[]>} the places by file
 */
function draw(all, count, seed) {
  const next = random(seed);
  const rest = [...all];
  /** @type {Record<string, string[]>} */
  const drawn = {};
  for (let taken = 0; taken < count && rest.length > 0;) {
    const [chosen] = rest.splice(Math.floor(next() * rest.length), 1);
    if (!chosen || drawn[chosen.file]?.includes(chosen.place)) continue;
    (drawn[chosen.file] ??= []).push(chosen.place);
    taken += all.filter(({ file, place }) => file === chosen.file && place === chosen.place).length;
  }
  return drawn;
}

/** mulberry32: numbers from 0 to 1, the same for the same seed. @param {number} seed */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
