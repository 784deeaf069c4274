import { formatPacketExpression, parsePacketExpression } from '../../../src/core/net/packetExpression';
import { isProblem, readPacketRequest } from '../../../src/core/net/packetRequest';
import { makePacket, packetProblem } from '../../../src/core/net/makePacket';
import { packetBytes } from '../../../src/core/net/bytes';
import type { Random } from '../../kernel/random';
import { must, textOf, type FuzzKind } from '../kind';
import { character } from '../texts';

/** Packet expressions, whole and broken. */
export const packetKind: FuzzKind = {
  name: 'packet',
  summary:
    'packet expressions: problems lie within the text, what is read can be written and read again, and its packet has as many bytes as it says',
  generate: (random) => anyExpression(random),
  check(input) {
    const text = textOf(input);
    const { request, problems } = parsePacketExpression(text);
    for (const { start, end, message } of problems ?? [])
      must(
        start >= 0 && start <= end && end <= text.length && message !== '',
        () => `a problem at ${start}-${end} of ${text.length}`,
      );
    if (!request) return;
    const written = formatPacketExpression(request);
    const again = parsePacketExpression(written);
    must(again.request !== undefined, () => `"${written}", which was written of it, cannot be read`);
    const read = readPacketRequest(request);
    must(!isProblem(read), () => 'what was read is not a packet of the contract');
    if (packetProblem(request)) return;
    const packet = makePacket(request);
    must(
      packetBytes(packet).length === packet.length,
      () => `a packet of ${packet.length} has ${packetBytes(packet).length} bytes`,
    );
  },
};

const WORDS = [
  'in',
  'out',
  'forward',
  'eth0',
  'eth1',
  'lo',
  'tcp',
  'udp',
  'icmp',
  'icmpv6',
  'sctp',
  'gre',
  'esp',
  'ah',
  '41',
  'ipip',
  '>',
  '->',
  '→',
  '10.244.1.9',
  '10.244.1.5:80',
  ':80',
  '8.8.8.8:443',
  '127.0.0.1',
  '[fd00:1::5]:80',
  'fd00:1::9',
  '::1',
  'ff02::1',
  '224.0.0.1',
  '255.255.255.255',
  '0.0.0.0',
  'syn',
  'ack',
  'fin',
  'rst',
  'syn,ack',
  'new',
  'established',
  'related',
  'invalid',
  'untracked',
  'echo-request',
  'echo-reply',
  'port-unreachable',
  'uid',
  'gid',
  'mark',
  'ttl',
  'tos',
  'dscp',
  'length',
  'df',
  'mf',
  '1000',
  '1337',
  '0',
  '1',
  '0x53a',
  '64',
  '1500',
  '-1',
  '99999',
  'payload',
  '00ff',
  'spi',
  'mac',
  '02:00:00:00:00:01',
  'frag',
  'type',
  'code',
  'seq',
  'window',
  'id',
  'group',
  'from',
  'to',
  '10.0.0.256',
  'x',
  'constructor',
];

export function anyExpression(random: Random): string {
  const ordinary = random.of(
    'in eth0 tcp 10.244.1.9:41522 > 10.244.1.5:80 syn new',
    'out uid 1000 tcp > 8.8.8.8:443',
    'forward eth0 eth1 udp 10.0.0.2 > 192.168.50.9:53',
    'in eth0 icmp echo-request 1.2.3.4 > 10.0.0.1 ttl 1',
    'in eth0 tcp [2001:db8::1]:5000 > [2001:db8::2]:80',
    '',
    'tcp > :8080 syn',
  );
  if (random.chance(0.3)) return ordinary;
  const words = [
    ...(random.chance(0.5) ? ordinary.split(' ') : []),
    ...Array.from({ length: random.int(0, 6) }, () => (random.chance(0.92) ? random.pick(WORDS) : character(random))),
  ];
  return (random.chance(0.4) ? random.sample(words, words.length) : words).join(random.chance(0.95) ? ' ' : '');
}
