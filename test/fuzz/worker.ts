import { parentPort, workerData } from 'node:worker_threads';
import { readCorpus } from './corpus';
import type { Json } from './kind';
import { kindNamed } from './kinds/index';
import { findingOf, inputOf, signatureOf, type Finding } from './run';
import { shrink } from './shrink';

/** What a worker is to do: inputs of a run from `from` to `to`, or one input by itself. */
export type Work =
  | {
      readonly kind: 'run';
      readonly root: string;
      readonly seed: number;
      readonly from: number;
      readonly to: number;
      readonly only: string | undefined;
      readonly progress: SharedArrayBuffer;
      readonly known: readonly string[];
    }
  | { readonly kind: 'one'; readonly name: string; readonly input: Json };

export type Report = { readonly finding: Finding; readonly index: number } | { readonly done: true };

/** How many candidates are tried to make a finding smaller. */
const TRIES = 3000;

/** Runs in a thread of its own, so that one that hangs can be ended. */
export function work(): void {
  const given = workerData as Work;
  const report = (message: Report): void => parentPort?.postMessage(message);
  if (given.kind === 'one') {
    const kind = kindNamed(given.name);
    const finding = kind && findingOf(kind, given.input);
    if (finding) report({ finding, index: -1 });
  } else {
    const corpus = readCorpus(given.root);
    const only = given.only === undefined ? undefined : kindNamed(given.only);
    const progress = new Int32Array(given.progress);
    const known = new Set(given.known);
    for (let index = given.from; index < given.to; index++) {
      Atomics.store(progress, 0, index);
      const { kind, input } = inputOf(given.seed, index, corpus, only);
      const finding = findingOf(kind, input);
      if (!finding) continue;
      const signature = signatureOf(finding);
      if (known.has(signature)) continue;
      known.add(signature);
      // The watchdog waits while this says so.
      Atomics.store(progress, 1, 1);
      const small = shrink(
        input,
        (candidate) => {
          const other = findingOf(kind, candidate);
          return other !== undefined && signatureOf(other) === signature;
        },
        TRIES,
      );
      report({ finding: findingOf(kind, small) ?? finding, index });
      Atomics.store(progress, 1, 0);
    }
    Atomics.store(progress, 0, given.to);
  }
  report({ done: true });
}
