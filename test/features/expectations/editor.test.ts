import { describe, expect, test } from 'vitest';
import { checkExpectations } from '../../../src/features/expectations/checkExpectations';
import { nearestWord } from '../../../src/features/expectations/conditionWords';
import { completeExpectation } from '../../../src/features/expectations/complete';
import { hoverExpectation, hoverSetting } from '../../../src/features/expectations/hoverExpectation';
import { readExpectations } from '../../../src/features/expectations/readExpectations';
import { NO_SETTINGS } from '../../../src/features/expectations/settings';
import { ExpectationRunner } from '../../../src/features/expectations/runExpectation';
import { blocksToText } from '../../../src/features/hover/blocks';
import { cursor, modelOfText, sampleText } from '../sample';
import { ROUTER } from './rules';

const model = modelOfText(ROUTER, 'router.md');

describe('completion', () => {
  test.each<[marked: string, some: readonly string[], not: readonly string[]]>([
    ['‸', ['in', 'out', 'forward', '@file', 'own', 'joined', 'then'], ['LOCAL', 'syn']],
    ['in ‸', ['wan0', 'lan0', 'lo', 'tcp'], ['LOCAL', 'then']],
    ['forward wan0 ‸', ['lan0', 'tcp'], ['LOCAL']],
    ['in wan0 tcp office > :22 ‸', ['syn', 'new', 'ttl', 'own', '=>'], ['LOCAL', 'in']],
    ['in wan0 tcp > :22 => ‸', ['LOCAL', 'SENT', 'via', 'never', 'office', 'reply'], ['tcp', 'GUARD']],
    [
      'in wan0 tcp > :22 => LOCAL via ‸',
      ['GUARD', 'filter/GUARD', 'filter/INPUT', 'nat/INPUT', 'PUBLISHED'],
      ['LOCAL', 'INPUT'],
    ],
    ['in wan0 tcp > :22 => LOCAL by ‸', ['policy', 'kernel', 'GUARD', 'wan0'], ['LOCAL']],
    ['in wan0 tcp > :22 => SENT on ‸', ['wan0', 'lan0'], ['GUARD']],
    ['in wan0 tcp > :22 => state N‸', ['NEW'], ['LOCAL']],
    ['in wan0 tcp > :22 => reply ‸', ['ok', 'dropped', 'none'], ['LOCAL']],
    ['then ‸', ['again', 'reply', 'in'], ['LOCAL', '@file']],
    ['in wan0 tcp offi‸ > :22', ['office'], []],
  ])('%s', (marked, some, not) => {
    const { text, column } = cursor(marked);
    const list = completeExpectation(
      text,
      column,
      'iptest',
      readExpectations('office = 203.0.113.9', 'iptest').settings,
      model,
    );
    const labels = list?.items.map(({ label }) => label) ?? [];
    expect(labels).toEqual(expect.arrayContaining([...some]));
    expect(labels.filter((label) => not.includes(label))).toEqual([]);
  });

  test.each<[marked: string, range: readonly [number, number] | undefined]>([
    ['in tcp => LO‸CAL', [10, 15]],
    ['# expect: in tcp => v‸ia', [20, 23]],
    ['in tcp => LOCAL # a ‸', undefined],
    ['# a comment ‸', undefined],
    ['in tcp => LOCAL #‸', undefined],
    ['   in tcp => LO‸CAL', [13, 18]],
    ['   ‸', [3, 3]],
    ['   in ‸', [6, 6]],
    ['# expect: ‸', [10, 10]],
    ['  ;; expect: ‸', [13, 13]],
    ['// expect: in tcp => LO‸', [21, 23]],
    ['<!-- expect: ‸', [13, 13]],
    ['-- expect: ‸', [11, 11]],
    ['x # expect: ‸', undefined],
    ['# expect‸: in tcp', undefined],
  ])('%s replaces the word', (marked, range) => {
    const { text, column } = cursor(marked);
    const found = completeExpectation(
      text,
      column,
      text.includes('expect') ? 'marked' : 'iptest',
      NO_SETTINGS,
      model,
    )?.range;
    expect(found && [found.start, found.end]).toEqual(range);
  });

  test('names of the file are offered, and of very many only some', () => {
    const kube = modelOfText(sampleText('kube-node.iptables-save'));
    const labels = completeExpectation('in tcp > ', 9, 'iptest', NO_SETTINGS, kube)?.items.filter(
      ({ kind }) => kind === 'name',
    );
    expect(labels?.map(({ label }) => label)).toContain('shop/web');
    const chains = Array.from({ length: 3000 }, (_, i) => `:C${i} - [0:0]`).join('\n');
    const list = completeExpectation(
      'in => via ',
      10,
      'iptest',
      NO_SETTINGS,
      modelOfText(`*filter\n:INPUT ACCEPT [0:0]\n${chains}\nCOMMIT\n`),
    );
    expect([list?.incomplete, list?.items.length]).toEqual([true, 500]);
  });
});

describe('hover', () => {
  const hover = (marked: string): string => {
    const { text, line, column } = cursor(marked);
    const { expectations } = readExpectations(text, 'iptest');
    const shown = text.split('\n')[line] ?? '';
    const expectation = expectations.find((each) => each.line === line);
    const runner = new ExpectationRunner(model);
    const found = expectation
      ? hoverExpectation(shown, column, expectation, model, () => {
          for (const each of expectations.slice(0, expectations.indexOf(expectation))) runner.run(each);
          return runner.run(expectation);
        })
      : hoverSetting(shown, column);
    return found ? blocksToText(found.blocks) : 'nothing';
  };

  test.each<[marked: string, some: readonly string[]]>([
    [
      'in wan0 tcp 203.‸0.113.9 > 198.51.100.1:22 => LOCAL',
      ['holds', 'delivered', '21: -A INPUT', 'in wan0 tcp 203.0.113.9:41522 > 198.51.100.1:22 syn'],
    ],
    ['in wan0 tcp 203.‸0.113.9 > 198.51.100.1:22 => SENT', ['does not hold', 'expected SENT, got LOCAL']],
    ['in wan0 tcp > :80 => SENT\nthen re‸ply => SENT', ['holds', 'It leaves by wan0']],
    ['in wan0 tcp > :80 => SENT via PUB‸LISHED:1', ['10: -A PUBLISHED -p tcp', 'PUBLISHED']],
    ['in wan0 tcp > :80 => SENT v‸ia GUARD', ['GUARD', 'user-defined chain']],
    ['in wan0 tcp > :80 => SE‸NT', ['SENT', 'leaves by an interface']],
    ['in wan0 tcp > :80 => ne‸ver DROPPED', ['never']],
    ['o‸wn 10.0.0.1', ['own', 'addresses of this host']],
    ['jo‸ined 224.0.0.251', ['joined', 'multicast groups']],
    ['in wan0 tpc > :80 => SE‸NT', ['leaves by an interface']],
    ['in wan0 t‸pc > :80 => SENT', ['"tpc" is not understood']],
  ])('%s', (marked, some) => {
    const text = hover(marked);
    for (const each of some) expect(text).toContain(each);
  });
});

describe('problems', () => {
  test.each<[lines: string, found: readonly (readonly [number, number, number, string, string])[]]>([
    ['in wan0 tcp > :22 => LOCAL via INPUT', []],
    ['in wan0 tcp > :22 => LOCL', [[0, 21, 25, 'error', '"LOCL" is not understood; did you mean "LOCAL"?']]],
    ['\nin wan0 tpc > :22 => LOCAL', [[1, 8, 11, 'error', '"tpc" is not understood; did you mean "tcp"?']]],
    [
      'o = 10.0.0.1\nin wan0 tcp o > :22 flgs => LOCAL',
      [[1, 20, 24, 'error', '"flgs" is not understood; did you mean "flags"?']],
    ],
    [
      'in wan0 tcp > :22 => LOCAL not via GARD',
      [[0, 27, 39, 'warning', 'there is no chain GARD in these rules; did you mean "GUARD"?']],
    ],
    ['in wan0 tcp > :22 => by wan0', []],
    ['in wan0 tcp > :22 => by INPUT:9', [[0, 21, 31, 'warning', 'INPUT has 5 rules, so there is no rule 9']]],
    // Of rules that there are not, the line that asks for them says so when it is run.
    ['@set 9\nin wan0 tcp > :22 => via NOWHERE', []],
  ])('%s', (lines, found) => {
    const problems = checkExpectations(readExpectations(lines, 'iptest'), () => model);
    expect(problems.map(({ line, start, end, severity, message }) => [line, start, end, severity, message])).toEqual(
      found,
    );
  });

  test.each<[lines: string, found: readonly (readonly [number, number, string])[]]>([
    ['in wan1 tcp > :22 => DROP', [[3, 7, 'The file knows no interface wan1: did you mean wan0?']]],
    ['forward wan0 lan9 tcp > :22 => DROP', [[13, 17, 'The file knows no interface lan9: did you mean lan0?']]],
    ['interface wan1\nin wan1 tcp > :22 => DROP', []],
    ['in wan0 tcp > :22 => DROP', []],
    ['@host {"ifaces": []}\nin wan1 tcp > :22 => DROP', []],
  ])('interfaces of %s', (lines, found) => {
    const problems = checkExpectations(readExpectations(lines, 'iptest'), () => model);
    expect(problems.map(({ start, end, message }) => [start, end, message])).toEqual(found);
  });

  test.each<[lines: string, messages: readonly string[]]>([
    ['in tcp > :22 => via filter/MARKS', []],
    ['@table MARKS=mangle\nin tcp > :22 => via mangle/MARKS', []],
    ['@table MARKS=mangle\nin tcp > :22 => via filter/MARKS', ['there is no chain filter/MARKS in these rules']],
  ])('the tables that %s says count', (lines, messages) => {
    const open = modelOfText('-N MARKS\n-A MARKS -p tcp --dport 22 -j RETURN\n');
    const read = readExpectations(lines, 'iptest');
    expect(checkExpectations(read, () => open).map(({ message }) => message)).toEqual(messages);
    const [expectation] = read.expectations;
    const last = lines.split('\n').at(-1) ?? '';
    const hover = expectation && hoverExpectation(last, last.length - 2, expectation, open, () => undefined);
    expect(hover && blocksToText(hover.blocks)).toContain('MARKS');
    const names = completeExpectation(last, last.indexOf('via ') + 4, 'iptest', read.settings, open)?.items.map(
      ({ label }) => label,
    );
    expect(names?.includes('mangle/MARKS')).toBe(lines.startsWith('@table'));
  });

  test.each<[lines: string, places: readonly string[]]>([
    [
      'in wan0 tcp > :22 => via NOWHERE via INPUT:77 LOCAL\nin wan0 tcp > :22 => LOCALE\nin wan1 tcp > :x => by GUARD:9',
      ['0:21 warning', '0:33 warning', '1:21 error', '2:14 error', '2:20 warning'],
    ],
    ['in wan0 tcp > :22 => not via NOWHERE or by wan7 or by GUARD', ['0:21 warning']],
    ['in wan0 tcp\nin wan1 > :22 => LOCAL\nthen again => via X:1', ['0:0 error', '1:3 warning', '2:14 warning']],
  ])('in the order of the lines: %s', (lines, places) => {
    const problems = checkExpectations(readExpectations(lines, 'iptest'), () => model);
    expect(problems.map(({ line, start, severity }) => `${line}:${start} ${severity}`)).toEqual(places);
  });

  test('at most 200 of a file', () => {
    const lines = 'in wan1 tcp > :22 => via NOWHERE\n'.repeat(150);
    expect(checkExpectations(readExpectations(lines, 'iptest'), () => model)).toHaveLength(200);
  });

  test.each<[word: string, near: string | undefined]>([
    ['LOCLA', 'LOCAL'],
    ['SENTT', 'SENT'],
    ['snet', 'SENT'],
    ['tens', undefined],
    ['via', 'via'],
    ['vi', undefined],
    ['drops', 'drop'],
    ['dropping', undefined],
    ['rejcet', 'reject'],
  ])('near %s: %s', (word, near) => {
    expect(nearestWord(word, ['LOCAL', 'SENT', 'drop', 'reject', 'rejected', 'via'])).toBe(near);
  });

  test('that there are no rules is said once', () => {
    const lines = 'in tcp => LOCAL\nin tcp => SENT\n@file other\nin tcp => SENT';
    const problems = checkExpectations(readExpectations(lines, 'iptest'), ({ settings }) => ({
      problem: `no ${settings.file ?? 'file'}`,
    }));
    expect(problems.map(({ line, start, end, severity, message }) => [line, start, end, severity, message])).toEqual([
      [0, 0, 6, 'warning', 'no file'],
      [3, 0, 6, 'warning', 'no other'],
    ]);
  });
});
