import { describe, expect, test } from 'vitest';
import { JOURNEYS } from '../fixtures/istio/journeys';
import { runCommand } from './terminal';

const POD = 'sample/istio-sidecar.md';
const NODE = 'sample/kube-node.iptables-save';
const BAD = '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport 99999 -j ACCEPT\n-A INPUT -j NOWHERE\nCOMMIT\n';

describe('trace', () => {
  test.each([
    ['tcp > :8080 syn', 'REDIRECT :15006: Envoy’s inbound listener receives it', 'envoy pid 19'],
    ['out uid 1000 tcp > 8.8.8.8:443', 'REDIRECT :15001: Envoy’s outbound listener receives it', 'envoy pid 19'],
    ['out uid 1337 tcp > 8.8.8.8:443', 'SENT eth0: It leaves by eth0 to 8.8.8.8:443', 'SENT'],
    ['tcp > :15021 syn', 'DELIVERED :15021', 'envoy'],
    ['out lo uid 1337 tcp 127.0.0.6:40000 > :8080', 'DELIVERED :8080', 'LOOPBACK'],
  ])('%s in a sidecar pod', (packet, verdict, also) => {
    const { code, out } = runCommand('trace', [POD, '--packet', packet]);
    expect(out).toContain(verdict);
    expect(out).toContain(also);
    expect(code).toBe(0);
  });

  test('--json gives the outcomes of the contract', () => {
    const { code, out } = runCommand('trace', [POD, '--packet', 'tcp > :8080 syn', '--json']);
    const result = JSON.parse(out) as { outcomes: Record<string, unknown>[]; warnings: string[] };
    expect(code).toBe(0);
    expect(result.outcomes).toHaveLength(1);
    expect(result.outcomes[0]).toMatchObject({
      outcome: 'LOCAL',
      verdict: 'ACCEPT',
      hooks: ['PREROUTING', 'INPUT'],
      assumptions: [],
      ctstate: 'NEW',
      receiver: { process: 'envoy', pid: 19, local: '0.0.0.0:15006' },
      finalPacket: { dport: 15006 },
    });
    expect(result.warnings.join('\n')).toContain('address of eth0');
  });

  test.each([
    [[], '#ffffff'],
    [['--theme', 'light'], '#ffffff'],
    [['--theme', 'dark'], '#0d1117'],
    [['--theme', 'highContrast'], '#000000'],
    [['--theme=highContrastLight'], '#ffffff'],
  ])('--format svg %j has the background %s', (theme, colour) => {
    const { code, out } = runCommand('trace', [POD, '--packet', 'tcp > :8080 syn', '--format', 'svg', ...theme]);
    expect(code).toBe(0);
    expect(/<rect [^>]*fill="(#\w+)"/.exec(out)?.[1]).toBe(colour);
  });

  test('--journey goes on after the proxy, and says so where there is none', () => {
    expect(runCommand('trace', [POD, '--packet', 'tcp > :8080 syn', '--journey']).out).toContain('## 2. Envoy → app');
    expect(runCommand('trace', [NODE, '--packet', 'tcp > :22 syn', '--journey']).out).toContain(
      'The journey ends here',
    );
  });

  test.each(['html', 'mermaid'])(
    '--journey with --format %s says on what condition there are legs and answers',
    (format) => {
      const out = runCommand('trace', [POD, '--scenario', 'app-outside', '--journey', '--format', format]).out;
      const conditional = /\b2br?\. [^<\n]*if Envoy picks this pod as the endpoint/g;
      expect(out.match(conditional)?.map((line) => line.split('.')[0])).toEqual(['2b', '2br']);
      expect(out).not.toContain('app, if');
    },
  );

  test('--journey has the replies too, in text and in JSON', () => {
    const text = runCommand('trace', [POD, '--packet', 'tcp > :8080 syn', '--journey']).out;
    expect(text).toMatch(
      /## The replies, back the same way\n\n {2}2r\. app .* → Envoy: The reply comes back\.\n {2}1r\. Envoy :15006 → client: The reply comes back by \S+ Its source is translated back to /,
    );
    expect(runCommand('trace', [POD, '--packet', 'tcp > :8080 syn', '--journey', '--reply']).out).toContain(
      '## 1r. Envoy :15006 → client',
    );
    const json = JSON.parse(
      runCommand('trace', [POD, '--packet', 'tcp > :8080 syn', '--journey', '--json']).out,
    ) as Readonly<Record<string, unknown>>;
    expect(json).toMatchObject({
      journey: [{ label: expect.stringMatching(/^Envoy → app/) as string, outcomes: [{ outcome: 'LOCAL' }] }],
      journeyEnd: 'The program receives it; its reply goes back the same way.',
      journeyReplies: [
        { of: expect.stringMatching(/^Envoy → app/) as string, comesBack: true, outcomes: [{ outcome: 'LOCAL' }] },
        { of: 'client → Envoy :15006', comesBack: true, outcomes: [{ outcome: 'SENT' }] },
      ],
    });
    expect(json).not.toHaveProperty('journeyRemarks');
  });

  test('--ways traces the ways in and out, as text and as JSON', () => {
    expect(runCommand('trace', [POD, '--ways']).out).toMatch(
      /^## Inbound: Client → app port {2}\[ANSWERED\]\n[\s\S]* 1r {2}✓ the reply comes back by eth0: [\s\S]*\n## Outbound: /,
    );
    const { ways } = JSON.parse(runCommand('trace', [NODE, '--ways', '--json']).out) as { ways: unknown[] };
    expect(ways[0]).toMatchObject({
      id: 'service',
      name: 'Service',
      legs: [{ id: '1', label: expect.stringMatching(/^client → endpoint /) as string, reply: { comesBack: true } }],
    });
    expect(runCommand('trace', [POD, '--ways', '--packet', 'tcp']).code).toBe(2);
  });

  test.each([
    ['text', /^## Inbound: /],
    ['markdown', /^Ways in and out of `[^`]+`\n\n\*\*Inbound/],
    ['mermaid', /^sequenceDiagram\n {2}participant P0 as client/],
    ['svg', /^<svg .*<title>Ways in and out of .*fill="#ffffff"/],
    ['html', /^<!DOCTYPE html>/],
  ])('--ways --format %s', (format, expected) => {
    expect(runCommand('trace', [POD, '--ways', '--format', format]).out).toMatch(expected);
  });

  test('--ways --format svg --theme dark', () => {
    const { out } = runCommand('trace', [POD, '--ways', '--format', 'svg', '--theme', 'dark']);
    expect(out).toContain('fill="#0d1117"');
  });

  test('--ways says of a reply that only an assumed route loses that it is unsure', () => {
    const files = {
      'a.rules': `*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 80 -j DNAT --to 192.0.2.20:8080\nCOMMIT\n`,
    };
    const text = runCommand('trace', ['a.rules', '--ways'], files).out;
    expect(text).toMatch(/^## Inbound: .* {2}\[ANSWER UNSURE\?\]\n/);
    expect(text).toMatch(/ 1r {2}\? the reply may not come back: hairpin without source NAT, by an assumed route\n/);
    expect(text).toContain('The output of "ip route" in the file settles it.');
    const { ways } = JSON.parse(runCommand('trace', ['a.rules', '--ways', '--json'], files).out) as { ways: unknown[] };
    expect(ways[0]).toMatchObject({ verdict: 'ANSWER UNSURE', certain: false, legs: [{ reply: { unsure: true } }] });
  });

  test('--ways goes with --what-if: as it would be, and marked as such', () => {
    const off = ['--what-if', 'iptables -t nat -D POSTROUTING 1'];
    const files = {
      'a.rules': `*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -o wan0 -j MASQUERADE\nCOMMIT\n*filter\n:INPUT DROP [0:0]\n-A INPUT -i wan0 -p tcp --dport 22 -j ACCEPT\nCOMMIT\n`,
    };
    const plain = runCommand('trace', ['a.rules', '--ways'], files).out;
    const tried = runCommand('trace', ['a.rules', '--ways', '--what-if', 'iptables -I INPUT -j DROP'], files);
    expect([tried.code, plain]).toEqual([0, expect.not.stringContaining('What if')]);
    expect(tried.out).toMatch(/^What if: .*\n {2}iptables -I INPUT -j DROP\n\n## /);
    expect(tried.out).toContain('[DROPPED');
    expect(plain).not.toContain('[DROPPED');
    const json: unknown = JSON.parse(runCommand('trace', ['a.rules', '--ways', '--json', ...off], files).out);
    expect(json).toMatchObject({ whatIf: { changes: ['iptables -t nat -D POSTROUTING 1'] } });
  });

  test('a loop is part of the answer, without --journey too', () => {
    const rules = JOURNEYS.find(({ name }) => name.startsWith('loop: no rule for the proxy'))?.rules ?? '';
    const words = [
      'trace',
      ['pod.rules', '--packet', 'out uid 1000 tcp > 203.0.113.9:443'],
      { 'pod.rules': rules },
    ] as const;
    expect(runCommand(...words).out).toMatch(/\nThis is a loop: what Envoy sends comes back to Envoy/);
    const json = runCommand('trace', [...words[1], '--journey', '--json'], words[2]).out;
    expect(JSON.parse(json)).toMatchObject({
      warnings: expect.arrayContaining([expect.stringMatching(/^This is a loop/)]) as unknown,
      journeyLoops: [{ leg: 'Envoy → 203.0.113.9:443' }, { leg: expect.stringMatching(/^Envoy → own pod/) as string }],
    });
  });

  test('--scenario takes a packet of those that the trace view offers', () => {
    expect(runCommand('trace', [POD, '--scenario', 'app-own-service', '--journey']).out).toMatch(
      /## 2\. Envoy → own pod [\s\S]*## 3\. Envoy → app [\s\S]*## 2b\. Envoy → .*, if Envoy picks another endpoint/,
    );
    expect(runCommand('trace', [POD, '--scenario', 'nobody'])).toMatchObject({
      code: 2,
      error: expect.stringContaining('client-app (Client → app port (inbound))') as string,
    });
    expect(runCommand('trace', [POD, '--scenario', 'client-app', '--packet', 'tcp > :80'])).toMatchObject({
      code: 2,
      error: expect.stringContaining('not both') as string,
    });
  });

  test.each([
    ['an expression', 'tcp > :8080 syn\n'],
    [
      'a line of a log',
      'Jul  5 09:20:17 gw7 kernel: IN=eth0 OUT= SRC=10.10.40.12 DST=10.10.38.7 LEN=40 TTL=64 ID=1 PROTO=TCP SPT=41522 DPT=8080 SYN URGP=0\n',
    ],
    [
      'a capture, of which the first packet is traced',
      'tcpdump: listening on any\n09:20:17.000001 eth0  In  IP 10.10.40.12.41522 > 10.10.38.7.8080: Flags [S], seq 1, win 2, length 0\n09:20:18.000001 eth0  In  IP 10.10.40.12.41522 > 10.10.38.7.9: Flags [S], seq 1, win 2, length 0\n',
    ],
  ])('--packet -: %s', (_what, input) => {
    expect(JSON.parse(runCommand('trace', [POD, '--packet', '-', '--json'], { '-': input }).out)).toMatchObject({
      packet: expect.stringMatching(/:8080 syn/) as string,
      outcomes: [{ outcome: 'LOCAL' }],
    });
  });

  test('what iptables refuses of the rules is said, also where the packet does not come by', () => {
    const text = '*filter\n:INPUT ACCEPT [0:0]\n:A - [0:0]\n-A FORWARD -j A\n-A A -j A\n-A OUTPUT -j INPUT\nCOMMIT\n';
    const { out, code } = runCommand('trace', ['loop.rules', '--packet', 'tcp > :80'], { 'loop.rules': text });
    expect(code).toBe(0);
    expect(out).toContain(
      'line 5: this jump loops back to chain "A": the kernel refuses loops. The trace goes on as if that rule were not there.',
    );
    expect(out).toContain(
      'line 6: "INPUT" is a built-in chain: rules cannot jump to it. The trace goes on as if that rule were not there.',
    );
    expect(out).toContain('iptables-restore does not load a table that has an error');
  });

  test.each<[script: string, packet: string, guesses: readonly (readonly [string, boolean, number])[]]>([
    [
      'P=${P:-8081}\niptables -A INPUT -p tcp --dport $P -j DROP\n',
      'in eth0 tcp > :8081 own',
      [['P is not set above: its default "8081" is used', true, 1]],
    ],
    [
      'P=${P:-8081}\niptables -A INPUT -p tcp --dport $P -j DROP\n',
      'in eth0 tcp > :80 own',
      [['P is not set above: its default "8081" is used', false, 1]],
    ],
    [
      '$SUDO iptables -P INPUT DROP\n',
      'in eth0 tcp > :80 own',
      [['SUDO is not set above: it is taken for a word such as sudo, or for nothing', true, 1]],
    ],
    ['iptables -A INPUT -j DROP\n', 'in eth0 tcp > :80 own', []],
  ])('a guess about the script is an assumption: %#', (script, packet, guesses) => {
    const { out } = runCommand('trace', ['rules.sh', '--packet', packet, '--json'], { 'rules.sh': script });
    const { assumed } = JSON.parse(out) as {
      assumed: { what: string; value: string; decides: boolean; line: number }[];
    };
    const found = assumed.filter(({ what }) => what === 'script');
    expect(found.map(({ value, decides, line }) => [value, decides, line])).toEqual(guesses);
  });

  test('--dump chooses the rule set, --host replaces the host', () => {
    expect(runCommand('trace', [POD, '--packet', 'tcp > :8080', '--dump', '1']).code).toBe(0);
    const host = JSON.stringify({
      ifaces: [{ name: 'net7', addrs: ['192.0.2.4/24'] }],
      routes: ['default via 192.0.2.1 dev net7'],
      listeners: [{ proto: 'tcp', addr: '0.0.0.0', port: 15006, process: 'proxy-x', pid: 4 }],
    });
    const { out } = runCommand('trace', [POD, '--packet', 'tcp > :8080', '--host', 'host.json'], { 'host.json': host });
    expect(out).toContain('proxy-x');
    expect(out).toContain('192.0.2.4:8080');
  });

  test.each([
    ['curl http://web.shop.svc:80/', [], 'tcp 10.244', 'Read from a curl command: a program of this host sends it.'],
    ['curl http://web.shop.svc:80/', ['--chain', 'nat/KUBE-SERVICES'], ' at nat/KUBE-SERVICES', 'Service shop/web'],
    ['-', [], '10.9.0.1:4000', 'Read from a line of tcpdump.'],
  ] as const)('a packet may be what people have: %s %j', (packet, more, expression, note) => {
    const { code, out } = runCommand('trace', [NODE, '--packet', packet, ...more, '--json'], {
      '-': 'IP 10.9.0.1.4000 > 10.101.18.204.80: Flags [S], seq 1, win 64240, length 0\n',
    });
    const told = JSON.parse(out) as { readonly packet: string; readonly warnings: readonly string[] };
    expect(code).toBe(0);
    expect(told.packet).toContain(expression);
    expect(told.warnings.join('\n')).toContain(note);
  });

  test.each([
    [['trace.md', '--packet', 'tcp'], { 'trace.md': '# only prose\n' }, 'there are no rules in it'],
    [[POD], {}, 'needs --packet'],
    [[POD, '--packet', 'tcp > 300.1.1.1:80'], {}, 'column 7'],
    [[POD, '--packet', 'curl -H'], {}, 'column 6: "-H" needs a value'],
    [
      [NODE, '--packet', 'curl wbe.shop.svc'],
      {},
      'column 6: the file does not know the name "wbe.shop.svc"; did you mean "web.shop.svc"?',
    ],
    [[POD, '--packet', 'tcp', '--dump', '9'], {}, '--dump 9: sample/istio-sidecar.md has these rule sets'],
    [[POD, '--packet', 'tcp', '--host', 'h'], { h: '{"ifaces":3}' }, 'h: '],
    [[POD, '--packet', 'tcp', '--host', 'h'], { h: 'no json' }, 'h: is not JSON'],
    [[POD, '--packet', 'tcp', '--colour'], {}, '"--colour" is not an option here'],
    [[POD, '--packet', 'tcp', '--format', 'pdf'], {}, '--format pdf: there are text, markdown, mermaid, svg, html'],
    [
      [POD, '--packet', 'tcp', '--format', 'svg', '--theme', 'blue'],
      {},
      '--theme blue: there are light, dark, highContrast, highContrastLight',
    ],
    [[POD, '--packet', 'tcp', '--format', 'html', '--theme', 'dark'], {}, '--theme goes with --format svg'],
    [[POD, '--packet', 'tcp', '--theme', 'dark'], {}, '--theme goes with --format svg'],
    [['nowhere.txt', '--packet', 'tcp'], {}, 'nowhere.txt: cannot be read'],
    [['-', NODE, '--packet', 'tcp'], { '-': '' }, 'takes one file'],
    [['-', '--packet', '-'], { '-': 'tcp' }, 'the file or the packet, not both'],
    [[POD, '--packet', '-'], { '-': ' \n' }, 'standard input is empty'],
    [[POD, '--packet', '-'], { '-': 'no packet\nat all\n' }, 'is not understood'],
  ])('bad input %#: %j', (words, files, message) => {
    const { code, error } = runCommand('trace', words, files);
    expect(error).toContain(message);
    expect(code).toBe(2);
  });
});

describe('trace --what-if', () => {
  const RULES = {
    'a.rules': '*filter\n:INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\n-A INPUT -s 10.9.0.0/16 -j DROP\nCOMMIT\n',
  };
  const PACKET = ['--packet', 'in eth0 tcp 10.9.1.2 > :443 own'];
  const traced = (...changes: readonly string[]) =>
    runCommand('trace', ['a.rules', ...PACKET, '--json', ...changes.flatMap((each) => ['--what-if', each])], RULES);

  test.each<[string, readonly string[], string]>([
    ['nothing', [], 'DROPPED'],
    ['a rule before the one that drops', ['iptables -I INPUT -p tcp --dport 443 -j ACCEPT'], 'LOCAL'],
    ['a rule after it', ['iptables -A INPUT -p tcp --dport 443 -j ACCEPT'], 'DROPPED'],
    ['a rule that is gone, and another policy', ['line 4 off', 'iptables -P INPUT ACCEPT'], 'LOCAL'],
    ['the same in one value', ['line 4 off\niptables -P INPUT ACCEPT'], 'LOCAL'],
    ['the policy alone', ['iptables -P INPUT ACCEPT'], 'DROPPED'],
  ])('%s', (_, changes, outcome) => {
    const { code, out } = traced(...changes);
    const { outcomes, whatIf } = JSON.parse(out) as {
      outcomes: readonly { outcome: string }[];
      whatIf?: { changes: readonly string[]; before: { outcomes: readonly { outcome: string }[] } };
    };
    expect([code, outcomes.map((each) => each.outcome)]).toEqual([0, [outcome]]);
    expect(whatIf?.before.outcomes.map((each) => each.outcome)).toEqual(changes.length === 0 ? undefined : ['DROPPED']);
  });

  test.each<[string, string, RegExp]>([
    ['a rule that is not there', 'iptables -D INPUT -s 10.9.9.9 -j DROP', /--what-if iptables -D INPUT/],
    ['a chain that is not there', 'iptables -A NOWHERE -j DROP', /NOWHERE/],
    ['a line without a rule', 'line 1 off', /line 1/],
    ['a typing error', 'iptables -I INPUT --dprot 443 -j ACCEPT', /--dprot/],
    ['nothing that can be tried', 'ls -l', /./],
    ['nothing at all', '', /nothing in it/],
  ])('is refused: %s', (_, change, message) => {
    const { code, error } = traced(change);
    expect(code).toBe(2);
    expect(error).toMatch(message);
  });
});

describe('check', () => {
  test('names place, severity, code and reason, and exits with 1', () => {
    const { code, out } = runCommand('check', ['bad.rules'], { 'bad.rules': BAD });
    expect(out).toMatch(/^bad\.rules:3:\d+: error bad-value .*99999/m);
    expect(out).toMatch(/^bad\.rules:4:13: error unknown-target .*NOWHERE/m);
    expect(code).toBe(1);
  });

  test.each(['sample/istio-sidecar.md', 'sample/kube-node.iptables-save', 'sample/docker-host.iptables-save'])(
    'finds no error in %s',
    (file) => {
      expect(runCommand('check', [file])).toMatchObject({ code: 0 });
    },
  );

  test('--json', () => {
    const [file] = JSON.parse(runCommand('check', ['b', '--json'], { b: BAD }).out) as {
      file: string;
      diagnostics: { line: number; code: string }[];
    }[];
    expect(file?.diagnostics.map(({ line, code }) => [line, code])).toEqual([
      [3, 'bad-value'],
      [4, 'unknown-target'],
    ]);
  });
});

describe('print', () => {
  test.each([BAD, 'no rules\r\nat all', '', '\u0000\u0001binary\r'])('gives %j back byte for byte', (text) => {
    expect(runCommand('print', ['f'], { f: text })).toEqual({ code: 0, out: text, error: '' });
  });

  test('--canonical prints rules as iptables-save does', () => {
    const text =
      '*nat\n-N X\n-A PREROUTING --protocol tcp --dport http -s 10/8 -j X\n-A X -p tcp -j REDIRECT --to-port 80\nCOMMIT\n';
    expect(runCommand('print', ['f', '--canonical'], { f: text }).out).toBe(
      '*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n:X - [0:0]\n' +
        '-A PREROUTING -s 10.0.0.0/8 -p tcp -m tcp --dport 80 -j X\n-A X -p tcp -j REDIRECT --to-ports 80\nCOMMIT\n',
    );
  });
});

describe('explain', () => {
  test.each([
    ['ISTIO_IN_REDIRECT', 'inbound'],
    ['nat', 'once for each connection'],
    ['REDIRECT', '--to-ports'],
    ['--ctstate', 'conntrack'],
    ['15006', 'inbound'],
    ['1337', 'proxy'],
    ['-m owner', '--uid-owner'],
    ['PREROUTING', 'In table raw'],
    ['127.0.0.6', 'passthrough'],
    ['INVALID_DROP', 'drop'],
  ])('%s', (name, text) => {
    const { code, out } = runCommand('explain', name.split(' '));
    expect(out.toLowerCase()).toContain(text.toLowerCase());
    expect(code).toBe(0);
  });

  test('with a file, what the chain does there', () => {
    expect(runCommand('explain', ['ISTIO_INBOUND', '--file', POD]).out).toContain('jumped to from PREROUTING line');
  });

  test.each<readonly [string, readonly string[], number, string]>([
    ['a line is explained from its first word on', ['--at', '5'], 0, '-A: appends'],
    ['a place within it', ['--at', '5:21'], 0, 'REJECT'],
    ['a place without anything', ['--at', '6:30'], 1, 'there is nothing to explain at f.rules:6:30'],
    ['a line after the last', ['--at', '66'], 1, 'f.rules:66: the file has'],
    ['what is no place', ['--at', 'five'], 2, 'a place is LINE or LINE:COLUMN'],
  ])('--at: %s', (_, words, exit, told) => {
    const files = {
      'f.rules':
        '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -p tcp -j REJECT\nCOMMIT\n',
    };
    const { code, out, error } = runCommand('explain', [...words, '--file', 'f.rules'], files);
    expect([code, `${out}${error}`.includes(told)]).toEqual([exit, true]);
  });

  test('an unknown name: exit 1, and what is near', () => {
    expect(runCommand('explain', ['ISTIO_IN_REDIR'])).toMatchObject({
      code: 1,
      error: expect.stringContaining('ISTIO_IN_REDIRECT') as string,
    });
  });
});
