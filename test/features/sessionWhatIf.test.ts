import { describe, expect, test } from 'vitest';
import type { StepId, StepTry, ViewState } from '../../src/shared/protocol';
import { isKept, readMessage } from '../../src/features/traceSession/readMessage';
import { lineOf, sampleText } from './sample';
import { Bench } from './sessionBench';

const WEB = `*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j DROP
COMMIT
`;
const SSH = 'in eth0 tcp 9.9.9.9 > 10.244.1.5:22 own';

function web(): Bench {
  return new Bench(WEB, 'web.rules').send({ type: 'trace', expression: SSH });
}

/** The state but for the number that each one has. */
function plain({ revision: _revision, ...state }: ViewState): Omit<ViewState, 'revision'> {
  return state;
}

function stepAt(bench: Bench, line: number): StepId {
  const row = bench.state.trace?.outcome.groups
    .flatMap(({ rows }) => rows)
    .find((each) => 'line' in each && each.line === line);
  if (!row) throw new Error(`no step is at line ${line}`);
  return row.id;
}

function tries(bench: Bench, step: StepId): readonly StepTry[] {
  bench.select(step);
  return bench.posted('detail')?.detail.tries ?? [];
}

describe('a rule is switched off', () => {
  test('by its step: the answer is what would be, with what is beside it', () => {
    const bench = web();
    expect([bench.badge, bench.state.whatIf]).toEqual(['DELIVERED :22', undefined]);
    expect(tries(bench, stepAt(bench, 6))).toEqual([{ kind: 'off', label: 'What if this rule were gone?' }]);
    bench.send({ type: 'what-if-step', revision: bench.state.revision, step: stepAt(bench, 6) });
    expect(bench.badge).toBe('DROPPED');
    expect(bench.state.whatIf).toMatchObject({
      changes: [{ words: 'line 6 off', line: 6, rule: '-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT', problems: [] }],
      before: [{ text: 'DELIVERED :22' }],
      same: false,
      copyable: true,
    });
    expect(bench.session.marks.marks.map(({ line, text }) => `${line} ${text}`)).toEqual([
      '6 what if: off',
      '7 what if: → DROPPED',
    ]);
    // The file itself came to something else, and nobody is to expect what nobody has made.
    expect([bench.session.baseline?.badge.text, bench.session.traced]).toEqual(['DELIVERED :22', undefined]);
  });

  test.each([
    ['line 6 off', [6]],
    ['iptables -D INPUT -p tcp --dport 22 -j ACCEPT', [6]],
    ['iptables -R INPUT 1 -p tcp --dport 23 -j ACCEPT', [5]],
    ['iptables -F INPUT', [5, 6, 7]],
    ['iptables -F', [5, 6, 7]],
    ['iptables -I INPUT -p tcp --dport 23 -j DROP', []],
    ['iptables -P INPUT ACCEPT', []],
    ['iptables -D INPUT -p tcp --dport 99 -j ACCEPT', []],
    ['sysctl -w net.ipv4.ip_forward=0', []],
  ] as const)('its line is struck out in the editor: %s', (text, lines) => {
    const { marks } = web().send({ type: 'what-if', text }).session.marks;
    expect(marks.flatMap(({ kind, line }) => (kind === 'off' ? [line] : []))).toEqual(lines);
  });

  test('and on again: everything is as it was', () => {
    const bench = web();
    const before = plain(bench.state);
    bench.send({ type: 'what-if', text: 'line 6 off' }).send({ type: 'what-if-back', index: 0 });
    expect(plain(bench.state)).toEqual(before);
    bench.send({ type: 'what-if', text: 'line 6 off\n-P INPUT ACCEPT' }).send({ type: 'what-if', text: 'line 6 off' });
    expect(bench.state.whatIf?.changes.map(({ words }) => words)).toEqual(['-P INPUT ACCEPT']);
    bench.send({ type: 'what-if-back', index: undefined });
    expect(plain(bench.state)).toEqual(before);
  });

  test('it stays off while the file is edited, and the packet is traced in both', () => {
    const bench = web().send({ type: 'what-if', text: 'line 6 off' });
    bench.edit(1, '*filter', '# later\n*filter');
    expect([bench.badge, bench.state.whatIf?.changes[0]?.words]).toEqual(['DROPPED', 'line 7 off']);
    bench.edit(8, 'DROP', 'ACCEPT');
    expect([bench.badge, bench.state.whatIf?.same]).toEqual(['DELIVERED :22', true]);
    bench.edit(7, '22', '23');
    expect(bench.state.whatIf).toBeUndefined();
  });

  test('another packet meets the same, another rule set nothing of it', () => {
    const bench = web().send({ type: 'what-if', text: '-F INPUT' });
    bench.send({ type: 'trace', expression: 'out lo tcp > 127.0.0.1:80' });
    expect([bench.badge, bench.state.whatIf?.before.map(({ text }) => text)]).toEqual(['DROPPED', ['DELIVERED :80']]);
  });
});

describe('what is typed', () => {
  test('a rule that is put in is a step, which takes it back', () => {
    const bench = web().send({ type: 'what-if', text: 'iptables -I INPUT -p tcp -j DROP' });
    const row = bench.state.trace?.outcome.groups
      .flatMap(({ rows }) => rows)
      .find((each) => each.kind === 'rule' && each.whatIf === 1);
    expect(row).toMatchObject({ line: undefined, mark: 'drop' });
    expect(bench.state.trace?.outcome.verdictText).toContain('Dropped by what-if 1');
    expect(tries(bench, row?.id as StepId)).toEqual([{ kind: 'back', label: 'Take this change back', index: 0 }]);
    bench.send({ type: 'what-if-step', revision: bench.state.revision, step: row?.id as StepId });
    expect([bench.badge, bench.state.whatIf]).toEqual(['DELIVERED :22', undefined]);
  });

  test('the reply to a hairpin names the change that gives the packet its source', () => {
    const text =
      '*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n-A PREROUTING -d 192.0.2.10/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.8.0.7:8080\nCOMMIT\n2: eth0: <UP> mtu 1500\n    inet 192.0.2.10/24 scope global eth0\n3: eth1: <UP> mtu 1500\n    inet 10.8.0.1/24 scope global eth1\n';
    const bench = new Bench(text, 'nat.rules')
      .send({ type: 'trace', expression: 'in eth1 tcp 10.8.0.9 > 192.0.2.10:80' })
      .send({ type: 'what-if', text: 'iptables -t nat -A POSTROUTING -o eth1 -j MASQUERADE' });
    const { reply } = bench.state;
    expect(reply.kind === 'offered' && reply.findings.join(' ')).toContain('which what-if 1 gives it');
  });

  test('a policy is asked about at its step', () => {
    const bench = web().send({ type: 'trace', expression: 'in eth0 udp 9.9.9.9 > 10.244.1.5:53 own' });
    const [first] = tries(bench, bench.state.trace?.outcome.decisive as StepId);
    expect(first).toEqual({
      kind: 'typed',
      label: 'What if the policy were ACCEPT?',
      text: 'iptables -P INPUT ACCEPT',
    });
  });

  test('what has no effect says where it is wrong', () => {
    const { state } = web().send({ type: 'what-if', text: 'iptables -I INPUT 9 -j DROP' });
    expect(state.whatIf).toMatchObject({
      same: true,
      copyable: false,
      changes: [{ problems: [{ start: 18, end: 19 }] }],
    });
    expect(state.warnings).toEqual([]);
  });

  test('nothing is nothing', () => {
    expect(web().send({ type: 'what-if', text: ' \n# later\n' }).state.whatIf).toBeUndefined();
  });

  test('a remedy is tried at once', () => {
    const bench = web().send({ type: 'trace', expression: 'in eth0 tcp 9.9.9.9 > 10.244.1.5:81 own' });
    bench.send({ type: 'ask-remedies', revision: bench.state.revision });
    const [remedy] = bench.posted('remedies')?.remedies ?? [];
    expect(remedy?.live).toBe(true);
    bench.send({ type: 'what-if-remedy', revision: bench.state.revision, index: 0 });
    expect(bench.badge).toBe(remedy?.result[0]?.text);
  });
});

describe('what is given to others says that it is not so', () => {
  const bench = web().send({ type: 'what-if', text: 'line 6 off' });
  const { shared } = bench.session;
  test.each<[string, string | undefined]>([
    ['text', shared?.text()],
    ['Markdown', shared?.markdown()],
    ['Mermaid', shared?.mermaid()],
    ['HTML', shared?.html()],
    ['a picture', shared?.picture?.('dark').svg],
  ])('%s', (_name, text) => {
    expect(text?.replace(/&#\d+;|#\d+;/g, (found) => String.fromCodePoint(Number(/\d+/.exec(found)?.[0])))).toMatch(
      /What if\\?: this is not what the file says[^]*line 6 off/,
    );
  });
  test('the command line tries the same', () => {
    expect(shared?.command()).toContain("--what-if 'line 6 off'");
  });
});

describe('beside the view', () => {
  test('a copy has the changes', () => {
    const bench = web()
      .send({ type: 'what-if', text: 'line 6 off\nsysctl -w net.ipv4.ip_forward=0' })
      .send({ type: 'what-if-copy' });
    expect(bench.effects).toEqual([
      {
        kind: 'edit',
        edits: [{ line: 5, text: undefined, beside: { line: 5, text: '-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT' } }],
      },
    ]);
    expect(bench.session.leftOfCopy).toEqual([{ kind: 'typed', text: 'sysctl -w net.ipv4.ip_forward=0' }]);
  });

  test('a reload of the window keeps what is tried', () => {
    const bench = web().send({ type: 'what-if', text: 'line 6 off\n-P FORWARD DROP' });
    const kept: unknown = JSON.parse(JSON.stringify(bench.state.keep));
    const again = new Bench(WEB, 'web.rules');
    expect(isKept(kept)).toBe(true);
    if (isKept(kept)) again.session.restore(kept);
    expect(plain(again.state)).toEqual(plain(bench.state));
  });

  test('a kernel’s trace is not laid beside what it did not see', () => {
    const bench = new Bench(sampleText('kube-node.iptables-save')).send({ type: 'what-if', text: '-F' });
    expect(bench.state.kernel).toBeUndefined();
  });

  test.each<[string, object, boolean]>([
    ['typed', { type: 'what-if', text: '-F' }, true],
    ['typed, of another type', { type: 'what-if', text: 7 }, false],
    ['all back', { type: 'what-if-back' }, true],
    ['one back', { type: 'what-if-back', index: 'x' }, false],
    ['a step', { type: 'what-if-step', revision: 1, step: { kind: 'event', event: 2 } }, true],
    ['no step', { type: 'what-if-step', revision: 1, step: 2 }, false],
  ])('messages are checked: %s', (_name, message, expected) => {
    expect(readMessage(message) !== undefined).toBe(expected);
  });
});

test('of an old revision no step is switched off', () => {
  const bench = web();
  const step = stepAt(bench, 6);
  bench
    .send({ type: 'trace', expression: 'in eth0 udp 9.9.9.9 > 10.244.1.5:53' })
    .send({ type: 'what-if-step', revision: 1, step });
  expect(bench.state.whatIf).toBeUndefined();
  expect(lineOf(WEB, ':INPUT')).toBe(2);
});
