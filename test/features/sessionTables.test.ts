import { describe, expect, test } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf } from '../../src/features/fileModel';
import { TraceSession } from '../../src/features/traceSession/traceSession';
import { Bench } from './sessionBench';

const DECIDES = `$ iptables-save | grep OUT
-A OUTPUT -d 10.40.0.0/16 -j ACCEPT
-A POSTROUTING -o ens5 -j MASQUERADE
-A OUTPUT -p tcp -m tcp --dport 80 -j PROXY
-A PROXY -p tcp -j REDIRECT --to-ports 3128
`;
const PACKET = 'out tcp > 10.40.7.7:80';
const OPEN = 'Which table is line 2 of?';

function traced(text: string, packet = PACKET): Bench {
  return new Bench(text, 'paste.txt').send({ type: 'trace', expression: packet });
}

function tabs({ state }: Bench): readonly string[] {
  return (state.trace?.tabs ?? []).map(({ badge, label }) => `${badge.text} ${label}`.trim());
}

describe('a table that nothing in the file tells', () => {
  test.each<[string, string, string, readonly string[]]>([
    ['decides', DECIDES, PACKET, ['REDIRECT :3128 line 2 is of table filter', 'SENT ens5 line 2 is of table nat']],
    ['does not decide', DECIDES, 'out tcp > 10.40.7.7:81', ['SENT ens5']],
    [
      'of several groups',
      `${DECIDES}-A WATCH -s 10.9.0.0/24 -j DROP\n`,
      PACKET,
      ['REDIRECT :3128 line 2 is of table filter', 'SENT ens5 line 2 is of table nat'],
    ],
    ['that a heading tells', `nat:\n${DECIDES}`.replace('$ iptables-save | grep OUT\n', ''), PACKET, ['SENT ens5']],
  ])('%s', (_name, text, packet, expected) => expect(tabs(traced(text, packet))).toEqual(expected));

  test('is asked with each table that takes the lines, the guess first, and with whether it matters', () => {
    const ask = (packet: string): unknown => {
      const { choices, chosen, taken, idle, line } = traced(DECIDES, packet).question(OPEN);
      return [choices.map(({ text }) => text), chosen, taken, idle, line];
    };
    expect(ask(PACKET)).toEqual([['filter', 'nat', 'mangle', 'raw'], undefined, 0, false, 2]);
    expect(ask('out tcp > 10.40.7.7:81')).toEqual([['filter', 'nat', 'mangle', 'raw'], undefined, 0, true, 2]);
  });

  test('is settled by a click, told to the editor, and no longer assumed', () => {
    const bench = traced(DECIDES);
    const assumed = (): boolean =>
      bench.state.assumed.some(({ message }) => message.startsWith('Line 2 is read as table'));
    expect(assumed()).toBe(true);
    bench.answer(OPEN, 'nat');
    expect([tabs(bench), assumed(), bench.question(OPEN).chosen, bench.question(OPEN).taken]).toEqual([
      ['SENT ens5'],
      false,
      1,
      undefined,
    ]);
    expect(bench.effects.some(({ kind }) => kind === 'tables')).toBe(true);
    expect(bench.session.tables).toEqual({ 'OUTPUT 1': 'nat' });
    bench.answer(OPEN, 'filter');
    expect(tabs(bench)).toEqual(['REDIRECT :3128']);
    bench.answer(OPEN, undefined);
    expect([tabs(bench).length, bench.session.tables]).toEqual([2, {}]);
  });

  test.each<[string, (bench: Bench) => Bench, string | undefined]>([
    ['another packet', (bench) => bench.send({ type: 'trace', expression: `${PACKET} uid 7` }), 'SENT ens5'],
    ['an edit of the lines', (bench) => bench.edit(2, '10.40.0.0/16', '10.0.0.0/8'), 'SENT ens5'],
    [
      'lines that are put above',
      (bench) => bench.put({ startLine: 0, startColumn: 0, endLine: 0, endColumn: 0, newText: 'Hello\n\n' }),
      'SENT ens5',
    ],
    [
      'a chain that comes before the group',
      (bench) =>
        bench.put({
          startLine: 1,
          startColumn: 0,
          endLine: 1,
          endColumn: 0,
          newText: '-A OUTPUT -j WATCH\n-A WATCH -s 10.9.0.0/24 -j RETURN\n',
        }),
      'SENT ens5',
    ],
    [
      'a change of the host',
      (bench) => bench.send({ type: 'set-field', name: 'host.forwarding', value: 'off' }),
      'SENT ens5',
    ],
  ])('what was said stays after %s', (_name, change, badge) => {
    const bench = change(traced(DECIDES).answer(OPEN, 'nat'));
    expect([bench.badge, tabs(bench).length]).toEqual([badge, 1]);
  });

  test('an edit that tells the table leaves nothing to say', () => {
    const bench = traced(DECIDES).answer(OPEN, 'nat').edit(2, '-j ACCEPT', '-j DROP');
    expect(bench.state.trace?.questions.filter(({ chosen }) => chosen !== undefined)).toEqual([]);
    expect(bench.state.trace?.questions[0]?.choices.map(({ text }) => text)).toEqual(['filter', 'mangle', 'raw']);
  });

  test('a model that was read another way is read as it was said', () => {
    const bench = traced(DECIDES).answer(OPEN, 'nat');
    bench.effects = bench.session.setModel(modelOf(parseSourceFile(`${DECIDES}\n`), {}));
    expect(bench.badge).toBe('SENT ens5');
  });

  test('a reload keeps it', () => {
    const kept = traced(DECIDES).answer(OPEN, 'nat').state.keep;
    const session = new TraceSession('file:///notes.md', 'notes.md');
    session.setModel(modelOf(parseSourceFile(DECIDES)));
    const effects = session.restore(structuredClone(kept));
    expect(session.shown?.trace?.outcome.badge.text).toBe('SENT ens5');
    expect(effects.some(({ kind }) => kind === 'tables')).toBe(true);
  });

  test('each of two groups of one chain has its own answer', () => {
    const text = `host a1:\n\n${DECIDES}\nhost b2:\n\n${DECIDES}`;
    const bench = traced(text);
    const [first, second] = bench.state.dumps;
    bench.send({ type: 'choose-dump', id: second?.id ?? '' }).answer('Which table is line', 'nat');
    expect(bench.badge).toBe('SENT ens5');
    bench.send({ type: 'choose-dump', id: first?.id ?? '' });
    expect(tabs(bench).length).toBe(2);
  });
});
