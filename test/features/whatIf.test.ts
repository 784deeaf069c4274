import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import type { SourceFile } from '../../src/core/syntax/sourceFile';
import { printRuleSet } from '../../src/features/canonical';
import { modelOf, ruleSetOf, type FileModel } from '../../src/features/fileModel';
import { withEdits } from '../../src/features/whatIf/withEdits';
import { badgeOf } from '../../src/features/traceReport/verdict';
import { evaluate } from '../../src/features/traceSession/evaluate';
import { copyOf } from '../../src/features/whatIf/copyOf';
import { groundOf, type Ground } from '../../src/features/whatIf/ground';
import { splitTyped } from '../../src/features/whatIf/splitTyped';
import { followed, isSameWhatIf, offLine, typed, wordsOf, type WhatIf } from '../../src/features/whatIf/whatIf';
import { editSourceFile } from '../../src/core/syntax/edit';
import { sampleText } from './sample';
import { runs } from '../runs';

const HOST = `*nat
:PREROUTING ACCEPT [0:0]
:web - [0:0]
-A PREROUTING -p tcp -m tcp --dport 80 -j web
-A web -s 10.0.0.0/8 -j RETURN
-A web -p tcp -j REDIRECT --to-ports 8080
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:guard - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m set --match-set friends src -j ACCEPT
-A INPUT -j guard
-A INPUT -j DROP
-A INPUT -p udp -j ACCEPT
-A guard -p tcp -m tcp --dport 22 -j ACCEPT
-A guard -j RETURN
COMMIT
$ ipset save
create friends hash:ip family inet
add friends 192.0.2.7
$ ip addr
1: lo: <LOOPBACK,UP> mtu 65536
    inet 127.0.0.1/8 scope host lo
2: eth0: <BROADCAST,UP> mtu 1500
    inet 10.244.1.5/24 scope global eth0
3: eth1: <BROADCAST,UP> mtu 1500
    inet 10.9.0.1/24 scope global eth1
$ ip route
default via 10.244.1.1 dev eth0
10.244.1.0/24 dev eth0 scope link
10.9.0.0/24 dev eth1 scope link
$ ss -ltn
State   Recv-Q  Send-Q  Local Address:Port  Peer Address:Port
LISTEN  0       128     0.0.0.0:22          0.0.0.0:*
LISTEN  0       128     127.0.0.1:8080      0.0.0.0:*
`;
const DUMPS = [HOST, sampleText('kube-node.iptables-save'), sampleText('docker-host.iptables-save')];

function modelFor(text: string, fileName = 'notes.md'): FileModel & { readonly defaultDump: object } {
  const model = modelOf(parseSourceFile(text, { fileName }));
  if (!model.defaultDump) throw new Error('there are no rules');
  return model as FileModel & { readonly defaultDump: object };
}

function tried(text: string, changes: string | readonly WhatIf[]): Ground {
  const model = modelFor(text);
  const whatIf = typeof changes === 'string' ? splitTyped(changes, model.file) : changes;
  return groundOf(model, model.dumps[0] as Ground['dump'], whatIf);
}

function rulesOf(ground: Pick<Ground, 'dump'>): string {
  return printRuleSet(ruleSetOf(ground.dump.section));
}

function badge({ model, dump }: Pick<Ground, 'model' | 'dump'>, expression: string): string {
  const { input } = evaluate(model, dump, { expression, outcome: 0, answers: {}, overrides: undefined });
  return [...new Set((input?.traced.outcomes ?? []).map((walked) => badgeOf(walked).text))].join(' or ');
}

/** The lines that append rules, from 0. */
function ruleLines(text: string): readonly number[] {
  return text.split('\n').flatMap((line, i) => (/^(?:\[\d+:\d+\] )?-A /.test(line) ? [i] : []));
}

function off(text: string, lines: readonly number[]): readonly WhatIf[] {
  const { file } = modelFor(text);
  return lines.map((line) => offLine(file.lines[line] as (typeof file.lines)[number]));
}

describe('what comes of a change', () => {
  test.each<[string, string, string, string]>([
    ['a rule is gone', 'line 13 off', 'out lo tcp 127.0.0.1 > 127.0.0.1:8080', 'DROPPED'],
    ['the rule that leads to a chain', 'line 15 off', 'in eth0 tcp 9.9.9.9 > 10.244.1.5:22', 'DROPPED'],
    [
      'a rule without conditions opens what is behind it',
      'line 16 off',
      'in eth0 udp 9.9.9.9 > 10.244.1.5:53',
      'DELIVERED :53',
    ],
    [
      'a rule is put in',
      'iptables -I INPUT -p tcp --dport 443 -j ACCEPT',
      'in eth0 tcp 9.9.9.9 > 10.244.1.5:443',
      'NO LISTENER :443',
    ],
    ['a rule without the program', '-I guard -p tcp -j DROP', 'in eth0 tcp 9.9.9.9 > 10.244.1.5:22', 'DROPPED'],
    [
      'behind a prompt, with sudo',
      '$ sudo iptables -P FORWARD DROP',
      'forward eth0 eth1 udp 9.9.9.9 > 10.9.0.7:53',
      'DROPPED',
    ],
    [
      'a loop',
      'for p in 22 23; do\n  iptables -I INPUT -p tcp --dport $p -j DROP\ndone',
      'in eth0 tcp 9.9.9.9 > 10.244.1.5:22',
      'DROPPED',
    ],
    [
      'several lines, each after the other',
      '-N new\n-A new -j DROP\n-I INPUT -j new',
      'out lo tcp 127.0.0.1 > 127.0.0.1:8080',
      'DROPPED',
    ],
    [
      'a table that is not in the dump',
      'iptables -t mangle -A PREROUTING -j DROP',
      'out lo tcp 127.0.0.1 > 127.0.0.1:8080',
      'DROPPED',
    ],
    ['a member of a set', 'ipset add friends 9.9.9.9', 'in eth0 tcp 9.9.9.9 > 10.244.1.5:81', 'NO LISTENER :81'],
    ['a member goes', 'ipset del friends 192.0.2.7', 'in eth0 tcp 192.0.2.7 > 10.244.1.5:81', 'DROPPED'],
    ['a setting', 'sysctl -w net.ipv4.ip_forward=0', 'in eth0 udp 9.9.9.9 > 10.9.0.7:53', 'DROPPED'],
    [
      'a setting by its file',
      'echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter',
      'in eth1 tcp 9.9.9.9 > 10.244.1.5:22',
      'DROPPED',
    ],
    ['a route', 'ip route add 172.20.0.0/16 via 10.9.0.9', 'in eth0 udp 9.9.9.9 > 172.20.0.7:53', 'SENT eth1'],
    ['a route goes', 'ip route del 10.9.0.0/24', 'in eth0 udp 9.9.9.9 > 10.9.0.7:53', 'SENT eth0'],
    ['a blackhole', 'ip route add blackhole 172.20.0.0/16', 'in eth0 udp 9.9.9.9 > 172.20.0.7:53', 'DROPPED'],
    [
      'a policy rule',
      'ip route add default via 10.9.0.9 table 7\nip rule add from 9.9.9.9 lookup 7',
      'in eth0 udp 9.9.9.9 > 8.8.8.8:53',
      'SENT eth1',
    ],
    ['an address', 'ip addr add 10.9.0.7/32 dev eth1', 'in eth0 tcp 9.9.9.9 > 10.9.0.7:22', 'DELIVERED :22'],
    [
      'a listener',
      'listen 0.0.0.0:443 nginx\n-I INPUT -j ACCEPT',
      'in eth0 tcp 9.9.9.9 > 10.244.1.5:443',
      'DELIVERED :443',
    ],
    ['a listener goes', 'unlisten :22', 'in eth0 tcp 9.9.9.9 > 10.244.1.5:22', 'NO LISTENER :22'],
  ])('%s', (_name, changes, packet, expected) => {
    const ground = tried(HOST, changes);
    expect(ground.made.flatMap(({ problems }) => problems)).toEqual([]);
    expect(badge(ground, packet)).toBe(expected);
    const model = modelFor(HOST);
    expect(badge({ model, dump: model.dumps[0] as Ground['dump'] }, packet)).not.toBe(expected);
  });

  test.each<[string, string, RegExp, [number, number] | undefined]>([
    ['no such position', 'iptables -I INPUT 9 -j DROP', /must be from 1 to 6/, [18, 19]],
    ['no such rule', 'iptables -D INPUT -p sctp -j DROP', /no rule like this/, [9, 11]],
    ['an unknown chain', 'iptables -A nowhere -j DROP', /nowhere/, [12, 19]],
    ['an option, with the place of what was typed', '-A INPUT -p tcp --dpotr 80', /dpotr/, [16, 23]],
    ['a loop of chains', '-I guard -j guard', /loop/, [12, 17]],
    ['a place that the kernel refuses', '-t nat -A PREROUTING -j MASQUERADE', /POSTROUTING/, [24, 34]],
    ['a route that is there', 'ip route add default via 10.244.1.2 dev eth0', /File exists/, undefined],
    ['a route that is not', 'ip route del 192.0.2.0/24', /No such process/, undefined],
    ['a device that is not', 'ip route add 192.0.2.0/24 dev eth7', /Cannot find device "eth7"/, undefined],
    ['a set that is not listed', 'ipset add foes 9.9.9.9', /there is no set "foes"/, undefined],
    ['a word for a setting', 'sysctl -w net.ipv4.ip_forward=yes', /"yes" is not a number/, undefined],
    ['no rule on the line', 'line 1 off', /holds no rule/, undefined],
    ['rules of another family', 'ip6tables -P INPUT DROP', /no IPv6 rules/, undefined],
    ['nothing that can be tried', 'rm -rf /', /cannot be tried/, undefined],
  ])('has no effect: %s', (_name, changes, message, at) => {
    const ground = tried(HOST, changes);
    const [problem] = ground.made[0]?.problems ?? [];
    expect(problem?.message).toMatch(message);
    expect(problem && problem.start !== undefined ? [problem.start, problem.end] : undefined).toEqual(at);
    expect(rulesOf(ground)).toBe(rulesOf({ dump: modelFor(HOST).dumps[0] as Ground['dump'] }));
  });

  test('one that cannot be made leaves the others', () => {
    const ground = tried(HOST, '-I INPUT 9 -j DROP\n-I INPUT -p tcp -j ACCEPT\n-F nowhere');
    expect(ground.made.map(({ problems }) => problems.length)).toEqual([1, 0, 1]);
    expect(rulesOf(ground)).toContain(':guard - [0:0]\n-A INPUT -p tcp -j ACCEPT\n-A INPUT -i lo -j ACCEPT\n');
  });
});

describe('laws', () => {
  const picked = fc
    .constantFrom(...DUMPS)
    .chain((text) =>
      fc.record({
        text: fc.constant(text),
        lines: fc.shuffledSubarray([...ruleLines(text)], { minLength: 1, maxLength: 6 }),
      }),
    );

  test('rules that are off are as if their lines were deleted from the text', () => {
    fc.assert(
      fc.property(picked, ({ text, lines }) => {
        const gone = new Set(lines);
        const rest = text
          .split('\n')
          .filter((_, i) => !gone.has(i))
          .join('\n');
        expect(rulesOf(tried(text, off(text, lines)))).toBe(
          rulesOf({ dump: modelFor(rest).dumps[0] as Ground['dump'] }),
        );
      }),
      { numRuns: runs(60) },
    );
  });

  test('the order in which they are switched off does not matter', () => {
    fc.assert(
      fc.property(picked, ({ text, lines }) => {
        const changes = off(text, lines);
        expect(rulesOf(tried(text, changes))).toBe(rulesOf(tried(text, [...changes].reverse())));
      }),
      { numRuns: 30 },
    );
  });

  test('the rules of the file stay as they are', () => {
    fc.assert(
      fc.property(picked, ({ text, lines }) => {
        const model = modelFor(text);
        const dump = model.dumps[0] as Ground['dump'];
        const before = rulesOf({ dump });
        groundOf(model, dump, [
          ...off(text, lines),
          { kind: 'typed', text: 'iptables -I INPUT 1 -j DROP' },
          { kind: 'typed', text: 'iptables -F' },
        ]);
        expect(rulesOf({ dump })).toBe(before);
      }),
      { numRuns: 30 },
    );
  });

  const COMMANDS = [
    'iptables -I INPUT 2 -p udp -j DROP',
    'iptables -A FORWARD -j DROP',
    'iptables -D INPUT 1',
    'iptables -P OUTPUT DROP',
    'iptables -N added',
    'iptables -I INPUT -j added',
    'iptables -A added -p tcp -j DROP',
    'iptables -t mangle -A FORWARD -j ACCEPT',
    'iptables -R INPUT 1 -p icmp -j ACCEPT',
    'iptables -F FORWARD',
  ];

  test('a copy of the file with the changes written into it has the rules that were tried', () => {
    fc.assert(
      fc.property(picked, fc.subarray(COMMANDS), ({ text, lines }, commands) => {
        const model = modelFor(text);
        const ground = groundOf(model, model.dumps[0] as Ground['dump'], [
          ...off(text, lines),
          ...commands.map((each): WhatIf => ({ kind: 'typed', text: each })),
        ]);
        const { edits, left } = copyOf(ground, model);
        const copy = withEdits(text, edits) ?? '';
        expect(left).toEqual([]);
        expect(rulesOf({ dump: modelFor(copy).dumps[0] as Ground['dump'] })).toBe(rulesOf(ground));
      }),
      { numRuns: runs(60) },
    );
  });
});

test('a copy has no place for settings of the host: they stay tried', () => {
  const model = modelFor(HOST);
  const changes = splitTyped('sysctl -w net.ipv4.ip_forward=0\n-P OUTPUT DROP', model.file);
  const { edits, left } = copyOf(groundOf(model, model.dumps[0] as Ground['dump'], changes), model);
  expect([edits.length, left.map(wordsOf)]).toEqual([2, ['sysctl -w net.ipv4.ip_forward=0']]);
});

test('in a script commands come at its end, and a rule that is off goes', () => {
  const text =
    '#!/bin/sh\niptables -P INPUT DROP\niptables -A INPUT -i lo -j ACCEPT\niptables -A INPUT -p tcp --dport 22 -j ACCEPT\n';
  const model = modelFor(text, 'rules.sh');
  const ground = groundOf(
    model,
    model.dumps[0] as Ground['dump'],
    splitTyped('line 3 off\n-A INPUT -p icmp -j ACCEPT', model.file),
  );
  expect(rulesOf(ground)).toContain('-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n-A INPUT -p icmp -j ACCEPT\nCOMMIT');
  expect(rulesOf(ground)).not.toContain('-i lo');
  expect(withEdits(text, copyOf(ground, model).edits)).toBe(
    '#!/bin/sh\niptables -P INPUT DROP\niptables -A INPUT -p tcp --dport 22 -j ACCEPT\niptables -A INPUT -p icmp -j ACCEPT\n',
  );
});

describe('while the file is edited', () => {
  const { file } = modelFor(HOST);
  const changes: readonly WhatIf[] = [...off(HOST, [15]), { kind: 'typed', text: '-F' }];
  test.each<[string, Parameters<typeof editSourceFile>[1], readonly string[]]>([
    [
      'a line above: it moves along',
      { startLine: 0, startColumn: 0, endLine: 0, endColumn: 0, newText: '\n\n' },
      ['line 18 off', '-F'],
    ],
    ['a line below', { startLine: 17, startColumn: 0, endLine: 18, endColumn: 0, newText: '' }, ['line 16 off', '-F']],
    [
      'its own line: it is no longer off',
      { startLine: 15, startColumn: 9, endLine: 15, endColumn: 16, newText: '-j ACCEPT' },
      ['-F'],
    ],
    [
      'its own line and those before it, written again',
      { startLine: 0, startColumn: 0, endLine: 15, endColumn: 16, newText: HOST.split('\n').slice(0, 16).join('\n') },
      ['-F'],
    ],
    [
      'its own line and the one before it, written again',
      { startLine: 14, startColumn: 0, endLine: 15, endColumn: 16, newText: HOST.split('\n').slice(14, 16).join('\n') },
      ['-F'],
    ],
    [
      'its own line and those after it, written again',
      { startLine: 15, startColumn: 0, endLine: 999, endColumn: 0, newText: HOST.split('\n').slice(15).join('\n') },
      ['-F'],
    ],
    [
      'all but the first line, written again',
      { startLine: 1, startColumn: 0, endLine: 999, endColumn: 0, newText: HOST.split('\n').slice(1).join('\n') },
      ['-F'],
    ],
  ])('%s', (_name, edit, expected) => {
    const before = parseSourceFile(HOST, { fileName: 'notes.md' });
    expect(followed(changes, before, editSourceFile(before, edit)).map(wordsOf)).toEqual(expected);
  });

  // Another program wrote the file, or it was opened again: no line is the same object.
  test.each<[string, string, readonly WhatIf[], readonly string[]]>([
    ['a line more above', `# later\n${HOST}`, changes, ['line 17 off', '-F']],
    ['the same text', HOST, changes, ['line 16 off', '-F']],
    ['a line less above', HOST.slice(HOST.indexOf('\n') + 1), changes, ['line 15 off', '-F']],
    ['the rule is gone', HOST.replace('-A INPUT -j DROP\n', ''), changes, ['-F']],
    ['the rule stands elsewhere twice', `-A INPUT -j DROP\n${HOST}-A INPUT -j DROP\n`, changes, ['-F']],
    ['the rule stands there and elsewhere', `${HOST}-A INPUT -j DROP\n`, changes, ['line 16 off', '-F']],
    ['nothing is left', '', changes, ['-F']],
    ['nothing is off', '', [{ kind: 'typed', text: '-F' }], ['-F']],
    ['a line that there never was', HOST, [{ kind: 'off', line: 999, text: '-A INPUT -j DROP' }], []],
    ['two are off, one is gone', HOST.replace('-A INPUT -j DROP\n', ''), off(HOST, [12, 15]), ['line 13 off']],
  ])('the whole text is read anew: %s', (_name, text, whatIf, expected) => {
    expect(followed(whatIf, file, parseSourceFile(text, { fileName: 'notes.md' })).map(wordsOf)).toEqual(expected);
  });

  test.each<[string, SourceFile, readonly WhatIf[]]>([
    ['the same file', file, changes],
    ['lines where they were', parseSourceFile(HOST, { fileName: 'notes.md' }), changes],
    ['nothing is off', parseSourceFile('', {}), [{ kind: 'typed', text: '-F' }]],
  ])('what did not move is not made anew: %s', (_name, after, whatIf) => {
    expect(followed(whatIf, file, after)).toBe(whatIf);
  });
});

test.each<[WhatIf, WhatIf, boolean]>([
  [typed('-F'), typed('-F'), true],
  [typed('-F'), typed('-X'), false],
  [typed('-F'), { kind: 'off', line: 0, text: '-F' }, false],
  [{ kind: 'off', line: 0, text: '-F' }, typed('-F'), false],
  [{ kind: 'off', line: 0, text: '-F' }, { kind: 'off', line: 0, text: '-F' }, true],
  [{ kind: 'off', line: 0, text: '-F' }, { kind: 'off', line: 1, text: '-F' }, false],
  [{ kind: 'off', line: 0, text: '-F' }, { kind: 'off', line: 0, text: '-X' }, false],
])('%j and %j are the same: %s', (one, other, same) => {
  expect(isSameWhatIf(one, other)).toBe(same);
});
