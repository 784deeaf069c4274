import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cooked, ethernet, ip, numbers, pcap, pcapng, concat } from '../net/capture/build';
import { runCommand } from './terminal';

const RULES = readFileSync('test/fixtures/kernelTrace/gateway.rules', 'utf8');
const HOST = JSON.stringify({
  ifaces: [
    { name: 'wan0', addrs: ['203.0.113.5/24'] },
    { name: 'lan0', addrs: ['10.20.0.1/24'] },
  ],
  routes: ['default via 203.0.113.1 dev wan0'],
});

interface FlowJson {
  readonly first: number;
  readonly flow: string;
  readonly direction: string;
  readonly packets: number;
  readonly replies: number;
  readonly packet: string;
  readonly verdicts: readonly string[];
  readonly decidedBy: { readonly line: number } | null;
  readonly became: string | null;
}

interface CaptureJson {
  readonly packets: number;
  readonly traced: number;
  readonly flows: readonly FlowJson[];
  readonly assumed: readonly string[];
  readonly warnings: readonly string[];
  readonly problem?: { readonly message: string; readonly offset: number };
}

function run(capture: Uint8Array | string, ...words: readonly string[]): CaptureJson {
  const { out, error, code } = runCommand('trace', ['r', '--capture', 'c', '--host', 'h', '--json', ...words], {
    r: RULES,
    h: HOST,
    c: capture,
  });
  expect([code, error]).toEqual([0, '']);
  return (JSON.parse(out) as { capture: CaptureJson }).capture;
}

const CLIENT = '198.51.100.9:40001';
const frame = (text: string): Uint8Array => ethernet(ip(text));
const EXCHANGE = [
  `tcp ${CLIENT} > 203.0.113.5:8443 syn`,
  `tcp 203.0.113.5:8443 > ${CLIENT} syn ack`,
  `tcp ${CLIENT} > 203.0.113.5:8443 ack`,
];

describe('trace --capture', () => {
  test('one row for each flow, with what becomes of its first packet', () => {
    const { packets, flows, assumed } = run(pcap(EXCHANGE.map(frame)), '--iface', 'wan0');
    expect(packets).toBe(3);
    expect(flows).toMatchObject([
      {
        first: 1,
        flow: `tcp ${CLIENT} → 203.0.113.5:8443`,
        direction: 'in',
        packets: 2,
        replies: 1,
        verdicts: ['SENT lan0'],
        decidedBy: { place: 'PUBLISHED rule 2', target: 'DNAT', line: 26 },
        became: `${CLIENT} → 10.20.0.7:443, mark 0x0 → 0x7`,
        packet: expect.stringMatching(/^in wan0 tcp .* syn/) as string,
      },
    ]);
    expect(assumed.join(' ')).toContain('the addresses of this host decide');
  });

  test('packets that differ in nothing that a rule asks are traced once, and keep their own ports', () => {
    const ports = Array.from({ length: 50 }, (_, i) => 41_000 + i);
    const { flows, traced } = run(pcap(ports.map((port) => frame(`tcp 198.51.100.9:${port} > 203.0.113.5:8443 syn`))));
    expect(traced).toBe(1);
    expect(flows.map(({ became }) => became)).toEqual(
      ports.map((port) => `198.51.100.9:${port} → 10.20.0.7:443, mark 0x0 → 0x7`),
    );
  });

  test.each<[string, Uint8Array, string, string]>([
    [
      'the cooked header says it',
      pcap([cooked(ip('tcp 203.0.113.5:5 > 192.0.2.1:443 syn'), 4)], { link: 113 }),
      'out',
      'after the rules',
    ],
    [
      'pcapng says it',
      pcapng([{ bytes: frame('udp 203.0.113.5:5 > 192.0.2.1:53'), flags: 2 }]),
      'out',
      'after the rules',
    ],
    [
      'the source is this host',
      pcap([frame('udp 203.0.113.5:5 > 192.0.2.1:53')]),
      'out',
      'the addresses of this host decide',
    ],
    [
      'what leaves is forwarded',
      pcap([cooked(ip('udp 10.20.0.9:5 > 192.0.2.1:53'), 4)], { link: 113 }),
      'in',
      'were forwarded',
    ],
    [
      'an answer begins it',
      pcap([frame('tcp 192.0.2.1:443 > 203.0.113.5:50000 syn ack')]),
      'in',
      'began before the capture',
    ],
    [
      'the reply to a timestamp request begins it',
      pcap([frame('icmp type 14 192.0.2.1 > 203.0.113.5 icmpid 7')]),
      'in',
      'began before the capture',
    ],
  ])('direction: %s', (_name, capture, direction, assumed) => {
    const result = run(capture);
    expect(result.flows.map((flow) => flow.direction)).toEqual([direction]);
    expect(result.assumed.join(' ')).toContain(assumed);
  });

  test('fragments, ICMP and what is no IP', () => {
    const first = 'udp 192.0.2.34:9 > 203.0.113.5:53 id 7 mf length 1396';
    const { flows, packets, warnings } = run(
      pcap([
        frame(first),
        frame('udp 192.0.2.34 > 203.0.113.5 id 7 frag 172 length 300'),
        frame('icmp echo-request 198.51.100.9 > 203.0.113.5 icmpid 7'),
        frame('icmp type 0 203.0.113.5 > 198.51.100.9 icmpid 7'),
        frame('icmp type 17 198.51.100.9 > 203.0.113.5 icmpid 7'),
        frame('icmp type 18 203.0.113.5 > 198.51.100.9 icmpid 7'),
        concat(frame(first).subarray(0, 12), numbers(false, [2, 0x0806], [4, 1])),
      ]),
    );
    expect(packets).toBe(7);
    expect(flows.map(({ flow, packets: forth, replies }) => [flow, forth, replies])).toEqual([
      ['udp 192.0.2.34:9 → 203.0.113.5:53', 2, 0],
      ['icmp type 8 198.51.100.9 → 203.0.113.5', 1, 1],
      ['icmp type 17 198.51.100.9 → 203.0.113.5', 1, 1],
    ]);
    expect(warnings).toEqual(['1 frame without an IP packet (ARP and the like) is omitted.']);
  });

  test('a text of tcpdump', () => {
    const text = [
      '13:35:38.167540 IP 198.51.100.9.40001 > 203.0.113.5.8443: Flags [S], seq 1, win 64240, length 0',
      '13:35:38.167940 IP 203.0.113.5.8443 > 198.51.100.9.40001: Flags [S.], seq 1, ack 2, win 64240, length 0',
    ].join('\n');
    expect(run(text).flows).toMatchObject([{ packets: 1, replies: 1, verdicts: ['SENT lan0'] }]);
  });

  test('a capture that is cut shows what was before it', () => {
    const whole = pcap(EXCHANGE.map(frame));
    const { packets, problem, warnings } = run(whole.subarray(0, whole.length - 3));
    expect([packets, problem?.message]).toEqual([2, 'it ends within packet 3']);
    expect(warnings[0]).toContain('cannot be read to its end: it ends within packet 3');
  });

  test.each<[string, string | Uint8Array, readonly string[], string]>([
    ['no capture', '*filter\n', [], 'it is neither pcap nor pcapng, and no line of it shows a packet'],
    ['a compressed one', Uint8Array.from([0x1f, 0x8b, 8, 0, 0]), [], 'compressed with gzip'],
    ['a packet besides', pcap([]), ['--packet', 'tcp'], 'do not go with it'],
  ])('%s is an error', (_name, capture, more, message) => {
    expect(runCommand('trace', ['r', '--capture', 'c', ...more], { r: RULES, c: capture })).toMatchObject({
      code: 2,
      error: expect.stringContaining(message) as string,
    });
  });
});
