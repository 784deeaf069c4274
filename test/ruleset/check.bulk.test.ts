import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allExtensions } from '../../src/core/xtables/registry';
import { readAnswers } from '../kernel/check/answersFile';
import type { CheckAnswer } from '../kernel/check/checkCase';
import { disagreement } from '../kernel/check/compare';

/**
 * What iptables-legacy-restore 1.8.9 took or refused, and what iptables-legacy-save printed then: small texts with
 * every option at its edges, in right and wrong places. Recorded by `npm run test:kernel -- --check --record`.
 */
const answers = readAnswers(join(import.meta.dirname, '..', '..'));
const groups = new Map<string, CheckAnswer[]>();
for (const answer of answers) {
  const group = groups.get(answer.about);
  if (group) group.push(answer);
  else groups.set(answer.about, [answer]);
}

describe('check and print say what iptables-restore and iptables-save do', () => {
  it.each([...groups].map(([about, list]) => [about, list.length, list] as const))(
    '%s (%i texts)',
    (_about, _count, list) => {
      expect(
        list
          .flatMap((answer) => {
            const what = disagreement(answer);
            return what === undefined ? [] : [`IPv${answer.family} ${answer.text}${what}`];
          })
          .slice(0, 5),
      ).toEqual([]);
    },
  );

  it('was asked about every extension, with answers of both kinds', () => {
    const asked = allExtensions().filter(({ name, options }) => {
      const list = groups.get(name) ?? [];
      return options.length === 0 || (list.some(({ refused }) => refused) && list.some(({ refused }) => !refused));
    });
    expect(asked.map(({ name }) => name)).toEqual(allExtensions().map(({ name }) => name));
    expect(answers.length).toBeGreaterThan(50_000);
  });
});
