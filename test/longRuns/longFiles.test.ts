import { expect, test } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { checkRules } from '../../src/features/diagnostics';
import { readExpectations } from '../../src/features/expectations/readExpectations';
import { modelOf } from '../../src/features/fileModel';
import { allOpenTables } from '../../src/features/openTables';
import { problems } from '../pastes/paste';
import { expectLinear } from './linear';

test('rules of which nothing tells the table', () =>
  expectLinear((length) => {
    const file = parseSourceFile(Array.from({ length }, (_, i) => `-A WATCH-${i} -s 10.9.0.0/24 -j DROP`).join('\n'));
    return () => void expect(allOpenTables(modelOf(file, { '*': 'raw' }))).toHaveLength(length);
  }, 'open tables'));

test('the problems of a part of a table', () =>
  expectLinear((length) => {
    const lines = Array.from({ length: length / 2 }, (_, i) => {
      const id = String(i).padStart(16, '0');
      return `-A KUBE-SVC-${id} -p tcp -m comment --comment "shop${i}" -j KUBE-SEP-${id}\n`;
    });
    return () => void expect(problems(lines.join(''))).toHaveLength(length / 2);
  }, 'the problems of a part of a dump'));

test.each([
  ['an option of many letters', ' -', 's'],
  ['a long name', ' --s', 'o'],
])('what comes before a bad value of a rule: %s', (_, start, piece) => {
  expectLinear((length) => {
    const text = `*filter\n-A INPUT -m comment --comment "${start}${piece.repeat(length)} x y" -m ttl --ttl-eq x -h\n`;
    return () => checkRules(text, 4);
  }, start);
});

test('expectations, and a line that is too long for one', () =>
  expectLinear((length) => {
    const text = `${'in tcp 192.0.2.9 > :80 => SENT via INPUT # note\n'.repeat(length)}${'x'.repeat(100_000)} => LOCAL`;
    return () => {
      const { expectations, errors } = readExpectations(text, 'iptest');
      expect([expectations.length, errors.length]).toEqual([length, 1]);
    };
  }, 'expectations'));
