// Collects the tests once, and asks them about each mutant in this one process.

import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { VitestTestRunner } from 'vitest/runners';

/** A mutant that makes code run so many times as often as it did without it never ends. */
const ENDLESS = 100;

/** Milliseconds of processor time that the tests of one mutant may take together. The quick ones are asked first. */
const PATIENCE = 30_000;

/** The namespace of Stryker's instrumented code. @type {any} */
const stryker = /** @type {any} */ (globalThis.__stryker__ ??= {});

/**
 * @typedef {object} Work what `scripts/mutate.mjs` asks for
 * @property {string[]} mutants their ids
 * @property {string} coverageFile where it is kept which tests reach which mutants
 * @property {string} resultFile one line of JSON for each mutant
 * @property {number} longest milliseconds of processor time; tests that take longer are not asked
 */

export default class MutantRunner extends VitestTestRunner {
  /** @param {import('vitest').RunnerTestFile[]} files */
  async onCollected(files) {
    // Without all tests each mutant would look alive.
    if (files.some(({ result }) => result?.state === 'fail')) return;
    /** @type {Work} */
    const work = JSON.parse(readFileSync(process.env.MUTATE_WORK ?? '', 'utf8'));
    const tests = new Map(files.flatMap(({ tasks }) => testsOf(tasks, '')));
    const coverage = existsSync(work.coverageFile)
      ? JSON.parse(readFileSync(work.coverageFile, 'utf8'))
      : await coverageOf(tests, work);
    const told = existsSync(work.resultFile) ? readFileSync(work.resultFile, 'utf8').trimEnd().split('\n') : [];
    const done = new Set(told.map((line) => JSON.parse(line).id));
    const tell = (/** @type {object} */ result) => appendFileSync(work.resultFile, `${JSON.stringify(result)}\n`);
    let first = true;
    for (const id of work.mutants) {
      if (done.has(id)) continue;
      const { status, by, state, met } = await judge(id, coverage.reached[id] ?? [], tests);
      // What a mutant left behind in the process might decide about the next ones.
      if (state === 'spoilt' && !first) break;
      tell({ id, status: coverage.fixed.includes(id) && status === 'not reached' ? 'static' : status, by, met });
      if (state === 'spoilt') break;
      first = false;
      await turn();
    }
    for (const file of files) file.mode = 'skip';
    this.cancel('keyboard-input');
  }
}

/** @param {readonly any[]} tasks @param {string} above @returns {[string, any][]} the tests by their full names */
function testsOf(tasks, above) {
  return tasks.flatMap((task, i) => {
    const name = `${above} ${task.name}`;
    if (task.mode === 'skip' || task.mode === 'todo') return [];
    return task.type === 'test' ? [[`${name} #${i}`, task]] : testsOf(task.tasks, name);
  });
}

/**
 * Which tests reach which mutants, the quick ones first, and which mutants are reached before any test begins.
 * @param {ReadonlyMap<string, any>} tests @param {Work} work
 */
async function coverageOf(tests, { coverageFile, longest }) {
  /** @type {Record<string, [name: string, hits: number, milliseconds: number][]>} */
  const reached = {};
  const omitted = [];
  for (const [name, test] of tests) {
    stryker.currentTestId = name;
    const before = process.cpuUsage();
    const error = await failureOf(test);
    const { user, system } = process.cpuUsage(before);
    const took = (user + system) / 1000;
    const own = stryker.mutantCoverage?.perTest[name] ?? {};
    delete stryker.mutantCoverage?.perTest[name];
    if (error || took > longest) omitted.push(name);
    else for (const [id, hits] of Object.entries(own)) (reached[id] ??= []).push([name, Number(hits), took]);
  }
  stryker.currentTestId = undefined;
  for (const [id, list] of Object.entries(reached)) reached[id] = inTurn(list);
  const coverage = { reached, fixed: Object.keys(stryker.mutantCoverage?.static ?? {}), omitted };
  writeFileSync(coverageFile, JSON.stringify(coverage));
  return coverage;
}

/**
 * Those of a mutant's tests that fit into the time for it. The quick ones are first, and each test file has the same
 * share of the time: there may be one with thousands of quick tests of the same kind.
 * @param {[name: string, hits: number, milliseconds: number][]} tests
 */
function inTurn(tests) {
  /** @type {Map<string, number>} */
  const spentIn = new Map();
  const byShare = tests
    .sort(([, , a], [, , b]) => a - b)
    .map((test) => {
      const file = test[0].slice(0, test[0].indexOf('.test.ts'));
      const spent = (spentIn.get(file) ?? 0) + test[2];
      spentIn.set(file, spent);
      return { test, spent };
    })
    .sort((a, b) => a.spent - b.spent);
  let sum = 0;
  return byShare.filter(({ test: [, , took] }, i) => (sum += took) <= PATIENCE || i === 0).map(({ test }) => test);
}

/** @param {string} id @param {[string, number, number][]} reaching @param {ReadonlyMap<string, any>} tests */
async function judge(id, reaching, tests) {
  if (reaching.length === 0) return { status: 'not reached' };
  let met = 0;
  for (const [name, hits] of reaching) {
    const test = tests.get(name);
    stryker.hitCount = 0;
    stryker.hitLimit = hits * ENDLESS;
    stryker.activeMutant = id;
    const error = await failureOf(test);
    met += stryker.hitCount;
    stryker.activeMutant = undefined;
    stryker.hitCount = undefined;
    if (error) return { status: 'killed', by: name, state: (await failureOf(test)) ? 'spoilt' : 'sound' };
  }
  return { status: 'survived', by: `${reaching.length} tests`, met };
}

/** @param {any} test */
async function failureOf(test) {
  try {
    await VitestTestRunner.getTestFn(test)();
    return undefined;
  } catch (error) {
    return error ?? true;
  }
}
