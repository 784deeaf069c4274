import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readAnswers } from '../kernel/commands/answersFile';
import { disagreement } from '../kernel/commands/compare';

/**
 * A dump, commands after it, and what iptables 1.8.9 made of them: which it refused, and what iptables-save printed then.
 * Recorded by `npm run test:kernel -- --commands [--backend nft] --record`.
 */
const root = join(import.meta.dirname, '..', '..');

describe.each(['legacy', 'nft'] as const)('iptables-%s', (backend) => {
  const answers = readAnswers(root, backend);

  test('commands after a dump do what iptables does', () => {
    expect(
      answers
        .flatMap((answer) => {
          const what = disagreement(answer);
          return what === undefined ? [] : [`${answer.commands.join('\n')}\n${what}`];
        })
        .slice(0, 3),
    ).toEqual([]);
  });

  test('each operation was asked, with answers of both kinds', () => {
    const of = (refused: boolean): ReadonlySet<string> =>
      new Set(
        answers.flatMap(({ commands, refused: answered }) =>
          commands.flatMap((command, i) =>
            answered[i] === refused ? (/ -([AIDRNXPFEC]) /.exec(command)?.[1] ?? []) : [],
          ),
        ),
      );
    const all = [...'ACDEFINPRX'];
    expect([[...of(true)].sort(), [...of(false)].sort()]).toEqual([all, all]);
  });
});
