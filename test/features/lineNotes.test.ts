import { expect, test } from 'vitest';
import { noteBlocks } from '../../src/features/hover/noteBlocks';
import { LONG, NAT, NAT_PACKET, WEB, WEB_PACKET } from '../webview/page/texts';
import { Bench } from './sessionBench';

const notes = (text: string, expression: string, from: number, to: number): readonly string[] =>
  new Bench(text)
    .send({ type: 'trace', expression })
    .session.notesIn(from, to)
    .map(({ line, matched, text: words }) => `${line} ${matched ? '+' : '-'} ${words}`);

test.each<[string, readonly string[], readonly string[]]>([
  [
    'the whole file',
    notes(WEB, WEB_PACKET, 1, 99),
    ['7 - in eth0 ≠ lo', '8 + jump', '10 + dropped, if --match-set blocked src'],
  ],
  ['a line', notes(WEB, WEB_PACKET, 7, 7), ['7 - in eth0 ≠ lo']],
  ['a line without a rule', notes(WEB, WEB_PACKET, 1, 6), []],
  ['a rule that the packet does not come by', notes(WEB, WEB_PACKET, 9, 9), []],
  ['a translation', notes(NAT, NAT_PACKET, 4, 4), ['4 + decides nat']],
  [
    'within a long run',
    notes(LONG, WEB_PACKET, 200, 201),
    ['200 - src 203.0.113.9 ≠ 198.51.100.197', '201 - src 203.0.113.9 ≠ 198.51.100.198'],
  ],
  [
    'a rule met twice',
    notes(
      '*mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:BOTH - [0:0]\n-A PREROUTING -j BOTH\n-A INPUT -j BOTH\n-A BOTH -i lo\nCOMMIT\n',
      'in eth0 tcp > :80',
      7,
      7,
    ),
    ['7 - in eth0 ≠ lo'],
  ],
  [
    'a rule that matches the first time only',
    notes(
      '*mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:BOTH - [0:0]\n-A PREROUTING -j BOTH\n-A INPUT -j BOTH\n-A BOTH -m mark ! --mark 0x1 -j MARK --set-xmark 0x1/0xffffffff\nCOMMIT\n',
      'in eth0 tcp > :80',
      7,
      7,
    ),
    ['7 + mark 0x0 → 0x1 · mark is 0x1'],
  ],
])('%s', (_, found, expected) => {
  expect(found).toEqual(expected);
});

test('of very many lines the first have a note', () => {
  const many = LONG.replace('COMMIT', `${'-A INPUT -s 198.51.100.7/32 -j DROP\n'.repeat(2000)}COMMIT`);
  expect(notes(many, WEB_PACKET, 1, 9999)).toHaveLength(300);
});

test.each([
  [{ line: 7, matched: false, text: 'in eth0 ≠ lo' }, 'does not match: in eth0 ≠ lo'],
  [{ line: 8, matched: true, text: 'jump' }, 'matches: jump'],
])('a hover begins with it: %o', (note, text) => {
  const [first] = noteBlocks(note);
  expect(first).toEqual({ kind: 'note', label: 'The traced packet', text });
});
