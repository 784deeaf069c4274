import { expect, test } from 'vitest';
import { Bench } from '../features/sessionBench';
import { LONG, NAT, NAT_PACKET, WEB, WEB_PACKET } from '../webview/page/texts';

/** What is found, as line numbers of rules, `chain:number` of folded ones, and words of what is between. */
function found(
  text: string,
  packet: string,
  sought: string,
): { readonly names: readonly string[]; readonly of: number } {
  const bench = new Bench(text).send({ type: 'trace', expression: packet });
  const { revision, trace } = bench.state;
  bench.send({ type: 'find', revision, text: sought });
  const message = bench.posted('found');
  if (!message) throw new Error('nothing was answered');
  const rows = trace?.outcome.groups.flatMap((group) => group.rows) ?? [];
  const names = message.steps.map((step) => {
    const row = rows.find(({ id }) => JSON.stringify(id) === JSON.stringify(step));
    if (!row) return step.kind === 'rule' ? `folded ${step.rule}` : 'unknown';
    return row.kind === 'note' ? row.text : row.kind === 'rule' ? String(row.line) : 'fold';
  });
  return { names, of: message.of };
}

const WEB_TRACE = [WEB, WEB_PACKET] as const;
const NAT_TRACE = [NAT, NAT_PACKET] as const;
const LONG_TRACE = [LONG, WEB_PACKET] as const;

test.each<[string, readonly [string, string], string, readonly string[]]>([
  ['an option', WEB_TRACE, '--dport 443', ['8']],
  ['a chain, where it is and where it is called', WEB_TRACE, 'web', ['8', '10']],
  ['in any case', WEB_TRACE, 'DPORT 443', ['8']],
  ['a reason', WEB_TRACE, 'in eth0 ≠ lo', ['7']],
  ['a line', WEB_TRACE, '10 -A WEB', ['10']],
  ['what a rule has after an arrow', NAT_TRACE, '--to-destination', ['4']],
  ['what stands between tables', NAT_TRACE, 'connection tracking', ['NEW']],
  ['blanks find nothing', WEB_TRACE, '  ', []],
  ['nothing', WEB_TRACE, 'no such words', []],
  ['a folded rule', LONG_TRACE, '--dport 1234', ['folded 235']],
  ['first and folded ones, in the order of the rules', LONG_TRACE, '198.51.100.0/32', ['3', 'folded 251']],
])('%s', (_, [text, packet], sought, expected) => {
  expect(found(text, packet, sought)).toEqual({ names: expected, of: expected.length });
});

test('of many the first are named, and all are counted', () => {
  const many = LONG.replace('COMMIT', `${'-A INPUT -s 198.51.100.7/32 -j DROP\n'.repeat(2000)}COMMIT`);
  const { names, of } = found(many, WEB_PACKET, 'DROP');
  expect([names.length, of]).toEqual([1000, 2300]);
});
