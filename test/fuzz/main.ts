import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread, Worker } from 'node:worker_threads';
import { readCorpus } from './corpus';
import type { Json } from './kind';
import { KINDS, kindNamed } from './kinds/index';
import { inputOf, signatureOf, type Finding } from './run';
import { shrink } from './shrink';
import { work, type Report, type Work } from './worker';

const USAGE = `npm run fuzz -- [--seed N] [--count N] [--minutes N] [--kind ${KINDS.map(({ kind }) => kind.name).join('|')}] [--from N] [--most N] [--write] [--replay FILE]
  Feeds random inputs to everything that reads one, and looks that nothing throws, hangs or loses a byte. An input is identified by the seed
  and its index; what is found is made smaller and printed, with --write kept in test/fixtures/fuzz, where the unit tests replay it.`;

/** An input that takes more processor time than this hangs. In milliseconds. */
const LONGEST = 1000;

interface Arguments {
  readonly seed: number;
  readonly count: number;
  readonly minutes: number;
  readonly from: number;
  readonly most: number;
  readonly only: string | undefined;
  readonly write: boolean;
  readonly replay: string | undefined;
}

if (!isMainThread) work();

/** The exit code: 0 without a finding, 1 with some, 2 for bad arguments. `root`: the folder of the project. */
export async function main(words: readonly string[], root: string): Promise<number> {
  const given = readArguments(words);
  if (typeof given === 'string') {
    console.error(`fuzz: ${given}\n${USAGE}`);
    return 2;
  }
  if (given.replay !== undefined) return replay(given.replay);
  const { seed, from, count } = given;
  console.log(
    `fuzz: seed ${seed}, inputs ${from} to ${from + count - 1}${given.only === undefined ? '' : `, all of kind ${given.only}`}, ${given.minutes} minutes at most`,
  );
  const started = Date.now();
  const { done, findings } = await run(given, root, started + given.minutes * 60_000);
  const seconds = (Date.now() - started) / 1000;
  console.log(
    `fuzz: ${done} inputs in ${seconds.toFixed(0)} s (${Math.round(done / Math.max(seconds, 0.001))} a second), ${findings} findings; seed ${seed}`,
  );
  return findings > 0 ? 1 : 0;
}

async function run(
  given: Arguments,
  root: string,
  deadline: number,
): Promise<{ readonly done: number; readonly findings: number }> {
  const { seed, only, from } = given;
  const end = from + given.count;
  const known: string[] = [];
  let next = from;
  while (next < end && Date.now() < deadline && known.length < given.most) {
    const exploration = await watched(
      { kind: 'run', root, seed, from: next, to: end, only, progress: new SharedArrayBuffer(8), known },
      deadline,
      (finding, index) => {
        known.push(signatureOf(finding));
        tell(finding, `seed ${seed}, index ${index}`, given, root);
        return known.length < given.most;
      },
    );
    next = exploration.at;
    if (exploration.hung) {
      const { kind, input } = inputOf(seed, next, readCorpus(root), only === undefined ? undefined : kindNamed(only));
      const confirmed = await smallestThatHangs(kind.name, input);
      if (confirmed) {
        const finding: Finding = {
          kind: kind.name,
          input: confirmed,
          message: `takes more than ${LONGEST} ms`,
          where: '',
        };
        known.push(signatureOf(finding) + String(next));
        tell(finding, `seed ${seed}, index ${next}`, given, root);
      }
      next++;
    }
  }
  return { done: next - from, findings: known.length };
}

interface Exploration {
  /** The input that it came to, or the end. */
  readonly at: number;
  readonly hung: boolean;
}

/**
 * Runs a worker till it is done, the time is over, or it hangs. What counts is processor time: others may use this
 * machine too.
 */
function watched(
  given: Work & { readonly kind: 'run' },
  deadline: number,
  found: (finding: Finding, index: number) => boolean,
): Promise<Exploration> {
  const progress = new Int32Array(given.progress);
  Atomics.store(progress, 0, given.from);
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: given });
    let [seen, since, told] = [-1, 0, Date.now()];
    const finish = (hung: boolean): void => {
      clearInterval(timer);
      const at = Atomics.load(progress, 0);
      void worker.terminate().then(() => resolve({ at, hung }));
    };
    const timer = setInterval(() => {
      const at = Atomics.load(progress, 0);
      if (at !== seen || Atomics.load(progress, 1) === 1) [seen, since] = [at, processorTime()];
      else if (processorTime() - since > LONGEST * 1.5) finish(true);
      if (Date.now() > deadline) finish(false);
      if (Date.now() - told > 60_000) {
        told = Date.now();
        console.log(`fuzz: at input ${at}`);
      }
    }, 50);
    worker.on('message', (report: Report) => {
      if ('done' in report) finish(false);
      else if (!found(report.finding, report.index)) finish(false);
    });
    worker.on('error', (error) => {
      clearInterval(timer);
      reject(error);
    });
  });
}

function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** undefined where it does not hang when it is asked again by itself. */
async function smallestThatHangs(name: string, input: Json): Promise<Json | undefined> {
  if (!(await hangs(name, input))) return undefined;
  // Each try costs seconds, so that only a few candidates are tried: those that a synchronous search proposes, in its
  // order.
  let best = input;
  for (let round = 0; round < 12; round++) {
    const candidates: Json[] = [];
    shrink(
      best,
      (candidate) => {
        candidates.push(candidate);
        return false;
      },
      8,
    );
    let found: Json | undefined;
    for (const candidate of candidates) {
      if (found === undefined && (await hangs(name, candidate))) found = candidate;
    }
    if (found === undefined) break;
    best = found;
  }
  return best;
}

function hangs(name: string, input: Json): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { kind: 'one', name, input } satisfies Work });
    const since = processorTime();
    const finish = (answer: boolean): void => {
      clearInterval(timer);
      void worker.terminate().then(() => resolve(answer));
    };
    // Reading and warming up the program takes a part of it.
    const timer = setInterval(() => {
      if (processorTime() - since > LONGEST * 2) finish(true);
    }, 50);
    worker.on('message', () => finish(false));
    worker.on('error', reject);
  });
}

function tell(finding: Finding, place: string, { write }: Arguments, root: string): void {
  const { kind, input, message, where } = finding;
  const json = JSON.stringify({ kind, why: message, input });
  console.log(
    `\n✗ ${kind} (${place}): ${message}${where === '' ? '' : `\n${where}`}\n  ${json.length > 4000 ? `${json.slice(0, 4000)}…` : json}`,
  );
  if (!write) return;
  const folder = join(root, 'test', 'fixtures', 'fuzz');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${kind}-${createHash('sha256').update(json).digest('hex').slice(0, 8)}.json`);
  writeFileSync(file, `${json}\n`);
  console.log(`  kept as ${file}`);
}

function replay(file: string): number {
  const { kind: name, input } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly kind: string;
    readonly input: Json;
  };
  const kind = kindNamed(name);
  if (!kind) throw new Error(`${file}: there is no kind ${name}`);
  const started = processorTime();
  kind.check(input);
  console.log(`fuzz: ${file} holds (${Math.round(processorTime() - started)} ms)`);
  return 0;
}

function readArguments(words: readonly string[]): Arguments | string {
  const given = new Map<string, string>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word === '--write') given.set(word, '');
    else if (NUMBERS.includes(word) || word === '--kind' || word === '--replay') given.set(word, words[++i] ?? '');
    else return `"${word}" is not an option`;
  }
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, given.get(name)] as const));
  const bad = NUMBERS.find((name) => numbers[name] !== undefined && !/^[0-9]{1,10}$/.test(numbers[name]));
  if (bad !== undefined) return `${bad} needs a whole number`;
  const only = given.get('--kind');
  if (only !== undefined && !kindNamed(only))
    return `--kind ${only}: there are ${KINDS.map(({ kind }) => kind.name).join(', ')}`;
  const numberOf = (name: string, usual: number): number => Number(numbers[name] ?? usual);
  return {
    seed: numberOf('--seed', 1),
    count: numberOf('--count', 100_000),
    minutes: numberOf('--minutes', 10),
    from: numberOf('--from', 0),
    most: numberOf('--most', 20),
    only,
    write: given.has('--write'),
    replay: given.get('--replay'),
  };
}

const NUMBERS = ['--seed', '--count', '--minutes', '--from', '--most'];
