import type { Random } from '../kernel/random';
import type { Json } from './kind';
import { character } from './texts';

/** A packet in the words of the contract, from ordinary to absurd; protocols, families and headers in any mixture. */
export function anyPacket(random: Random, depth = 0): Json {
  const six = random.chance(0.4);
  const some = six ? SIX : FOUR;
  const packet: Record<string, Json> = {};
  const put = (name: string, chance: number, value: () => Json): void => {
    if (random.chance(chance)) packet[name] = value();
  };
  put('dir', 0.7, () => random.of('in', 'out', 'forward'));
  put('iface', 0.5, () => random.of('eth0', 'eth1', 'lo', 'wg0'));
  put('oface', 0.05, () => random.of('eth0', 'eth1', 'lo'));
  put('bindOface', 0.05, () => true);
  put('src', 0.8, () => random.pick(some));
  put('dst', 0.9, () => random.pick(some));
  put('proto', 0.9, () =>
    random.of<Json>(
      'tcp',
      'udp',
      'icmp',
      'icmpv6',
      'sctp',
      'dccp',
      'udplite',
      'esp',
      'ah',
      'gre',
      'igmp',
      'ipip',
      0,
      41,
      43,
      44,
      59,
      60,
      108,
      135,
      255,
      random.int(0, 255),
    ),
  );
  put('sport', 0.5, () => random.of(0, 80, 40000, 65535));
  put('dport', 0.5, () => random.of(0, 53, 80, 443, 15001, 65535));
  put('flags', 0.4, () =>
    random.of<Json>(['SYN'], ['SYN', 'ACK'], ['RST'], ['FIN', 'ACK'], [], random.int(0, 255), 'syn ack'),
  );
  put('tcpOptionsHex', 0.15, () => hex(random, 44));
  put('ipOptionsHex', 0.15, () => hex(random, 44));
  put('icmpType', 0.4, () =>
    random.of<Json>(0, 3, 4, 5, 8, 11, 13, 128, 129, 133, 135, 143, random.int(0, 255), 'echo-request'),
  );
  put('icmpCode', 0.2, () => random.int(0, 255));
  put('icmpId', 0.1, () => random.int(0, 65535));
  put('icmpRest', 0.05, () => random.of(0, 68, 4294967295));
  put('tos', 0.2, () => random.int(0, 255));
  put('ttl', 0.2, () => random.of(0, 1, 2, 64, 255));
  put('length', 0.2, () => random.of(0, 20, 28, 40, 44, 60, 100, 1500, 1501, 65535, random.int(0, 200)));
  put('df', 0.1, () => random.chance(0.5));
  put('mf', 0.1, () => random.chance(0.5));
  put('fragOffset', 0.1, () => random.of(0, 1, 2, 185, 8191));
  put('fragTotal', 0.05, () => random.of(0, 8, 100, 4000, 65535));
  put('payloadHex', 0.2, () => hex(random, random.of(4, 40, 200)));
  put('extHeaders', six ? 0.3 : 0.02, () =>
    Array.from({ length: random.int(0, 3) }, () =>
      random.of<Json>(
        'hbh',
        'dst',
        'rt',
        'frag',
        { type: 'frag', offset: random.of(0, 1, 100, 8191), mf: random.chance(0.5) },
        { type: 'rt', rtType: random.of(0, 2, 4), segLeft: random.of(0, 1, 255) },
        { type: random.of('hbh', 'dst', 'rt'), hex: `00${random.of('00', '01', '02')}${hex(random, 22)}` },
      ),
    ),
  );
  put('spi', 0.1, () => random.of(0, 256, 4294967295));
  put('srcMac', 0.1, () => random.of('02:00:00:00:99:99', 'ff:ff:ff:ff:ff:ff'));
  put('dstMac', 0.1, () =>
    random.of('02:00:00:00:00:01', 'ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:01', '33:33:00:00:00:01'),
  );
  put('mark', 0.15, () => random.of(0, 1, 4294967295));
  put('uid', 0.15, () => random.of(0, 1000, 1337, 4294967295));
  put('ctstate', 0.1, () => random.of('NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'));
  if (depth < 3) put('inner', 0.12, () => anyPacket(random, depth + 1));
  return packet;
}

function hex(random: Random, most: number): string {
  return Array.from({ length: random.int(0, most) }, () => random.int(0, 255).toString(16).padStart(2, '0')).join('');
}

const FOUR = [
  '10.244.1.5',
  '10.244.1.9',
  '10.244.2.9',
  '192.168.50.1',
  '192.168.50.9',
  '8.8.8.8',
  '127.0.0.1',
  '127.0.0.6',
  '0.0.0.0',
  '255.255.255.255',
  '224.0.0.1',
  '10.244.1.255',
  '169.254.1.1',
  '240.0.0.1',
];
const SIX = [
  'fd00:1::5',
  'fd00:1::9',
  'fd00:2::1',
  'fd00:2::9',
  '2001:db8::1',
  '::1',
  '::',
  'fe80::1',
  'ff02::1',
  'ff05::2',
  '::ffff:10.0.0.1',
];

/** Any JSON, small; numbers at every edge. */
export function anyJson(random: Random, depth: number): Json {
  switch (random.int(0, depth > 0 ? 9 : 6)) {
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
      return random.of(
        0,
        -1,
        1,
        0.5,
        255,
        256,
        65535,
        65536,
        4294967295,
        4294967296,
        1e21,
        1e308,
        -1e308,
        5e-324,
        Number.MAX_SAFE_INTEGER,
      );
    case 3:
      return Array.from({ length: random.int(0, 6) }, () => character(random)).join('');
    case 4:
      return random.of(
        '',
        'x',
        '0x10',
        '-5',
        'tcp',
        '10.0.0.1',
        '::1',
        'constructor',
        '__proto__',
        'toString',
        'eth0',
        '1e3',
        'NaN',
        'a'.repeat(300),
      );
    case 5:
      return {};
    case 6:
      return [];
    case 7:
      return Array.from({ length: random.int(1, 4) }, () => anyJson(random, depth - 1));
    default:
      return Object.fromEntries(
        Array.from({ length: random.int(1, 4) }, () => [
          random.of(
            'toString',
            'kind',
            '__proto__',
            'length',
            'type',
            'orig',
            'name',
            'proto',
            'src',
            'inner',
            'id',
            'x',
          ),
          anyJson(random, depth - 1),
        ]),
      );
  }
}
