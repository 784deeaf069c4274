import { answerLine } from '../../src/cli/batch';
import type { Figure, Measured } from './measure';

/** Requests in a row about the same rules. `address`: where their packets go. */
export function batch(
  rules: string,
  address: string,
  run: (what: string, times: number, work: Measured) => Figure,
): readonly Figure[] {
  const packet = {
    ...{ dir: 'out', src: '10.244.1.5', dst: address, proto: 'tcp' },
    ...{ sport: 40000, dport: 80, flags: ['SYN'], uid: 1000 },
  };
  const trace = JSON.stringify({ id: 1, rules, packet });
  const check = JSON.stringify({ id: 2, op: 'check', rules, family: 4 });
  return [
    run('batch: the first request', 1, () => answerLine(trace)),
    run('batch: another trace in the same rules', 5, () => answerLine(trace)),
    run('batch: a check of the same rules', 5, () => answerLine(check)),
  ];
}
