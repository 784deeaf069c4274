import { expectLinear } from '../longRuns/linear';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../cli/terminal';
import { ruleSetOf } from '../../src/features/fileModel';
import { modelOf } from '../../src/features/fileModel';
import { allOpenTables } from '../../src/features/openTables';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { text } from './paste';

const DECIDES = text(
  '-A OUTPUT -d 10.40.0.0/16 -j ACCEPT',
  '-A POSTROUTING -o ens5 -j MASQUERADE',
  '-A OUTPUT -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 3128',
  '-A WATCH -s 10.9.0.0/24 -j DROP',
);
const PACKET = 'out tcp > 10.40.7.7:80';

interface Result {
  readonly outcomes: readonly {
    readonly outcome: string;
    readonly assumptions: readonly { readonly kind?: string; readonly what?: string; readonly word?: string }[];
  }[];
  readonly assumed: readonly {
    readonly what: string;
    readonly value: unknown;
    readonly decides: boolean;
    readonly line?: number;
  }[];
  readonly warnings: readonly string[];
}

function trace(...options: readonly string[]): Result & { readonly error: string; readonly code: number } {
  const { out, error, code } = runCommand('trace', ['f', '--packet', PACKET, '--json', ...options], { f: DECIDES });
  return { ...(out === '' ? { outcomes: [], assumed: [], warnings: [] } : (JSON.parse(out) as Result)), error, code };
}

describe('lines of which nothing tells the table', () => {
  test.each<[string, string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'as they are guessed',
      DECIDES,
      {},
      ['1 OUTPUT 1: filter of filter nat mangle raw security', '4 WATCH 1: filter of filter mangle raw security'],
    ],
    [
      'said of one',
      DECIDES,
      { 'OUTPUT 1': 'nat' },
      ['1 OUTPUT 1: nat of filter nat mangle raw security, said', '4 WATCH 1: filter of filter mangle raw security'],
    ],
    [
      'said of a chain',
      DECIDES,
      { OUTPUT: 'raw' },
      ['1 OUTPUT: raw of filter nat mangle raw security, said', '4 WATCH 1: filter of filter mangle raw security'],
    ],
    [
      'said of all',
      DECIDES,
      { '*': 'mangle' },
      [
        '1 OUTPUT 1: mangle of filter nat mangle raw security, said',
        '4 WATCH 1: mangle of filter mangle raw security, said',
      ],
    ],
    [
      'said what cannot be',
      DECIDES,
      { WATCH: 'nat', 'OUTPUT 1': 'broute', POSTROUTING: 'mangle', toString: 'nat' },
      ['1 OUTPUT 1: filter of filter nat mangle raw security', '4 WATCH 1: filter of filter mangle raw security'],
    ],
    [
      'of two hosts',
      text('host a1:', '', '-A OUTPUT -j ACCEPT', '', 'host b2:', '', '-A OUTPUT -j ACCEPT'),
      { 'OUTPUT 2': 'nat' },
      [
        '3 OUTPUT 1: filter of filter nat mangle raw security',
        '7 OUTPUT 2: nat of filter nat mangle raw security, said',
      ],
    ],
    ['that a target leaves one for', text('-A POSTROUTING -j MASQUERADE'), { POSTROUTING: 'mangle' }, []],
  ])('%s', (_name, paste, said, expected) => {
    const open = allOpenTables(modelOf(parseSourceFile(paste), said));
    expect(
      open.map(
        ({ key, lines, table, candidates, said: isSaid }) =>
          `${lines.map(({ index }) => index + 1).join()} ${key}: ${table} of ${candidates.join(' ')}${isSaid ? ', said' : ''}`,
      ),
    ).toEqual(expected);
  });

  test('the same reading gives the same rule set, so that nothing is read twice', () => {
    const file = parseSourceFile(DECIDES);
    const rules = (table: string | undefined): unknown =>
      modelOf(file, table === undefined ? {} : { OUTPUT: table }).dumps.map(({ section }) => ruleSetOf(section))[0];
    const [guess, nat] = [rules(undefined), rules('nat')];
    expect([rules(undefined) === guess, rules('nat') === nat, guess === nat]).toEqual([true, true, false]);
  });

  test('many of them cost no more than their length', () => {
    expectLinear((length) => {
      const file = parseSourceFile(Array.from({ length }, (_, i) => `-A WATCH-${i} -s 10.9.0.0/24 -j DROP`).join('\n'));
      return () => void expect(allOpenTables(modelOf(file, { '*': 'raw' }))).toHaveLength(length);
    }, 'open tables');
  });
});

describe('on the command line', () => {
  test('a table that decides makes several outcomes, each with what is assumed and how it is said', () => {
    const { outcomes, assumed, warnings } = trace();
    expect(
      outcomes.map(({ outcome, assumptions }) => [
        outcome,
        ...assumptions
          .filter(({ word }) => word !== undefined)
          .map(({ kind, what, word }) => [kind, what, word].join('; ')),
      ]),
    ).toEqual([
      ['LOCAL', 'host; line 1 is of table filter; --table OUTPUT=filter'],
      ['SENT', 'host; line 1 is of table nat; --table OUTPUT=nat'],
    ]);
    expect(assumed.filter(({ what }) => what.startsWith('table of'))).toEqual([
      { what: 'table of line 1', value: 'filter', decides: true, line: 1 },
      { what: 'table of line 4', value: 'filter', decides: false, line: 4 },
    ]);
    expect(warnings).toContain(
      'line 4 is read as table filter: nothing says which table WATCH is in; it may be mangle or raw as well: --table WATCH=mangle changes it',
    );
  });

  test.each<[string, readonly string[], readonly string[], number]>([
    ['one word', ['--table', 'nat'], ['SENT'], 1],
    ['a chain', ['--table', 'OUTPUT=filter'], ['LOCAL'], 1],
    ['several chains', ['--table', 'OUTPUT=nat,WATCH=raw'], ['SENT'], 0],
    ['the chain to begin in', ['--chain', 'nat/OUTPUT'], ['SENT'], 1],
  ])('%s settles it', (_name, options, expected, left) => {
    const { outcomes, assumed } = trace(...options);
    expect([
      outcomes.map(({ outcome }) => outcome),
      assumed.filter(({ what }) => what.startsWith('table of')).length,
    ]).toEqual([expected, left]);
  });

  test.each<[string, string, RegExp]>([
    ['a word that is not a table', 'natt', /"natt" is not one of filter, nat, mangle, raw and security/],
    [
      'a chain whose table is stated',
      'POSTROUTING=nat',
      /--table POSTROUTING=nat: f does not state the table of OUTPUT \(line 1: filter or nat or mangle/,
    ],
    ['a table that does not take the lines', 'WATCH=nat', /--table WATCH=nat: f does not state the table of/],
  ])('%s is refused', (_name, option, error) => {
    const { code, error: said } = trace('--table', option);
    expect([code, error.test(said)]).toEqual([2, true]);
  });

  test.each<[readonly string[], RegExp]>([
    [
      [],
      /Tables that the file does not state\n {2}line 1 {2}OUTPUT: filter, a guess: nothing says which table OUTPUT is in.*--table OUTPUT=nat changes it/,
    ],
    [['--table', 'nat'], /line 1 {2}OUTPUT: nat, as you stated/],
  ])('overview %j lists them', (options, expected) =>
    expect(runCommand('overview', ['f', ...options], { f: DECIDES }).out).toMatch(expected),
  );

  test('overview --json has them, and what was not read one reason below the other', () => {
    const { out } = runCommand('overview', ['f', '--json'], { f: DECIDES });
    expect((JSON.parse(out) as { openTables: unknown[] }).openTables[1]).toEqual({
      chain: 'WATCH',
      lines: [4],
      table: 'filter',
      candidates: ['filter', 'mangle', 'raw', 'security'],
      reason: 'nothing says which table WATCH is in; it may be mangle or raw as well',
      said: false,
    });
    expect(runCommand('overview', ['f'], { f: `${DECIDES}\nufw allow 22/tcp\n` }).out).toMatch(
      /\nNot read\n {2}line 6: .*\n {6}ufw allow 22\/tcp\n/,
    );
  });
});
