import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Row, StepDetail, StepGroup, StepId, TraceReport } from '../../src/shared/protocol';
import type { TraceInput } from '../../src/features/traceReport/traceInput';
import { stepDetail } from '../../src/features/traceReport/stepDetail';
import { lineOfStep, runPage, stepsAtLine, makeReport } from '../../src/features/traceReport/makeReport';
import { traceMarkdown } from '../../src/features/traceReport/traceText';
import { traceOf } from './traceOf';

const questions = readFileSync(path.join(import.meta.dirname, 'fixtures/questions.iptables-save'), 'utf8');
const host = { ifaces: [{ name: 'eth0', addrs: ['192.0.2.10/24'] }], routes: ['default via 192.0.2.1 dev eth0'] };
const ssh = 'in eth0 tcp 203.0.113.9:41522 > 192.0.2.10:22 syn';

const redirect = `*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:CAPTURE - [0:0]
-A PREROUTING -p tcp -j CAPTURE
-A CAPTURE -p tcp -m tcp --dport 22 -j RETURN
-A CAPTURE -p tcp -m tcp --dport 9102 -m comment --comment "metrics" -j RETURN
-A CAPTURE -p tcp -j REDIRECT --to-ports 15006
COMMIT
`;

const guarded = `*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A POSTROUTING -o eth0 -j SNAT --to-source 192.0.2.9
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i eth0 -p udp -j DROP
COMMIT
`;

/** The detail of a step that is there. */
function detailOf(input: TraceInput, step: StepId | undefined): StepDetail | undefined {
  if (!step) throw new Error('there is no such step');
  return stepDetail(input, step);
}

function rows({ outcome }: TraceReport): readonly Row[] {
  return outcome.groups.flatMap((group: StepGroup) => group.rows);
}

describe('the model is plain and small', () => {
  test('it survives being sent to a web page', () => {
    const model = makeReport(traceOf(questions, ssh, { host }));
    expect(structuredClone(model)).toEqual(model);
  });

  test('a chain of 2,000 rules is a fold and the rule that nearly matched', () => {
    const many = Array.from(
      { length: 2_000 },
      (_, i) => `-A INPUT -s 10.${i >> 16}.${(i >> 8) & 255}.${i & 255}/32 -p tcp -m tcp --dport 443 -j DROP`,
    );
    const input = traceOf(
      `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${many.join('\n')}\nCOMMIT\n`,
      'in eth0 tcp 10.0.1.5:41522 > 192.0.2.10:22 syn',
      { host },
    );
    const model = makeReport(input);
    expect(JSON.stringify(model).length).toBeLessThan(8_000);
    const long = model.outcome.groups.find(({ title }) => title === 'INPUT · filter');
    expect(long?.rows.map((row) => (row.kind === 'rule' ? `${row.number} ${row.why}` : row.text))).toEqual([
      '1 src 10.0.1.5 ≠ 10.0.0.0',
      '2 src 10.0.1.5 ≠ 10.0.0.1',
      '259 more rules did not match (3–261)',
      '262 dport 22 ≠ 443',
      '1,738 more rules did not match (263–2,000)',
      'policy ACCEPT',
    ]);
    const fold = long?.rows.find((row) => row.kind === 'fold');
    if (fold?.kind !== 'fold') throw new Error('there is no fold');
    const page = runPage(input, fold.id, 200, 3);
    expect(
      page?.rows.map(({ number, line, id, why }) => [number, line, id.kind === 'rule' && id.rule === number, why]),
    ).toEqual([
      [200, 204, true, 'src 10.0.1.5 ≠ 10.0.0.199'],
      [201, 205, true, 'src 10.0.1.5 ≠ 10.0.0.200'],
      [202, 206, true, 'src 10.0.1.5 ≠ 10.0.0.201'],
    ]);
    expect(runPage(input, fold.id, 1_999, 50)?.rows.map(({ number }) => number)).toEqual([1_999, 2_000]);
    expect(runPage(input, { kind: 'event', event: 0 }, 1, 10)).toBeUndefined();
    expect(stepsAtLine(input, 204)).toEqual([page?.rows[0]?.id]);
  });
});

describe('steps and lines of the file', () => {
  const input = traceOf(redirect, 'in eth0 tcp 203.0.113.9:41522 > 192.0.2.10:3000 syn', { host });
  const all = rows(makeReport(input));

  test('every step leads to its line and back', () => {
    for (const row of all) {
      if (row.kind === 'fold' || row.line === undefined) continue;
      expect(lineOfStep(input, row.id)).toBe(row.line);
      expect(stepsAtLine(input, row.line)).toContainEqual(row.id);
    }
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });

  test('every step has a detail, with a title that names its line', () => {
    for (const row of all) {
      const detail = stepDetail(input, row.id);
      expect(detail?.step).toEqual(row.id);
      expect(detail?.happened).not.toBe('');
      if (row.kind !== 'fold' && row.line !== undefined)
        expect(detail?.title.map(({ text }) => text).join('')).toContain(`Line ${row.line}`);
    }
    expect(stepDetail(input, { kind: 'event', event: 9999 })).toBeUndefined();
    expect(stepDetail(input, { kind: 'event', event: -1 })).toBeUndefined();
  });

  test('the rule that redirects is selected first, and says what it spared and what it changed', () => {
    const { outcome } = makeReport(input);
    const detail = detailOf(input, outcome.decisive);
    expect(detail).toMatchObject({
      line: 10,
      conditions: [{ text: '-p tcp', actual: 'tcp', result: 'yes' }],
      changes: [{ field: 'dport', before: '3000', after: '15006' }],
      notes: [
        {
          title: 'Why not straight to 192.0.2.10:3000?',
          text: 'No RETURN above matched: port 3000 is not one of 22, 9102.',
        },
      ],
    });
    expect(outcome.badge).toEqual({ text: 'REDIRECT :15006', tone: 'redirect' });
  });

  test('conditions after the first no are not asked', () => {
    const step = all.find((row) => row.kind === 'rule' && row.number === 2 && row.chain === 'CAPTURE');
    expect(detailOf(input, step?.id)?.conditions.map(({ text, result }) => [text, result])).toEqual([
      ['-p tcp', 'yes'],
      ['--dport 9102', 'no'],
    ]);
    const udp = traceOf(redirect, 'in eth0 udp 203.0.113.9:41522 > 192.0.2.10:3000', { host });
    expect(detailOf(udp, stepsAtLine(udp, 7)[0])?.conditions.map(({ result }) => result)).toEqual(['no']);
  });

  test('a comment stands behind its rule in the list, as iptables -L prints it, and as written in the detail', () => {
    const step = all.find((row) => row.kind === 'rule' && row.number === 2 && row.chain === 'CAPTURE');
    expect(step?.kind === 'rule' && step.tokens.map(({ text }) => text).join(' ')).toBe(
      '-p tcp --dport 9102 -j RETURN /* metrics */',
    );
    expect(
      detailOf(input, step?.id)
        ?.tokens.map(({ text }) => text)
        .join(' '),
    ).toBe('-A CAPTURE -p tcp -m tcp --dport 9102 -m comment --comment "metrics" -j RETURN');
  });
});

describe('the way through the hooks', () => {
  const way = (text: string, packet: string): string[] =>
    makeReport(traceOf(text, packet, { host })).outcome.path.map(
      ({ title, state, changes, tables }) =>
        `${state === 'off' ? '(' : ''}${changes.length > 0 ? `${changes.join(', ')} → ` : ''}${title}${tables
          .filter((table) => table.state === 'hit' || table.state === 'dropped')
          .map(({ name }) => ` ${name}`)
          .join('')}${state === 'off' ? ')' : ''}`,
    );

  const snat = 'src 192.0.2.10:41522 → 192.0.2.9:41522';

  test.each<[string, string, string, readonly string[]]>([
    [
      'redirected',
      redirect,
      'in eth0 tcp 203.0.113.9:41522 > 192.0.2.10:3000 syn',
      ['PREROUTING nat', 'dport 3000 → 15006 → ROUTE', 'INPUT', 'SOCKET', '(FORWARD)', '(POSTROUTING)'],
    ],
    [
      'spared by RETURN',
      redirect,
      'in eth0 tcp 203.0.113.9:41522 > 192.0.2.10:22 syn',
      ['PREROUTING', 'ROUTE', 'INPUT', 'SOCKET', '(FORWARD)', '(POSTROUTING)'],
    ],
    [
      'forwarded',
      redirect,
      'in eth0 udp 203.0.113.9:41522 > 198.51.100.1:53',
      ['PREROUTING', 'ROUTE', 'ttl 64 → 63 → FORWARD', 'POSTROUTING', 'WIRE', '(INPUT)'],
    ],
    ['sent', redirect, 'out uid 1 udp > 198.51.100.1:53', ['ROUTE', 'OUTPUT', 'POSTROUTING', 'WIRE']],
    [
      'to itself',
      redirect,
      'out uid 1 tcp > 192.0.2.10:80 syn',
      ['ROUTE', 'OUTPUT', 'POSTROUTING', 'LO', 'PREROUTING', 'ROUTE', 'INPUT', 'SOCKET'],
    ],
    [
      'to many',
      guarded,
      'out uid 1 udp > 192.0.2.255:137',
      [
        'ROUTE',
        'OUTPUT',
        'COPY',
        'POSTROUTING nat',
        `${snat} → PREROUTING`,
        'ROUTE',
        'INPUT filter',
        'DROP',
        'ITSELF',
        'POSTROUTING',
        `${snat} → WIRE`,
      ],
    ],
    [
      'to many on this host',
      guarded,
      'out uid 1 udp > 224.0.0.1:137 ttl 0',
      ['ROUTE', 'OUTPUT', 'COPY', 'POSTROUTING nat', `${snat} → PREROUTING`, 'ROUTE', 'INPUT filter', 'DROP'],
    ],
    [
      'rejected',
      questions,
      'in eth0 udp 203.0.113.9:41522 > 192.0.2.10:161',
      ['PREROUTING', 'ROUTE', 'INPUT filter', 'REJECT', '(FORWARD)', '(POSTROUTING)'],
    ],
  ])('%s', (_, text, packet, expected) => {
    expect(way(text, packet)).toEqual(expected);
  });
});

test('a packet that is fragmented says in which fragments it leaves', () => {
  const narrow = { ifaces: [...host.ifaces, { name: 'wg0', addrs: ['10.8.0.1/24'], mtu: 1420 }], routes: host.routes };
  const sentence = (packet: string): string =>
    makeReport(traceOf(redirect, packet, { host: narrow })).outcome.verdictText;
  expect(sentence('in eth0 udp 203.0.113.9:41522 > 10.8.0.9:53 length 1500')).toMatch(
    /^It leaves by wg0 to 10.8.0.9:53 in 2 fragments \(1420 and 100 bytes\)\./,
  );
  expect(sentence('out udp 10.8.0.1:41522 > 10.8.0.9:53 length 9000')).toMatch(
    /in 7 fragments \(1420, 1420, … and 600 bytes\)\./,
  );
  expect(sentence('out tcp 10.8.0.1:41522 > 10.8.0.9:53 length 9000')).not.toMatch(/fragment/);
  expect(sentence('in eth0 udp 203.0.113.9:41522 > 10.8.0.9:53 length 1420')).not.toMatch(/fragment/);
});

describe('a copy for this host itself', () => {
  const input = traceOf(guarded, 'out uid 1 udp > 192.0.2.255:137', { host });
  const { outcome } = makeReport(input);

  test('what leaves decides, and what becomes of the copy is said', () => {
    expect([outcome.badge.text, outcome.verdictText]).toEqual([
      'SENT eth0',
      'It leaves by eth0 to 192.0.2.255:137. Line 6 gives it the source 192.0.2.9:41522. This host takes a copy itself, which is dropped by line 12.',
    ]);
    expect(
      rows(makeReport(input)).flatMap((row) =>
        row.kind === 'note' && /copy|itself/.test(row.text + row.why) ? [`${row.text} (${row.why})`] : [],
      ),
    ).toEqual([
      'this host receives a copy of it itself (POSTROUTING, then in again)',
      'the packet itself goes on (the copy is dropped by line 12)',
    ]);
  });

  test('that it is in no group that a program may have joined is taken for granted, and said', () => {
    const notes = (packet: string): readonly string[] =>
      traceOf(guarded, packet, { host }).traced.outcomes.flatMap((each) => each.notes);
    expect(notes('out udp > 192.0.2.255:137')).toEqual([]);
    expect(notes('out udp > 224.0.0.251:5353')).toEqual([
      expect.stringMatching(/^no program of this host has joined the multicast group 224.0.0.251/),
    ]);
    expect(notes('in eth0 udp 192.0.2.7:5353 > 224.0.0.251:5353')).toEqual([
      expect.stringMatching(/^no program of this host has joined/),
    ]);
    expect(notes('out udp > 224.0.0.1:137')).toEqual([
      expect.stringMatching(/^the sending socket has IP_MULTICAST_LOOP on/),
    ]);
  });
});

describe('what only the user can answer', () => {
  test('each question once, with the outcomes that it makes', () => {
    const model = makeReport(traceOf(questions, ssh, { host }));
    expect(model.tabs.map(({ badge, probability }) => [badge.text, probability])).toEqual([
      ['DROPPED', undefined],
      ['DELIVERED :22', undefined],
      ['REJECTED', undefined],
    ]);
    expect(
      model.questions.map(({ text, place, line, choices, chosen }) => [
        text,
        place,
        line,
        choices.map((choice) => [choice.text, choice.probability]),
        chosen,
      ]),
    ).toEqual([
      [
        'Is the source in the set blocked?',
        'filter INPUT rule 3',
        9,
        [
          ['yes', undefined],
          ['no', undefined],
        ],
        undefined,
      ],
      [
        '--probability 0.25000000000',
        'filter CHECKS rule 2',
        13,
        [
          ['yes', 0.25],
          ['no', 0.75],
        ],
        undefined,
      ],
    ]);
  });

  test('of a thousand questions the first are asked, and those that were answered', () => {
    const many = `*filter\n${Array.from({ length: 40 }, (_, i) => `-A INPUT -m set --match-set S${i} src -j ACCEPT\n`).join('')}COMMIT\n`;
    const open = makeReport(traceOf(many, ssh, { host }));
    expect([open.questions.length, open.moreQuestions, open.tabs.length, open.moreOutcomes]).toEqual([12, 28, 24, 17]);
    const last = 'filter/INPUT/40/--match-set S39 src';
    const answered = makeReport(traceOf(many, ssh, { host, answers: { [last]: true } }));
    expect([answered.questions.length, answered.moreQuestions, answered.questions.at(-1)?.chosen]).toEqual([13, 27, 0]);
  });

  test('a rule that the kernel does not load is shown as one that does nothing', () => {
    const loop = '*filter\n:INPUT ACCEPT [0:0]\n:A - [0:0]\n-A INPUT -j A\n-A A -j A\nCOMMIT\n';
    const { outcome } = makeReport(traceOf(loop, ssh, { host }));
    const rows = outcome.groups.flatMap((group) => group.rows).filter((row) => row.kind === 'rule');
    expect(rows.map(({ mark, why }) => [mark, why])).toEqual([
      ['jump', 'jump'],
      ['no', 'not loaded: this jump loops back to chain "A", and the kernel refuses loops'],
    ]);
  });

  test('an answer leaves the outcomes that agree with it, and stays on show', () => {
    const open = makeReport(traceOf(questions, ssh, { host }));
    const no = open.questions[0]?.choices[1];
    const model = makeReport(traceOf(questions, ssh, { host, answers: { [no?.key ?? '']: no?.value ?? true } }));
    expect(model.tabs.map(({ badge }) => badge.text)).toEqual(['DELIVERED :22', 'REJECTED']);
    expect(model.questions.map(({ chosen }) => chosen)).toEqual([1, undefined]);
  });

  test('a path is chosen by its index; one that is not there is the first', () => {
    expect(makeReport(traceOf(questions, ssh, { host, selected: 2 })).outcome.badge.text).toBe('REJECTED');
    expect(makeReport(traceOf(questions, ssh, { host, selected: 99 })).outcome.badge.text).toBe('DROPPED');
  });

  test('what was taken as no stands among the reasons for the drop', () => {
    const input = traceOf(questions, ssh, { host, selected: 2 });
    const { outcome } = makeReport(input);
    expect(detailOf(input, outcome.decisive)?.notes[0]?.text).toContain(
      'line 13: assumed not --probability 0.25000000000',
    );
  });
});

test('the Markdown form has the answer as a list and the steps as a block', () => {
  const markdown = traceMarkdown(traceOf(redirect, 'in eth0 tcp 203.0.113.9:41522 > 192.0.2.10:3000 syn', { host }), [
    'The source is 203.0.113.9: <a guess>.',
  ]);
  expect(markdown.split('\n').filter((line) => line.startsWith('- '))).toMatchInlineSnapshot(`
    [
      "- arrives: \`tcp\` \`203.0.113.9:41522\` → \`192.0.2.10:3000\` SYN by \`eth0\`",
      "- comes to: \`tcp\` \`203.0.113.9:41522\` → \`192.0.2.10:15006\`  the file does not say which program listens there",
      "- decided by line 10, CAPTURE rule 3 REDIRECT",
      "- assumed: The source is 203\\.0\\.113\\.9\\: \\<a guess\\>\\.",
    ]
  `);
  expect(markdown).toMatch(/^`in eth0 tcp .*`\n\n\*\*REDIRECT \\:15006\*\* /);
  expect(markdown).toMatch(/\n```text\n[^`]*decides nat[^`]*\n```\n$/);
});
