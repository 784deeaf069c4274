import { describe, expect, test } from 'vitest';
import { answerLine } from '../../src/cli/batch';

const NAT =
  '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8080\nCOMMIT\n';
const PACKET = {
  dir: 'in',
  iface: 'eth0',
  src: '10.244.2.9',
  dst: '10.244.1.5',
  proto: 'tcp',
  sport: 40000,
  dport: 80,
  flags: ['SYN'],
};

function ask(request: unknown): Record<string, unknown> {
  return answerLine(typeof request === 'string' ? request : JSON.stringify(request));
}

describe('requests', () => {
  test.each([
    ['no json', null, 'not JSON'],
    ['[1]', null, 'must be a JSON object'],
    [{ id: 'a', op: 'fly' }, 'a', 'not one of trace, check, print'],
    [{ id: 'b', rules: NAT }, 'b', 'packet'],
    [{ id: 'c', rules: NAT, packet: { ...PACKET, dst: 'x' } }, 'c', 'packet.dst'],
    [
      { id: 'l', rules: NAT, packet: 'curl http://web/' },
      'l',
      'packet: column 13: the file does not know the name "web"',
    ],
    [
      { id: 'm', rules: NAT, packets: [PACKET, 'tpc'] },
      'm',
      'packets[1]: column 1: "tpc" is not understood; did you mean "tcp"?',
    ],
    [{ id: 'd', rules: 7, packet: PACKET }, 'd', 'rules'],
    [{ id: 'e', packets: PACKET }, 'e', 'packets'],
    [{ id: 'f', packet: PACKET, topology: { routes: ['default nowhere'] } }, 'f', 'routes'],
    [{ id: 'g', packet: PACKET, conntrack: [{ orig: {} }] }, 'g', 'conntrack[0].orig'],
    [{ id: 'h', packet: PACKET, sets: 3 }, 'h', 'sets'],
    [{ id: 'i', packet: { ...PACKET, length: 3 } }, 'i', 'length'],
    [{ id: 'j', op: 'check', rules: NAT, family: 5 }, 'j', 'family'],
  ])('%j is refused with its place', (request, id, message) => {
    const answer = ask(request);
    expect(answer.id).toEqual(id);
    expect(answer.error).toContain(message);
  });

  test('more packets than an answer holds are refused, and the number that it holds is said', () => {
    expect(ask({ id: 'k', packets: new Array(50_001).fill(PACKET) })).toEqual({
      id: 'k',
      error: 'packets: 50001 are too many for one request, which takes 50000 at most: send them in several requests',
    });
  });
});

describe('trace', () => {
  test('one packet', () => {
    expect(ask({ id: 1, rules: NAT, packet: PACKET })).toMatchObject({
      id: 1,
      warnings: [],
      outcomes: [
        {
          assumptions: [],
          outcome: 'LOCAL',
          verdict: 'ACCEPT',
          hooks: ['PREROUTING', 'INPUT'],
          ctstate: 'NEW',
          receiver: null,
          matchedRules: [
            {
              hook: 'PREROUTING',
              table: 'nat',
              chain: 'PREROUTING',
              num: 1,
              rule: '-A PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8080',
            },
          ],
          verdicts: [
            { hook: 'PREROUTING', table: 'nat', verdict: 'ACCEPT', by: 'PREROUTING:1' },
            { hook: 'INPUT', table: 'nat', verdict: 'ACCEPT', by: 'policy' },
          ],
          finalPacket: {
            src: '10.244.2.9',
            dst: '10.244.1.5',
            sport: 40000,
            dport: 8080,
            proto: 'tcp',
            mark: 0,
            iif: 'eth0',
          },
        },
      ],
    });
  });

  test('a packet may be a text, and is stated as it was understood', () => {
    const topology = {
      ifaces: [{ name: 'eth0', addrs: ['10.244.1.5/24'] }],
      routes: ['default via 10.244.1.1 dev eth0'],
    };
    const inward = ask({ rules: NAT, topology, packet: 'curl http://10.244.1.5/' });
    expect(inward).toMatchObject({
      packet: 'in tcp > 10.244.1.5:80 syn',
      outcomes: [{ outcome: 'LOCAL', finalPacket: { dport: 8080 } }],
    });
    expect(inward.warnings).toContainEqual(expect.stringContaining('another host is assumed to send it'));
    expect(ask({ rules: NAT, topology, packets: ['ping 10.9.9.9', PACKET] })).toMatchObject({
      results: [
        { packet: 'out icmp echo-request > 10.9.9.9', outcomes: [{ outcome: 'SENT', outIface: 'eth0' }] },
        { warnings: [] },
      ],
    });
  });

  test('packets share connection tracking unless they are independent', () => {
    const hits = (answer: Record<string, unknown>): number[] =>
      (answer.results as { outcomes: { matchedRules: unknown[] }[] }[]).map(
        ({ outcomes }) => outcomes[0]?.matchedRules.length ?? -1,
      );
    const udp = { ...PACKET, proto: 'udp', flags: undefined };
    const rules = NAT.replaceAll('tcp', 'udp');
    expect(hits(ask({ id: 2, rules, packets: [udp, udp] }))).toEqual([1, 0]);
    expect(hits(ask({ id: 3, rules, packets: [udp, udp], independent: true }))).toEqual([1, 1]);
  });

  test('the receiver of what TPROXY handed on, also of later packets that it does not see', () => {
    const receivers = (answer: Record<string, unknown>): unknown[] =>
      (answer.results as { outcomes: { receiver?: { local: string } }[] }[]).map(({ outcomes }) =>
        outcomes.map(({ receiver }) => receiver?.local),
      );
    const rules =
      '*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A PREROUTING -p tcp -j TPROXY --on-port 15006 --tproxy-mark 0x1\nCOMMIT\n';
    const listeners = [
      { proto: 'tcp', addr: '0.0.0.0', port: 80 },
      { proto: 'tcp', addr: '0.0.0.0', port: 15006, transparent: true },
    ];
    const answer = { ...PACKET, dir: 'out', src: PACKET.dst, dst: PACKET.src, sport: 80, dport: 40000, flags: ['ACK'] };
    expect(
      receivers(ask({ id: 5, rules, listeners, packets: [PACKET, { ...PACKET, flags: ['ACK'] }, answer] })),
    ).toEqual([['0.0.0.0:15006'], ['0.0.0.0:15006'], [undefined]]);
  });

  test('what is not known gives several outcomes, each with what was assumed', () => {
    const rules = '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m set --match-set blocked src -j DROP\nCOMMIT\n';
    const { outcomes } = ask({ id: 4, rules, packet: PACKET }) as {
      outcomes: { outcome: string; assumptions: Record<string, unknown>[] }[];
    };
    expect(outcomes.map(({ outcome, assumptions }) => [outcome, assumptions[0]?.value])).toEqual([
      ['DROPPED', true],
      ['LOCAL', false],
    ]);
    expect(outcomes[0]?.assumptions[0]).toMatchObject({
      table: 'filter',
      chain: 'INPUT',
      num: 1,
      match: '--match-set blocked src',
    });
  });

  test('chances of a load balancer add up to one', () => {
    const rules = `*nat\n${[3, 2].map((n) => `-A PREROUTING -p tcp -m statistic --mode random --probability ${1 / n} -j DNAT --to-destination 192.168.50.${n}`).join('\n')}\n-A PREROUTING -p tcp -j DNAT --to-destination 192.168.50.1\nCOMMIT\n`;
    const { outcomes } = ask({ id: 5, rules, packet: PACKET }) as {
      outcomes: { assumptions: { probability: number }[]; finalPacket: { dst: string } }[];
    };
    expect(outcomes.map(({ finalPacket }) => finalPacket.dst)).toEqual([
      '192.168.50.3',
      '192.168.50.2',
      '192.168.50.1',
    ]);
    const chances = outcomes.map(({ assumptions }) =>
      assumptions.reduce((product, { probability }) => product * probability, 1),
    );
    expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 6);
    for (const chance of chances) expect(chance).toBeCloseTo(1 / 3, 6);
  });

  test('a packet that never reaches a hook says why', () => {
    expect(ask({ id: 6, packet: { ...PACKET, dstMac: '02:00:00:00:77:77' } })).toMatchObject({
      outcomes: [{ outcome: 'NONE', verdict: 'NONE', hooks: [], neverSeen: { reason: 'other-host' } }],
    });
  });
});

test('check and print', () => {
  expect(ask({ id: 7, op: 'check', rules: NAT, family: 4 })).toEqual({ id: 7, diagnostics: [] });
  expect(ask({ id: 8, op: 'check', rules: NAT.replace('8080', '80800'), family: 4 })).toMatchObject({
    id: 8,
    diagnostics: [{ line: 3, severity: 'error' }],
  });
  expect(ask({ id: 9, op: 'print', rules: NAT, family: 4 })).toMatchObject({
    id: 9,
    text: expect.stringContaining('-A PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8080\n') as string,
  });
});

describe('explain', () => {
  const SIDECAR =
    '*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:ISTIO_OUTPUT - [0:0]\n-A OUTPUT -p tcp -j ISTIO_OUTPUT\n-A ISTIO_OUTPUT -s 127.0.0.6/32 -o lo -j RETURN\n-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN\nCOMMIT\n';
  const RESTORE =
    '* nat\n-N ISTIO_OUTPUT\n-A OUTPUT -j ISTIO_OUTPUT\n-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN\nCOMMIT\n* raw\n-N ISTIO_OUTPUT_DNS\n-A OUTPUT -j ISTIO_OUTPUT_DNS\nCOMMIT\n';

  test.each([
    [
      'a rule',
      SIDECAR,
      6,
      undefined,
      { family: 'Istio sidecar', since: '1.3', until: null },
      /^Envoy’s connections to the application from 127\.0\.0\.6 are left alone\. /,
    ],
    [
      'a rule that newer releases write otherwise',
      SIDECAR,
      5,
      undefined,
      { family: 'Istio sidecar', since: '0.3', until: '1.24' },
      /^Everything sent over TCP enters ISTIO_OUTPUT/,
    ],
    [
      'a chain where it is declared',
      SIDECAR,
      4,
      undefined,
      { family: 'Istio sidecar', since: '0.3', until: null },
      /^Decides which connections opened in this pod/,
    ],
    [
      'the chain that the column names',
      SIDECAR,
      6,
      5,
      { family: 'Istio sidecar', since: '0.3', until: null },
      /^Decides which connections opened in this pod/,
    ],
    [
      'the chain that a rule jumps to',
      SIDECAR,
      5,
      26,
      { family: 'Istio sidecar', since: '0.3', until: null },
      /^Decides which connections opened in this pod/,
    ],
    ['a built-in chain', SIDECAR, 5, 5, { family: null, since: null, until: null }, /^nat OUTPUT: /],
    [
      'a chain of the restore input',
      RESTORE,
      7,
      undefined,
      { family: 'Istio sidecar', since: '1.25', until: null },
      /^Chooses the conntrack zone of DNS/,
    ],
    [
      'what nobody knows',
      '*filter\n-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT\nCOMMIT\n',
      2,
      undefined,
      { family: null, since: null, until: null },
      undefined,
    ],
  ] as const)('%s', (_, text, line, column, expected, reason) => {
    const answer = ask({ id: 'e', op: 'explain', text, line, ...(column === undefined ? {} : { column }) });
    expect(answer).toMatchObject({ id: 'e', ...expected });
    if (reason === undefined) expect(answer.reason).toBeNull();
    else expect(answer.reason).toMatch(reason);
    expect(Object.keys(answer).sort()).toEqual(['family', 'id', 'reason', 'since', 'text', 'until']);
  });

  test.each([
    [{ text: 5, line: 1 }, /^text: /],
    [{ text: '', line: 0 }, /^line: 0 /],
    [{ text: '', line: 1, column: 1.5 }, /^column: 1\.5 /],
  ])('%o is refused', (request, message) =>
    expect(ask({ id: 'e', op: 'explain', ...request })).toMatchObject({
      id: 'e',
      error: expect.stringMatching(message) as string,
    }),
  );

  test('a line that is not there, or has nothing, has nulls', () => {
    for (const line of [3, 99])
      expect(ask({ id: 'e', op: 'explain', text: 'a\nb\n\n', line })).toEqual({
        id: 'e',
        text: null,
        family: null,
        reason: null,
        since: null,
        until: null,
      });
  });
});
