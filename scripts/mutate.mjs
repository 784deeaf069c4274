// Mutates the sources and asks the tests: which changes of the code does no test notice?
//   npm run mutate -- src/features/scenarios.ts           every mutant of these files
//   npm run mutate -- --sample 150 --seed 1 src/features  150 of its mutants, drawn by this seed; of each folder named
//   npm run mutate -- --tests test/features,test/traceReport src/features/scenarios.ts    asks these tests only: quicker,
//                                                         and the score is at most too low
//   npm run mutate -- --go-on …                            goes on with the same run, where it was stopped
// Without files: core/xtables, core/netfilter and features. The tests are loaded once, with all mutants in the sources,
// each behind a switch. Every mutant is shown with the lines that it is in. The report is .vscode-test/mutate/report.json.

import { Instrumenter } from '@stryker-mutator/instrumenter';
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { cache, root } from './project.mjs';

/** Folders whose score should be 85 % or more. */
const FOLDERS = ['src/core/xtables', 'src/core/netfilter', 'src/features'];

/**
 * Tests that are not asked: those of the sources as text, of the bundle, of other processes and of texts in bulk, which
 * cost much and could only make the score look better, and those that need a DOM or modules of their own.
 */
const NOT_ASKED =
  /^test\/(architecture|cli\/(bytes|hostile|internalError|program)|fuzz|grammar|host|longRuns|webview\/(page|browser))[/.]|^test\/features\/share\/mermaid/;

/** Milliseconds of processor time of a test beyond which it is not asked. */
const LONGEST = 4000;
/** Milliseconds without a mutant that is done, after which it is taken for endless. */
const STUCK = 180_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    tests: { type: 'string', default: 'test' },
    'go-on': { type: 'boolean', default: false },
  },
});
const folder = path.join(cache, 'mutate');
const work = path.join(folder, 'work.json');
const [coverageFile, resultFile, testFile] = ['coverage.json', 'results.jsonl', 'all.test.ts'].map((name) =>
  path.join(folder, name),
);
if (!values['go-on']) rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const names = positionals.length > 0 ? positionals : FOLDERS;
const drawn = [];
for (const name of names) {
  const all = (await instrumented(filesIn(name, '.ts'))).mutants;
  drawn.push(...(values.sample === undefined ? all : draw(all, Number(values.sample), Number(values.seed))));
}
const wanted = new Set(drawn.map(keyOf));
const { files: sources, mutants } = await instrumented([...new Set(drawn.map(({ fileName }) => fileName))], drawn);
const asked = mutants.filter((mutant) => wanted.has(keyOf(mutant)));
const tests = values.tests
  .split(',')
  .flatMap((name) => filesIn(name, '.test.ts'))
  .filter((name) => !NOT_ASKED.test(name));
writeFileSync(testFile, `import { describe } from 'vitest';\n${tests.map(loading).join('\n')}\n`);
writeFileSync(
  work,
  JSON.stringify({
    mutants: asked.map(({ id }) => id),
    sources: Object.fromEntries(sources.map(({ name, content }) => [path.join(root, name), content])),
    coverageFile,
    resultFile,
    testFile,
    longest: LONGEST,
  }),
);
process.stdout.write(`${asked.length} mutants in ${sources.length} files, ${tests.length} test files\n`);
await judgeAll();
report();

/** @typedef {Awaited<ReturnType<Instrumenter['instrument']>>['mutants'][number]} Mutant */

/** @param {string} name of a file or a folder, from the root of the project @param {string} end @returns {string[]} */
function filesIn(name, end) {
  if (!statSync(path.join(root, name)).isDirectory()) return [name];
  return readdirSync(path.join(root, name), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(end))
    .map((file) => path.posix.join(name, file.replaceAll('\\', '/')))
    .sort();
}

/** @param {string} test */
function loading(test) {
  const name = JSON.stringify(test);
  return `describe(${name}, async () => { await import(${JSON.stringify(path.join(root, test))}); });`;
}

/** A mutant, whichever others are in the source. @param {Mutant} mutant */
function keyOf({ fileName, location: { start, end }, mutatorName, replacement }) {
  return [fileName, start.line, start.column, end.line, end.column, mutatorName, replacement].join(' ');
}

/**
 * The sources with mutants in them: all, or those on the way to the ones that were drawn.
 * @param {readonly string[]} names @param {readonly Mutant[]} [drawn]
 * @returns {Promise<{ files: { name: string, content: string }[], mutants: Mutant[] }>}
 */
async function instrumented(names, drawn) {
  const silent = { isDebugEnabled: () => false, debug() {}, info() {}, warn() {} };
  const places = drawn && byFile(drawn);
  /** @param {any} nodePath */
  const shouldIgnore = ({ node: { loc }, hub }) => {
    const own = places?.get(hub?.file?.opts?.filename);
    return !own || !loc || own.some(({ location }) => holds(loc, location)) ? undefined : 'not drawn';
  };
  const result = await new Instrumenter(/** @type {any} */ (silent)).instrument(
    names.map((name) => ({ name, mutate: true, content: readFileSync(path.join(root, name), 'utf8') })),
    { plugins: null, excludedMutations: [], ignorers: [{ shouldIgnore }], noHeader: false },
  );
  return { files: result.files, mutants: result.mutants.filter(({ status }) => status === undefined) };
}

/** @template {Mutant} T @param {readonly T[]} mutants @returns {Map<string, T[]>} */
function byFile(mutants) {
  const own = new Map(mutants.map(({ fileName }) => [fileName, /** @type {T[]} */ ([])]));
  for (const mutant of mutants) own.get(mutant.fileName)?.push(mutant);
  return own;
}

/**
 * Whether a node is around a mutant. Lines of nodes count from 1, those of mutants from 0.
 * @param {Mutant['location']} outer @param {Mutant['location']} inner
 */
function holds(outer, { start, end }) {
  const before = outer.start.line - 1 - start.line || outer.start.column - start.column;
  const after = outer.end.line - 1 - end.line || outer.end.column - end.column;
  return before <= 0 && after >= 0;
}

/** A random choice that only the seed decides. @param {readonly Mutant[]} all @param {number} count @param {number} seed */
function draw(all, count, seed) {
  const next = random(seed);
  const rest = [...all];
  return Array.from({ length: Math.min(count, all.length) }, () =>
    rest.splice(Math.floor(next() * rest.length), 1),
  ).flat();
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

/** @returns {{ id: string, status: string, by?: string }[]} */
function results() {
  const lines = existsSync(resultFile) ? readFileSync(resultFile, 'utf8').trimEnd().split('\n') : [];
  return lines.map((line) => JSON.parse(line));
}

/** Starts the tests, again where a mutant spoils the process or never ends, until each mutant has a result. */
async function judgeAll() {
  for (let count = -1; results().length < asked.length;) {
    if (results().length === count) throw new Error('The tests do not start. See the output above.');
    count = results().length;
    const stuck = await once();
    const next = asked[results().length];
    if (stuck && existsSync(coverageFile) && next) {
      appendFileSync(resultFile, `${JSON.stringify({ id: next.id, status: 'killed', by: 'endless' })}\n`);
    }
  }
}

/** @returns {Promise<boolean>} whether it was ended because it did not go on */
function once() {
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--config', path.join(root, 'scripts/mutate/vitest.config.mjs'), '--root', root];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, MUTATE_WORK: work, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let [count, since, stuck] = [-1, Date.now(), false];
  const watch = setInterval(() => {
    const done = results().length;
    // The first run of all tests tells nothing until it has ended.
    if (done !== count || !existsSync(coverageFile)) [count, since] = [done, Date.now()];
    if (process.stdout.isTTY) process.stdout.write(`\r${done}/${asked.length}`);
    if (Date.now() - since < STUCK) return;
    stuck = true;
    child.kill('SIGKILL');
  }, 1000);
  return new Promise((resolve) => {
    child.on('close', () => {
      clearInterval(watch);
      resolve(stuck);
    });
  });
}

/** Shows which mutants were not noticed, and the score of each file and folder. */
function report() {
  const byId = new Map(results().map((result) => [result.id, result]));
  const judged = asked.map((mutant) => ({ ...mutant, ...byId.get(mutant.id), key: keyOf(mutant) }));
  writeFileSync(path.join(folder, 'report.json'), JSON.stringify(judged, null, 1));
  const missed = judged.filter(({ status }) => status === 'survived' || status === 'not reached');
  process.stdout.write('\n');
  for (const { fileName, location, replacement, mutatorName, status, by } of missed) {
    const lines = readFileSync(path.join(root, fileName), 'utf8').split('\n');
    const [first, last] = [location.start.line, location.end.line];
    process.stdout.write(
      `${fileName}:${first + 1}:${location.start.column + 1} ${mutatorName}, ${status} ${by ?? ''}\n`,
    );
    for (const line of lines.slice(first, Math.min(last, first + 3) + 1)) process.stdout.write(`  - ${line.trim()}\n`);
    process.stdout.write(`  + ${(replacement ?? '').split('\n').slice(0, 4).join('\n    ')}\n`);
  }
  const counted = judged.filter(({ status }) => status !== 'static');
  const score = (/** @type {typeof judged} */ list) =>
    `${((list.filter(({ status }) => status === 'killed').length / list.length) * 100).toFixed(1)} % of ${list.length}`;
  for (const [file, own] of byFile(counted)) {
    if (own.some((mutant) => missed.includes(mutant))) process.stdout.write(`${score(own)}  ${file}\n`);
  }
  const { omitted } = JSON.parse(readFileSync(coverageFile, 'utf8'));
  process.stdout.write(`${omitted.length} tests not asked: they take long or fail a second time\n`);
  for (const name of names) {
    const own = judged.filter(({ fileName }) => fileName === name || fileName.startsWith(`${name}/`));
    const early = own.filter(({ status }) => status === 'static');
    const rest = own.filter((mutant) => !early.includes(mutant));
    process.stdout.write(`${name}: ${score(rest)}; ${early.length} more run before any test begins\n`);
  }
}
