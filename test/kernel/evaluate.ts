import { answerLine } from '../../src/cli/batch';
import type { KernelCase, OwnAnswer } from './case';

/** What the evaluator says of a case, through the same door as the command line. */
export function evaluate(question: KernelCase): readonly OwnAnswer[] | { readonly error: string } {
  const result = answerLine(JSON.stringify({ op: 'trace', id: 0, ...question })) as { error?: string; results?: readonly OwnAnswer[] };
  return result.error === undefined ? (result.results ?? []) : { error: result.error };
}

/** The lines of `check` that say that the back end which wrote the rules refuses them. */
export function refusalsOf(rules: string, family: 4 | 6): readonly string[] {
  const { diagnostics } = answerLine(JSON.stringify({ op: 'check', id: 0, rules, family })) as { diagnostics: readonly { line: number; severity: string; code: string; message: string }[] };
  return diagnostics.filter(({ severity, code }) => severity === 'error' || code === 'nft-refuses').map(({ line, message }) => `${line}: ${message}`);
}

/** Rules whose answer nobody can be certain of from the file alone: chance, the clock, the processor, what runs on the host. */
const UNCERTAIN = /--mode random|-m time |-m cpu |-m osf |-m nfacct |--object-pinned|-m cgroup |-m rateest |-m socket|-m connlimit/;

export function isUncertain({ rules = '', rules6 = '' }: KernelCase): boolean {
  return UNCERTAIN.test(rules) || UNCERTAIN.test(rules6);
}
