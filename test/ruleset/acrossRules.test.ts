import { describe, expect, it } from 'vitest';
import { checkRules } from '../../src/features/diagnostics';

const estimator = (averaged: string): string =>
  `-j RATEEST --rateest-name r --rateest-interval 250ms --rateest-ewmalog ${averaged}`;
const timer = '-j IDLETIMER --timeout 5 --label i';
const mangle = (...rules: readonly string[]): string =>
  `*mangle\n${rules.map((rule) => `-A PREROUTING ${rule}\n`).join('')}COMMIT\n`;

/**
 * Observed: iptables-legacy-restore 1.8.9 on Linux 6.18, each text loaded for real. Where the error is; undefined where
 * the text is accepted.
 */
const CASES: readonly (readonly [what: string, family: 4 | 6, text: string, place: string | undefined])[] = [
  ['an estimator set up twice alike', 4, mangle(estimator('1s'), estimator('1s')), undefined],
  ['an estimator set up otherwise', 4, mangle(estimator('1s'), estimator('2s')), '3:18'],
  [
    'the same from another table',
    4,
    `${mangle(estimator('1s'))}*filter\n-A INPUT ${estimator('2s')}\nCOMMIT\n`,
    '5:13',
  ],
  ['a timer with another timeout', 4, mangle(timer, timer.replace('5', '9')), undefined],
  ['a timer of the other kind', 4, mangle(timer, `${timer} --alarm`), '3:18'],
  ['a jump to a built-in chain that is flushed again', 4, '*filter\n-A INPUT -j OUTPUT\n-F\nCOMMIT\n', '2:13'],
  [
    'a jump to a built-in chain that is deleted by number',
    4,
    '*filter\n-A INPUT -g INPUT\n-D INPUT 1\nCOMMIT\n',
    '2:13',
  ],
  [
    'a jump to a built-in chain, written like others before',
    4,
    `*filter\n:OWN - [0:0]\n${'-A INPUT -j OWN\n'.repeat(5)}-A INPUT -j OUTPUT\n-F INPUT\nCOMMIT\n`,
    '8:13',
  ],
  ['--fr is --from in IPv6', 6, mangle('-m string --algo bm --string a --fr 5'), undefined],
  ['--fr is --from or --fragments in IPv4', 4, mangle('-m string --algo bm --string a --fr 5'), '2:46'],
  ['--fragm is --fragmore in IPv6', 6, mangle('-m frag --fragm'), undefined],
  ['a service of UDP for -m tcp before -p', 4, mangle('-m tcp --dport tftp -p tcp'), '2:30'],
  ['a service of TCP for -m sctp before -p', 4, mangle('-m sctp --dport http -p sctp'), '2:31'],
  ['a service that -m tcp knows, before -p', 4, mangle('-m tcp --dport http -p tcp'), undefined],
  [
    'an estimator set up otherwise where the table begins anew',
    4,
    mangle(estimator('1s')) + mangle(estimator('2s')),
    '5:18',
  ],
  [
    'the same with the table empty in between',
    4,
    mangle(estimator('1s')) + mangle() + mangle(estimator('2s')),
    undefined,
  ],
  [
    'an estimator of a table that has begun anew since',
    4,
    `${mangle(estimator('1s'))}${mangle()}*filter\n-A INPUT ${estimator('2s')}\nCOMMIT\n`,
    undefined,
  ],
  [
    'an estimator of a table that begins anew later',
    4,
    `${mangle(estimator('1s'))}*filter\n-A INPUT ${estimator('2s')}\nCOMMIT\n${mangle()}`,
    '5:13',
  ],
  [
    'a rule in the wrong chain of a table that begins anew',
    4,
    '*filter\n-A INPUT -m owner --uid-owner 1\nCOMMIT\n*filter\nCOMMIT\n',
    '2:13',
  ],
  ['-S of a chain with a jump', 4, '*filter\n:C - [0:0]\n-A INPUT -j C\n-S INPUT\nCOMMIT\n', '4:1'],
  [
    '-S of a rule without a jump',
    4,
    '*filter\n:C - [0:0]\n-A INPUT -j ACCEPT\n-A INPUT -j C\n-S INPUT 1\nCOMMIT\n',
    undefined,
  ],
  ['-S of a chain without jumps', 4, '*filter\n:C - [0:0]\n-A INPUT -j C\n-S C\nCOMMIT\n', undefined],
  ['a set whose name is in the word of the direction', 4, mangle('-m set --match-set= "s4 src"'), '2:22'],
  ['a set without a name', 4, mangle('-m set --match-set "" src'), '2:34'],
];

describe('what only several rules, or their order, make wrong', () => {
  it.each(CASES)('%s', (_what, family, text, place) => {
    const [first] = checkRules(text, family).filter(({ severity }) => severity === 'error');
    expect(first && `${first.line}:${first.column}`).toBe(place);
  });
});
