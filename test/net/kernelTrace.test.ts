import { describe, expect, test } from 'vitest';
import { readKernelTrace } from '../../src/core/net/kernelTrace/kernelPackets';
import { readTraceLine } from '../../src/core/net/kernelTrace/traceLine';

const PACKET =
  'IN=eth0 OUT= MAC=02:00:00:00:00:01:02:00:00:00:00:02:08:00 SRC=198.51.100.7 DST=203.0.113.9 LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=7 DF PROTO=TCP SPT=50000 DPT=443 SEQ=1 ACK=0 WINDOW=64240 RES=0x00 SYN URGP=0';

/** Table, chain, kind, number, handle, text, verdict and where it leads. */
type Maybe<T> = T | undefined;
type Step = readonly [
  string,
  string,
  string,
  Maybe<number>?,
  Maybe<number>?,
  Maybe<string>?,
  Maybe<string>?,
  Maybe<string>?,
];

describe('a line of a kernel’s trace', () => {
  test.each<[string, string, Step]>([
    ['the log', `TRACE: filter:INPUT:rule:12 ${PACKET}`, ['filter', 'INPUT', 'rule', 12]],
    ['behind journald', `Nov 29 05:00:01 gw kernel: TRACE: nat:WEB:in:return:3 ${PACKET}`, ['nat', 'WEB:in', 'end', 3]],
    ['behind dmesg -T', `[Sat Nov 29 05:00:01 2025] TRACE: raw:OUTPUT:policy:1 ${PACKET}`, ['raw', 'OUTPUT', 'end', 1]],
    [
      'xtables-monitor',
      ' TRACE: 2 d922bdcd filter:FORWARD:rule:0x4e:JUMP:DOCKER-USER  -4 -t filter -A FORWARD -j DOCKER-USER',
      ['filter', 'FORWARD', 'rule', undefined, 0x4e, '-A FORWARD -j DOCKER-USER', 'JUMP', 'DOCKER-USER'],
    ],
    [
      'its RETURN',
      ' TRACE: 10 d922bdcd filter:GUARD:rule:0x11:0xfffffffb  -6 -t filter -A GUARD -j RETURN',
      ['filter', 'GUARD', 'rule', undefined, 0x11, '-A GUARD -j RETURN', 'RETURN'],
    ],
    [
      'its policy',
      ' TRACE: 2 d922bdcd filter:INPUT:policy:DROP ',
      ['filter', 'INPUT', 'end', undefined, undefined, undefined, 'DROP'],
    ],
    [
      'nft',
      'trace id 8974f599 ip filter INPUT rule counter packets 5 bytes 2163 jump NODES (verdict jump NODES)',
      ['ip filter', 'INPUT', 'rule', undefined, undefined, 'counter packets 5 bytes 2163 jump NODES', 'JUMP', 'NODES'],
    ],
    [
      'nft -a',
      'trace id 8974f599 inet gate input rule tcp dport 22 accept # handle 6 (verdict accept)',
      ['inet gate', 'input', 'rule', undefined, 6, 'tcp dport 22 accept', 'ACCEPT'],
    ],
    [
      'nft with a comment that looks like a verdict',
      'trace id 8974f599 inet gate input rule tcp dport 22 drop comment "(verdict accept)" (verdict drop)',
      ['inet gate', 'input', 'rule', undefined, undefined, 'tcp dport 22 drop comment "(verdict accept)"', 'DROP'],
    ],
    [
      'nft of a rule that is no longer there',
      'trace id 8974f599 inet gate input unknown rule handle 6 (verdict accept)',
      ['inet gate', 'input', 'rule', undefined, 6, undefined, 'ACCEPT'],
    ],
    [
      'nft, a policy with a mark',
      '| trace id 8974f599 ip mangle FORWARD policy accept meta mark 0x00000007',
      ['ip mangle', 'FORWARD', 'end', undefined, undefined, undefined, 'ACCEPT'],
    ],
    [
      'nft, the end of a chain',
      'trace id 8974f599 ip filter GUARD verdict return',
      ['ip filter', 'GUARD', 'end', undefined, undefined, undefined, 'RETURN'],
    ],
  ])('%s', (_name, text, [table, chain, kind, number, handle, rule, verdict, to]) => {
    expect(readTraceLine(text)?.step).toEqual({ table, chain, kind, number, handle, text: rule, verdict, to });
  });

  test.each([
    `LOG: ${PACKET}`,
    'TRACE: not one of a kernel',
    'TRACE: filter:INPUT:rule:12 without a packet',
    'trace id 8974f599 ip filter INPUT something else',
    'trace id',
    'PACKET: 2 zz IN=eth0',
    '-A INPUT -j TRACE',
    '',
  ])('is none: %s', (text) => {
    expect(readTraceLine(text)).toBeUndefined();
  });
});

test('a later packet of a connection may have the same id', () => {
  const head = (id: number): string =>
    `trace id 1a ip raw PREROUTING packet: iif "eth0" ip saddr 198.51.100.7 ip daddr 203.0.113.9 ip ttl 64 ip id ${id} ip length 60 tcp sport 50000 tcp dport 443 tcp flags == syn`;
  const lines = [
    head(1),
    'trace id 1a ip raw PREROUTING policy accept',
    head(2),
    'trace id 1a ip raw PREROUTING policy accept',
  ];
  const { packets } = readKernelTrace(lines.map((text, index) => ({ text, index })));
  expect(packets.map(({ packet, line, steps }) => [packet.request.id, line, steps.length])).toEqual([
    [1, 0, 1],
    [2, 2, 1],
  ]);
});

test('the same packet may be logged a second time', () => {
  const lines = ['raw:PREROUTING:policy:2', 'filter:INPUT:rule:1', 'raw:PREROUTING:policy:2'].map(
    (place) => `TRACE: ${place} ${PACKET}`,
  );
  const { packets } = readKernelTrace(lines.map((text, index) => ({ text, index })));
  expect(packets.map(({ steps }) => steps.length)).toEqual([2, 1]);
});

test('steps without the line that shows the packet are counted', () => {
  const lines = ['trace id 1a ip raw PREROUTING policy accept', 'trace id 2b ip raw PREROUTING policy accept'];
  expect(readKernelTrace(lines.map((text, index) => ({ text, index })))).toEqual({ packets: [], withoutPacket: 2 });
});
