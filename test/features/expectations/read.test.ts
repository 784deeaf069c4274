import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  hasMarkedExpectations,
  readExpectations,
  statementOf,
} from '../../../src/features/expectations/readExpectations';
import { expectationFileFor, mayHaveMarked, rulesBeside } from '../../../src/features/expectations/rulesBeside';
import { runs } from '../../runs';

describe('a line that is wrong names the word and its place', () => {
  test.each<[line: string, start: number, end: number, message: string]>([
    ['in tcp > :22 => LOCL', 16, 20, '"LOCL" is not understood; did you mean "LOCAL"?'],
    ['in tcp > :22 => DROPED', 16, 22, '"DROPED" is not understood; did you mean "DROPPED"?'],
    ['in tcp > :22 => vai INPUT', 16, 19, '"vai" is not understood; did you mean "via"?'],
    ['in tcp > :22 => :99999', 16, 22, '"99999" is not a port, a range such as 1024-65535, or the name of a service'],
    ['in tcp > :22 => LOCAL via', 22, 25, '"via" needs a value: a chain or a rule, such as INPUT or nat/PREROUTING:3'],
    ['in tcp > :22 => mark 0xzz', 21, 25, '"0xzz" is not a mark such as 0x1, or with a mask, 0x1/0xff'],
    ['in tcp > :22 => ttl 300', 20, 23, '"300" is not a number from 0 to 255'],
    ['in tcp > :22 => state NWE', 22, 25, '"NWE" is not a state of connection tracking; did you mean "NEW"?'],
    ['in tcp > :22 => reply maybe', 22, 27, '"maybe" is not what may become of a reply: ok, dropped or none'],
    ['in tcp > :22 => never', 16, 21, '"never" needs a condition after it'],
    ['in tcp > :22 => or LOCAL', 16, 18, '"or" stands between two conditions'],
    ['in tcp > :22 => LOCAL DROPPED', 22, 29, 'no packet is "DROPPED" and what comes before it at once'],
    ['in tcp > :22 => ACCEPT not SENT REJECT', 32, 38, 'no packet is "REJECT" and what comes before it at once'],
    ['=> LOCAL', 0, 1, 'the packet is missing: write it before "=>", such as "in eth0 tcp > :80"'],
    ['then in tcp => LOCAL', 5, 11, '"then" needs a packet before it'],
    [
      'in tcp > :22',
      0,
      12,
      'this is not an expectation: write what must become of the packet after "=>", such as "=> DROPPED"',
    ],
    ['@fiel x', 0, 5, '"@fiel" is not one of @file, @set, @host and @table; did you mean "@file"?'],
    ['@set two', 5, 8, '"two" is not a number from 1'],
    ['@file', 0, 5, '"@file" needs a value: the name of a file'],
    ['@table MARKS=mangel', 7, 19, '"mangel" is not one of filter, nat, mangle, raw and security'],
    ['own 10.0.0.300', 4, 14, '"10.0.0.300" is not an address'],
    ['not own', 0, 7, '"own" needs a value: addresses'],
    ['joined', 0, 6, '"joined" needs a value: multicast groups'],
    ['not joined 224.0.0.300', 11, 22, '"224.0.0.300" is not an address'],
    ['joined 224.0.0.251 10.0.0.7', 19, 27, '10.0.0.7 is not a multicast group'],
    ['interface', 0, 9, '"interface" needs a value: names'],
    ['interface eth1, tcp', 16, 19, '"tcp" is not the name of an interface'],
    ['web = 10.0.0', 6, 12, '"10.0.0" is not an address'],
    ['in = 10.0.0.7', 0, 2, '"in" has a meaning of its own here: take another name'],
    ['local = 10.0.0.7', 0, 5, '"local" has a meaning of its own here: take another name'],
    ['sysctl net.ipv4.ip_forward on', 7, 29, 'a setting of the kernel is such as "sysctl net.ipv4.ip_forward = 1"'],
    ['asume INPUT:4 no', 0, 5, '"asume" is not understood; did you mean "assume"?'],
  ])('%s', (line, start, end, message) => {
    const { errors } = readExpectations(`\n${line}`, 'iptest');
    expect(errors).toEqual([{ line: 1, start, end, message, text: line }]);
  });

  test.each<[line: string, start: number, end: number, message: string]>([
    [`in tcp > :22 => ${'LOCAL '.repeat(201)}`, 1216, 1221, 'an expectation has at most 200 words'],
    [`in tcp > :22 => ${'LOCAL '.repeat(4000)}`, 0, 24015, 'this is longer than 20000 characters'],
    [`own ${'10.0.0.7 '.repeat(2500)}`, 0, 22503, 'this is longer than 20000 characters'],
  ])('%.40s … is too long', (line, start, end, message) => {
    expect(readExpectations(line, 'iptest').errors).toMatchObject([{ start, end, message }]);
  });

  test.each(['LOCAL '.repeat(200), `LOCAL # ${'x'.repeat(19_976)}`])('%.20s … is not', (conditions) => {
    expect(readExpectations(`in tcp > :22 => ${conditions}`, 'iptest')).toMatchObject({
      errors: [],
      expectations: [{ clauses: expect.anything() as unknown }],
    });
  });

  test('in a comment of a dump the columns are those of the line', () => {
    expect(readExpectations('  # expect: in tcp > :22 => LOCL', 'marked').errors).toMatchObject([
      { line: 0, start: 28, end: 32 },
    ]);
    expect(readExpectations('# expect: @file other', 'marked').errors).toMatchObject([
      { start: 10, end: 21, message: 'expectations here are about the rules of this file: "@file" is for *.iptest' },
    ]);
  });

  test('an expectation after a wrong one is not read as if it were the first', () => {
    const { expectations, errors } = readExpectations(
      'in tcp => LOCL\nthen again => LOCAL\nin tcp => LOCAL\nthen again => LOCAL',
      'iptest',
    );
    expect(errors.map(({ line }) => line)).toEqual([0, 1]);
    expect(expectations.map(({ line }) => line)).toEqual([2, 3]);
  });
});

describe('which lines count', () => {
  test.each<[line: string, form: 'iptest' | 'marked', text: string | undefined]>([
    ['in tcp => LOCAL', 'iptest', 'in tcp => LOCAL'],
    ['  in tcp => LOCAL  # yes', 'iptest', 'in tcp => LOCAL'],
    ['in tcp => LOCAL # not => DROPPED', 'iptest', 'in tcp => LOCAL'],
    ['# in tcp => LOCAL', 'iptest', undefined],
    ['# expect: in tcp => LOCAL', 'iptest', 'in tcp => LOCAL'],
    ['', 'iptest', undefined],
    ['in tcp => LOCAL', 'marked', undefined],
    ['#expect:in tcp => LOCAL', 'marked', 'in tcp => LOCAL'],
    ['  // expect: in tcp => LOCAL', 'marked', 'in tcp => LOCAL'],
    ['<!-- expect: in tcp => LOCAL -->', 'marked', 'in tcp => LOCAL'],
    ['-A INPUT -m comment --comment "# expect: x"', 'marked', undefined],
    ['# expected: in tcp => LOCAL', 'marked', undefined],
    ['## expect: in tcp => LOCAL', 'marked', 'in tcp => LOCAL'],
    ['; expect: in tcp => LOCAL', 'marked', 'in tcp => LOCAL'],
    [';; expect: in tcp => LOCAL', 'marked', 'in tcp => LOCAL'],
    ['-- expect: in tcp => LOCAL', 'marked', 'in tcp => LOCAL'],
    ['x # expect: in tcp => LOCAL', 'marked', undefined],
    ['in tcp => LOCAL #', 'iptest', 'in tcp => LOCAL'],
    ['in tcp => LOCAL #1', 'iptest', 'in tcp => LOCAL #1'],
  ])('%s in %s', (line, form, text) => {
    const place = statementOf(line, form);
    expect(place && line.slice(place.start, place.end)).toBe(text);
    if (form === 'marked') expect(hasMarkedExpectations(`\n${line}\n`)).toBe(text !== undefined);
  });
});

describe('the rules of a file of expectations', () => {
  test.each<[name: string, siblings: readonly string[], found: string | RegExp]>([
    ['web.iptest', ['web.iptest', 'web.rules'], 'web.rules'],
    ['web.rules.iptest', ['web.rules', 'web.md'], 'web.rules'],
    ['web.iptest', ['web', 'web.rules'], 'web'],
    ['web.iptest', ['web.rules', 'web.png'], 'web.rules'],
    ['web.iptest', ['web.rules', 'web.md'], /which file has the rules/],
    ['web.iptest', ['other.rules'], /there is no file web/],
    ['web.iptest', ['web.xyz'], 'web.xyz'],
    ['web.iptest', ['web.rules.iptest', 'web.xyz'], 'web.xyz'],
    ['web.iptest', ['web.abc', 'web.xyz'], /which file has the rules\? "@file NAME" names it: web\.abc, web\.xyz$/],
    [
      'web.iptest',
      ['web.6', 'web.5', 'web.4', 'web.3', 'web.2', 'web.1'],
      /"@file NAME" names it: web\.1, web\.2, web\.3, web\.4, web\.5$/,
    ],
  ])('%s beside %j', (name, siblings, found) => {
    const rules = rulesBeside(name, siblings);
    if (typeof found === 'string') expect(rules).toEqual({ name: found });
    else expect(rules).toMatchObject({ problem: expect.stringMatching(found) as string });
  });

  test.each<[rules: string, siblings: readonly string[], name: string]>([
    ['web.rules', ['web.rules'], 'web.iptest'],
    ['web.rules', ['web.rules', 'web.md'], 'web.rules.iptest'],
    ['web.rules', ['web.rules', 'web.rules.iptest'], 'web.rules.iptest'],
    ['rules.v4', ['rules.v4', 'rules.v6'], 'rules.v4.iptest'],
    ['dump', ['dump'], 'dump.iptest'],
    ['.rules', ['.rules'], '.rules.iptest'],
    ['web.rules', ['web.rules', 'web.rules.iptest', 'web.iptest'], 'web.iptest'],
    ['web.rules', ['web.rules', 'other.iptest', 'other.rules'], 'web.iptest'],
  ])('expectations about %s beside %j are in %s', (rules, siblings, name) => {
    expect(expectationFileFor(rules, siblings)).toBe(name);
    expect(rulesBeside(name, siblings)).toEqual({ name: rules });
  });
});

test.each<[name: string, may: boolean]>([
  ['rules', true],
  ['iptables.up', true],
  ['ip6tables', true],
  ['nftables', true],
  ['gate.rules', true],
  ['gate.v4', true],
  ['gate.png', false],
  ['my-rules', false],
  ['gate', false],
  ['.rules', false],
])('%s may have expectations beside its rules: %s', (name, may) => {
  expect(mayHaveMarked(name)).toBe(may);
});

test('what docs/expectations.md shows can be read', () => {
  const text = readFileSync(path.join(import.meta.dirname, '../../../docs/expectations.md'), 'utf8');
  const blocks = [...text.matchAll(/^```\n([^]*?)^```/gm)].map(([, block = '']) => block);
  const lines = blocks
    .join('')
    .split('\n')
    .filter((line) => line.includes('=>') && !/^(?:✗|\[then\])/.test(line));
  const marked = lines.filter((line) => line.startsWith('# expect:'));
  expect(lines.length).toBeGreaterThan(5);
  expect(readExpectations(lines.join('\n'), 'iptest').errors).toEqual([]);
  expect(readExpectations(marked.join('\n'), 'marked').expectations).toHaveLength(marked.length);
});

const WORD = fc.constantFrom(
  ...'in out then reply again => or not never LOCAL via by :80 10.0.0.1 [::1]:5 own assume sysctl @host {} @set = web # " , mark 0x1/2 dscp ef ⇒ expect:'.split(
    ' ',
  ),
);

test('reading never throws, and every place is within its line', () => {
  const line = fc.oneof(
    fc.string({ maxLength: 80 }),
    fc.array(WORD, { maxLength: 12 }).map((words) => words.join(' ')),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), fc.constantFrom('iptest', 'marked'), (lines, form) => {
      const text = lines.join('\n');
      const all = text.split('\n').map((each) => each.replace(/\r$/, ''));
      const { errors, expectations } = readExpectations(text, form);
      for (const { line: at, start, end } of [...errors, ...expectations]) {
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeGreaterThanOrEqual(start);
        expect(end).toBeLessThanOrEqual((all[at] ?? '').length);
      }
    }),
    { numRuns: runs(2000) },
  );
});
