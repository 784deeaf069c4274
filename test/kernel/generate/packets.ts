import type { KernelAnswer, PacketJson } from '../case';
import { broadcast } from './addresses';
import { EPHEMERAL_PORTS, PORTS, type Scene } from './scene';

export interface GeneratedPacket {
  readonly packet: PacketJson;
  /** A connection that is known before the packet comes. */
  readonly connection: PacketJson | undefined;
}

type Draft = Record<string, unknown>;

const PORTED = ['tcp', 'udp', 'sctp', 'udplite', 'dccp'];
const FLAGS = [
  ['SYN'],
  ['SYN'],
  ['SYN'],
  ['SYN'],
  ['SYN'],
  ['ACK'],
  ['SYN', 'ACK'],
  ['FIN', 'ACK'],
  ['RST'],
  ['RST', 'ACK'],
  ['PSH', 'ACK'],
  [],
  ['FIN', 'PSH', 'URG'],
  ['SYN', 'FIN'],
  ['SYN', 'ECE', 'CWR'],
  ['FIN'],
  ['ACK', 'URG'],
  ['SYN', 'URG'],
  ['ACK', 'ECE'],
];
const TEXTS = ['GET / HTTP/1.1\r\nhost: a\r\n', '\u00124\u0001\u0000host', 'xx', 'x x get HOST'];
/**
 * SCTP: INIT, DATA with flags, ABORT with the T flag, COOKIE_ECHO + DATA, HEARTBEAT, SHUTDOWN_COMPLETE, SHUTDOWN_ACK,
 * INIT_ACK, SACK.
 */
const SCTP = [
  '01000014000011110000ffff0001000100002222',
  '03030014000000010000000000000000' + '61626364',
  '03020010000000010000000000000000',
  '06010004',
  '0a000008deadbeef' + '0303001400000001000000000000000061626364',
  '0400000c00010008aaaabbbb',
  '0e000004',
  '0e010004',
  '08000004',
  '02000014000011110000ffff0001000100002222',
  '030000140000000100000000000000006162636406000004',
  '0500000c00010008aaaabbbb',
  '0900000400000000',
];
/** Whole extension headers; the first byte is filled in. */
const OPTIONS = [
  undefined,
  undefined,
  undefined,
  '0000050200000100',
  '0001050200001e040000000001020000',
  '0000010002020000',
];

export function generatePacket(scene: Scene, profile: string): GeneratedPacket {
  const { random: r, family } = scene;
  const packet: Draft = {};
  const kind = r.of('in', 'in', 'in', 'forward', 'forward', 'out', 'out', 'out', 'self');
  if (kind === 'in' || kind === 'forward') arrive(scene, packet, kind);
  else send(scene, packet, kind);
  transport(scene, packet, profile);
  if (r.chance(0.3)) packet.ttl = r.of(1, 2, 63, 65, 128, 255, 0);
  if (r.chance(0.3)) packet.tos = r.of(0x08, 0x10, 0xb8, 0x28, 0x02, 0x01, 0x2e, 0x03);
  if (family === 4 && r.chance(0.2)) packet.df = true;
  if (family === 4 && r.chance(0.03))
    packet.ipOptionsHex = r.of('94040000', '01010101', '44080500000000000000'.slice(0, 16));
  if (family === 4 && scene.topology.conntrack === 'auto' && r.chance(0.15) && !packet.inner) fragment(scene, packet);
  if (family === 6 && r.chance(0.3)) extensions(scene, packet);
  const connection = r.chance(profile === 'nat' ? 0.05 : 0.2) ? knownConnection(scene, packet) : undefined;
  return { packet, connection };
}

/** The first packet of a connection. */
export function openingPacket(scene: Scene): PacketJson {
  const { random: r, family, protocol } = scene;
  const packet: Draft = {};
  const kind = r.of('in', 'in', 'forward', 'forward', 'out', 'out', 'self');
  if (kind === 'in' || kind === 'forward') arrive(scene, packet, kind);
  else send(scene, packet, kind);
  const proto = r.chance(0.75) ? protocol : r.of('tcp', 'udp', 'icmp', 'gre', 'sctp', 'dccp', 'udplite', 'esp');
  packet.proto = proto === 'icmp' && family === 6 ? 'icmpv6' : proto;
  if (PORTED.includes(proto)) {
    packet.sport = r.pick(EPHEMERAL_PORTS);
    packet.dport = r.pick(PORTS);
  }
  if (proto === 'tcp') packet.flags = r.chance(0.88) ? ['SYN'] : r.pick(FLAGS);
  if (proto === 'tcp' && r.chance(0.4))
    packet.tcpOptionsHex = r.of('020405b4', '020405b40402080a0000000100000000', '020405b403030701');
  if (proto === 'icmp') {
    packet.icmpType = family === 4 ? r.of(8, 8, 13, 13, 15, 17) : r.of(128, 128, 139);
    packet.icmpCode = 0;
    if (r.chance(0.3)) packet.length = r.of(28, 36, 40, 60, 100) + (family === 6 ? 20 : 0);
  }
  if (proto === 'sctp') packet.payloadHex = r.chance(0.7) ? '01000014000000000000ffff0001000100002222' : r.pick(SCTP);
  if (proto === 'esp' || proto === 'ah') packet.spi = 0x100;
  if (family === 4 && packet.length === undefined && r.chance(0.04))
    packet.ipOptionsHex = r.of(
      '94040000',
      '01010101',
      '83070400000000',
      '070704000000',
      '44080500',
      '070b0400000000000000',
    );
  return packet;
}

function arrive(scene: Scene, packet: Draft, kind: 'in' | 'forward'): void {
  const { random: r, family, ifaces, addressesOf, neighbours, far, local, loopback } = scene;
  const iface = r.pick(ifaces);
  const own = addressesOf.get(iface) ?? [];
  packet.dir = 'in';
  packet.iface = iface;
  packet.src = r.pick([...(neighbours.get(iface) ?? []), ...(iface === ifaces[0] ? far : [])]);
  packet.dst =
    kind === 'in'
      ? r.pick([...own.map(({ address }) => address), ...own.map(({ address }) => address), ...local])
      : r.pick([...ifaces.filter((name) => name !== iface).flatMap((name) => neighbours.get(name) ?? []), ...far]);
  if (r.chance(0.4)) packet.srcMac = r.of('02:00:00:00:99:98', '00:11:22:33:44:55');
  const x = r.next();
  if (x < 0.05 && family === 4) {
    const first = own[0] as { address: string; prefix: number };
    [packet.dst, packet.dstMac] = r.of(
      [broadcast(first.address, first.prefix), 'ff:ff:ff:ff:ff:ff'],
      ['255.255.255.255', 'ff:ff:ff:ff:ff:ff'],
      ['224.0.0.1', '01:00:5e:00:00:01'],
      ['239.1.2.3', '01:00:5e:01:02:03'],
    );
  } else if (x < 0.05) {
    [packet.dst, packet.dstMac] = r.of(
      ['ff02::1', '33:33:00:00:00:01'],
      ['ff02::2', '33:33:00:00:00:02'],
      ['ff05::99', '33:33:00:00:00:99'],
    );
  } else if (x < 0.06) packet.dstMac = r.of('02:00:00:00:77:77', 'ff:ff:ff:ff:ff:ff', '01:00:5e:01:02:03');
  else if (x < 0.1)
    packet.src = r.pick([
      ...local,
      loopback,
      ...(neighbours.get(r.pick(ifaces)) ?? []),
      family === 4 ? '0.0.0.0' : 'fe80::9',
      family === 4 ? '224.0.0.5' : 'ff02::9',
      family === 4 ? '240.0.0.1' : '::',
    ]);
  else if (x < 0.13)
    packet.dst = r.of(
      loopback,
      ...(family === 4
        ? ['127.9.9.9', '0.0.0.1', '240.0.0.1', '192.0.2.5', '192.0.3.5', '192.0.4.5', '198.51.100.130']
        : ['2001:db8:dead::1', '::', 'fe80::1']),
    );
  if (family === 6 && r.chance(0.05)) [packet.src, packet.srcMac] = ['fd00:1::211:22ff:fe33:4455', '00:11:22:33:44:55'];
}

function send(scene: Scene, packet: Draft, kind: 'out' | 'self'): void {
  const { random: r, ifaces, addressesOf, neighbours, far, local, loopback, family } = scene;
  packet.dir = 'out';
  packet.uid = r.of(0, 1000, 1337, 1500);
  packet.gid = r.of(0, 1000, 1337, packet.uid as number);
  if (r.chance(0.15)) packet.groups = r.of([1000], [1337, 5], [0]);
  if (kind === 'self') {
    packet.dst = r.pick([...local, loopback]);
    packet.src = r.chance(0.7) ? packet.dst : r.pick([...local, loopback]);
  } else {
    const iface = r.pick(ifaces);
    packet.dst = r.pick([...(neighbours.get(iface) ?? []), ...far]);
    const near = neighbours.get(iface)?.includes(packet.dst as string) ? iface : (ifaces[0] as string);
    packet.src = r.chance(0.9) ? addressesOf.get(near)?.[0]?.address : r.pick([...local, loopback]);
    if (family === 4 && r.chance(0.03)) packet.dst = r.of('192.0.2.1', '192.0.3.1', '192.0.4.1');
    if (family === 6 && r.chance(0.03)) packet.dst = r.of('2001:db8:dead::1', 'fe80::1');
    if (r.chance(0.1)) toMany(scene, packet, iface);
  }
  if (r.chance(0.25)) packet.mark = r.of(1, 2, 3, 0x10, 0x1337);
}

function toMany({ random: r, family, addressesOf }: Scene, packet: Draft, iface: string): void {
  const { address, prefix } = addressesOf.get(iface)?.[0] as { address: string; prefix: number };
  packet.dst =
    family === 4
      ? r.of(broadcast(address, prefix), broadcast(address, prefix), '255.255.255.255', '224.0.0.1', '239.1.2.3')
      : r.of('ff02::1', 'ff02::1', 'ff02::2', 'ff02::fb', 'ff05::2', 'ff01::1', 'ff01::99');
  if (r.chance(0.2)) [packet.oface, packet.bindOface] = [r.of(iface, 'lo'), true];
}

function transport(scene: Scene, packet: Draft, profile: string): void {
  const { random: r, family } = scene;
  const proto = r.chance(0.7)
    ? scene.protocol
    : r.of('tcp', 'tcp', 'udp', 'udp', 'icmp', 'sctp', 'udplite', 'esp', 'gre', 'igmp', '135', '89');
  packet.proto =
    proto === 'icmp' && family === 6
      ? 'icmpv6'
      : /^\d+$/.test(proto)
        ? Number(proto)
        : proto === 'igmp'
          ? 2
          : proto === 'ipcomp'
            ? 108
            : proto;
  if (PORTED.includes(proto)) {
    packet.sport = r.pick([...EPHEMERAL_PORTS, ...EPHEMERAL_PORTS, ...PORTS]);
    packet.dport = r.pick(PORTS);
  }
  if (proto === 'tcp') {
    packet.flags = profile === 'nat' && r.chance(0.8) ? ['SYN'] : r.pick(FLAGS);
    if ((packet.flags as string[])[0] === 'SYN' && r.chance(0.4))
      packet.tcpOptionsHex = `020405b4${r.of('', '0402080a0000000100000000', '01030307', '0101080a0000000100000000')}`;
  }
  if (proto === 'icmp') icmp(scene, packet);
  if (proto === 'sctp' && r.chance(0.6)) packet.payloadHex = r.pick(SCTP);
  if (proto === 'esp' || proto === 'ah') packet.spi = r.of(0x100, 0x10, 0xffffffff, 250, 4096);
  if (proto === 'ipcomp') packet.payloadHex = r.of('0600000200000000', '1700010000000000', '06010100');
  if (proto === '135')
    packet.payloadHex = r.of(
      '3b01050000000000' + '0000000000000000',
      '3b00000000000000',
      '3b010100000000000000000000000000',
    );
  if (!packet.inner && r.chance(0.4)) {
    const least = ({ tcp: 40, udp: 28, icmp: 28, udplite: 28, esp: 44, gre: 24, igmp: 28 } as Record<string, number>)[
      proto
    ];
    if (least !== undefined && packet.tcpOptionsHex === undefined)
      packet.length = Math.max(least, r.of(24, 28, 40, 60, 84, 100, 576, 1000, 1400, 1500)) + (family === 6 ? 20 : 0);
    if (packet.length === 1520) packet.length = 1500;
    if (packet.length !== undefined && (proto === 'tcp' || proto === 'udp') && r.chance(0.5))
      packet.payloadHex = Buffer.from(r.pick(TEXTS), 'latin1').toString('hex');
  }
}

function icmp(scene: Scene, packet: Draft): void {
  const { random: r, family } = scene;
  const types =
    family === 4
      ? [
          [8, 0],
          [8, 0],
          [8, 0],
          [0, 0],
          [13, 0],
          [14, 0],
          [3, 1],
          [3, 3],
          [11, 0],
          [12, 0],
          [5, 1],
          [17, 0],
          [15, 0],
          [9, 0],
          [10, 0],
          [42, 0],
          [3, 4],
        ]
      : [
          [128, 0],
          [128, 0],
          [128, 0],
          [129, 0],
          [1, 4],
          [3, 0],
          [2, 0],
          [4, 1],
          [135, 0],
          [133, 0],
          [139, 0],
          [200, 0],
        ];
  [packet.icmpType, packet.icmpCode] = r.pick(types) as [number, number];
  const error = family === 4 ? [3, 5, 11, 12].includes(packet.icmpType as number) : (packet.icmpType as number) < 128;
  if (family === 6 && (packet.icmpType === 135 || packet.icmpType === 133)) packet.ttl = 255;
  if (!error) {
    if (r.chance(0.2)) packet.icmpId = r.int(1, 65535);
    return;
  }
  // Nearly always the error goes to the sender of what it quotes.
  const inner = {
    src: r.chance(0.95) ? packet.dst : r.pick(scene.all),
    dst: r.chance(0.7) ? packet.src : r.pick(scene.all),
    proto: r.of('udp', 'tcp', 'udp'),
    sport: r.pick(EPHEMERAL_PORTS),
    dport: r.pick(PORTS),
  };
  packet.inner = inner;
}

/** One slice of a datagram: the first, one from the middle, the last. */
function fragment({ random: r }: Scene, packet: Draft): void {
  if (packet.proto !== 'udp' && packet.proto !== 'tcp') return;
  const part = r.of('first', 'middle', 'last');
  packet.fragTotal = 1400;
  packet.mf = part !== 'last';
  packet.fragOffset = part === 'first' ? 0 : part === 'middle' ? 50 : 125;
  packet.length = 20 + (part === 'last' ? 400 : 400);
  delete packet.tcpOptionsHex;
  delete packet.ipOptionsHex;
  delete packet.payloadHex;
  delete packet.df;
}

function extensions({ random: r }: Scene, packet: Draft): void {
  const tlv = (type: string): Draft => {
    const hex = r.pick(OPTIONS);
    return hex === undefined ? { type } : { type, hex };
  };
  const routing = (): Draft =>
    r.of(
      { type: 'rt', rtType: 2, segLeft: 0 },
      { type: 'rt', rtType: 0, segLeft: 0 },
      { type: 'rt', rtType: 4, segLeft: 0 },
      { type: 'rt', hex: `000204${r.of('00', '01')}0000000${r.of('5', '7')}fd000001000000000000000000000009` },
    );
  packet.extHeaders = r.of<Draft[]>(
    [tlv('hbh')],
    [tlv('dst')],
    [tlv('hbh'), tlv('dst')],
    [routing()],
    [routing(), tlv('dst')],
    [{ type: 'frag', offset: 0, mf: false, fid: r.of(7, 8) }],
  );
  delete packet.length;
}

function knownConnection(scene: Scene, packet: Draft): PacketJson | undefined {
  const { random: r } = scene;
  if (packet.dstMac !== undefined || packet.fragOffset !== undefined) return undefined;
  const mark = r.chance(0.6) ? { mark: r.of(1, 2, 0x10, 0xff, 0x1337) } : {};
  const pick = (from: Draft): Draft =>
    Object.fromEntries(['src', 'dst', 'proto', 'sport', 'dport'].map((key) => [key, from[key]]));
  if (packet.inner) return { orig: pick(packet.inner as Draft), ...mark };
  if (packet.proto !== 'tcp' && packet.proto !== 'udp') return undefined;
  const turned = { src: packet.dst, dst: packet.src, proto: packet.proto, sport: packet.dport, dport: packet.sport };
  const reply = r.chance(0.4);
  const orig = reply ? turned : pick(packet);
  if (packet.proto === 'udp') return { orig, ...mark, ...(r.chance(0.2) ? { status: [] } : {}) };
  const states = reply
    ? ['ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'FIN_WAIT', 'LAST_ACK', 'TIME_WAIT', 'CLOSE']
    : ['ESTABLISHED', 'ESTABLISHED', 'SYN_RECV', 'CLOSE_WAIT', 'TIME_WAIT', 'CLOSE', 'SYN_SENT'];
  const tcpState = r.pick(states);
  packet.flags =
    tcpState === 'SYN_SENT' && reply
      ? ['SYN', 'ACK']
      : r.of(['ACK'], ['PSH', 'ACK'], ['ACK'], ['FIN', 'ACK'], ['RST'], ['SYN'], ['SYN', 'ACK']);
  delete packet.tcpOptionsHex;
  return { orig, ...mark, tcpState, ...(tcpState === 'SYN_SENT' ? { status: [] } : {}) };
}

/**
 * More packets of the connection that `first` opened and that left the host (or reached it) as `answer` says: replies
 * from where it went, repetitions, ICMP errors about it. undefined where nothing can follow.
 */
export function followUps(scene: Scene, first: PacketJson, answer: KernelAnswer): readonly PacketJson[] | undefined {
  const { random: r } = scene;
  const final = answer.finalPacket ?? {};
  const proto = first.proto as string;
  if (
    !['tcp', 'udp', 'icmp', 'icmpv6', 'sctp', 'udplite'].includes(proto) ||
    (answer.outcome !== 'SENT' && answer.outcome !== 'LOCAL')
  )
    return undefined;
  if (answer.outcome === 'LOCAL' && proto === 'tcp' && first.dir === 'out') return undefined;
  if (proto === 'icmp' && first.icmpType !== 8) return undefined;
  if (proto === 'icmpv6' && first.icmpType !== 128) return undefined;
  if (proto === 'tcp' && JSON.stringify(first.flags) !== '["SYN"]') return undefined;
  const { tcpOptionsHex, length, payloadHex, ...plain } = first;
  void [tcpOptionsHex, length];
  const again: Draft = { ...plain, ...(proto === 'sctp' && payloadHex !== undefined ? { payloadHex } : {}) };
  const back: Draft = {
    ...(answer.outcome === 'SENT' ? { dir: 'in', iface: answer.outIface } : { dir: 'out', uid: 0, gid: 0 }),
    src: final.dst,
    dst: final.src,
    proto,
    ...(final.sport === undefined ? {} : { sport: final.dport, dport: final.sport }),
    ...(proto === 'icmp' ? { icmpType: 0 } : proto === 'icmpv6' ? { icmpType: 129 } : {}),
    ...(final.icmpId === undefined ? {} : { icmpId: final.icmpId }),
  };
  const error: Draft = {
    ...(answer.outcome === 'SENT' ? { dir: 'in', iface: answer.outIface } : { dir: 'out', uid: 0, gid: 0 }),
    src: final.dst,
    dst: r.chance(0.9) ? final.src : r.pick(scene.all),
    proto: first.proto === 'icmpv6' || scene.family === 6 ? 'icmpv6' : 'icmp',
    icmpType: scene.family === 6 ? 1 : 3,
    icmpCode: scene.family === 6 ? 4 : 3,
    inner: {
      src: final.src,
      dst: final.dst,
      proto,
      ...(final.sport === undefined ? {} : { sport: final.sport, dport: final.dport }),
      ...(final.icmpType === undefined ? {} : { icmpType: final.icmpType, icmpId: final.icmpId ?? 0x1234 }),
      ...(proto === 'tcp' ? { flags: ['SYN'] } : {}),
    },
  };
  if (proto !== 'tcp') return Array.from({ length: r.int(1, 5) }, () => r.of(again, back, back, error));
  const handshake: Draft[] = r.chance(0.7)
    ? [
        { ...back, flags: ['SYN', 'ACK'], seq: 5000, ack: 1001 },
        { ...again, flags: ['ACK'], seq: 1001, ack: 5001 },
      ]
    : [];
  const any = (): Draft => ({
    ...(r.chance(0.5) ? { ...again, seq: 1001, ack: 5001 } : { ...back, seq: 5001, ack: 1001 }),
    flags: r.of(['ACK'], ['PSH', 'ACK'], ['FIN', 'ACK'], ['RST'], ['RST', 'ACK'], ['SYN'], ['SYN', 'ACK'], ['ACK']),
  });
  const sensible = (): Draft => ({
    ...(r.chance(0.5) ? { ...again, seq: 1001, ack: 5001 } : { ...back, seq: 5001, ack: 1001 }),
    flags: r.of(['ACK'], ['PSH', 'ACK'], ['FIN', 'ACK']),
  });
  return [
    ...handshake,
    ...Array.from({ length: r.int(0, 4) }, () =>
      r.chance(0.15) ? error : handshake.length > 0 && r.chance(0.6) ? sensible() : any(),
    ),
  ];
}
