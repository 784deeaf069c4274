import type { PacketJson } from '../case';
import { openingPacket } from './packets';
import type { Scene } from './scene';

type Draft = Record<string, unknown>;

/** Where a packet goes: after the last hook, or as far as it came. */
export interface Followed {
  readonly outcome: string;
  readonly outIface?: string | undefined;
  readonly finalPacket?: PacketJson | undefined;
}

/** The packets of one connection: how they look on either side of this host. */
interface Flow {
  readonly scene: Scene;
  readonly proto: string;
  /** What the first packet has in each direction. */
  readonly there: Draft;
  readonly back: Draft;
  /** As the first packet left, or was delivered. */
  readonly final: Draft;
  /** TCP: the next numbers of both sides. */
  readonly next: { there: number; back: number };
  /** SCTP, TCP: how far the script has come. */
  step: number;
}

/**
 * So many packets that have to do with each other: connections that are opened, replied to, reset and closed, in order
 * and out of it, repetitions, ICMP errors about what was sent before, fragments. `fragments`: some come in two.
 * `follow` says where the last of some packets goes.
 */
export function conversation(
  scenes: readonly Scene[],
  length: number,
  fragments: boolean,
  follow: (packets: readonly PacketJson[]) => Followed | undefined,
): readonly PacketJson[] {
  const { random: r } = scenes[0] as Scene;
  const packets: PacketJson[] = [];
  const flows: Flow[] = [];
  while (packets.length < length) {
    if (flows.length === 0 || (flows.length < 3 && r.chance(0.12))) {
      const scene = r.chance(0.75) ? (scenes[0] as Scene) : r.pick(scenes);
      const first = flows.length > 0 && r.chance(0.4) ? sibling(r.pick(flows)) : openingPacket(scene);
      packets.push(first);
      flows.push(flowOf(sceneFor(scenes, first), first, follow(packets)));
      continue;
    }
    const flow = r.chance(0.8) ? (flows[flows.length - 1] as Flow) : r.pick(flows);
    const next = r.chance(0.12) ? errorAbout(flow) : r.chance(0.06) ? (r.pick(packets) as Draft) : packetOf(flow);
    // The other half of a datagram may not wait for the next sequence.
    packets.push(
      ...(fragments && packets.length + 2 <= length && r.chance(0.05)
        ? inFragments(flow.scene, next, r.int(1, 0x3fff))
        : [next]),
    );
  }
  return packets.slice(0, length);
}

function sceneFor(scenes: readonly Scene[], packet: PacketJson): Scene {
  const family = String(packet.dst).includes(':') ? 6 : 4;
  return scenes.find((scene) => scene.family === family) ?? (scenes[0] as Scene);
}

/** Another connection that has something in common with one. */
function sibling({ scene: { random: r, all }, there }: Flow): Draft {
  const change: Draft = r.of<Draft>(
    { sport: 40001 },
    { dport: 8080 },
    { src: r.pick(all) },
    { dst: r.pick(all) },
    { icmpId: 77 },
    { proto: r.of('udp', 'gre', 'udplite') },
  );
  const merged = { ...there, ...Object.fromEntries(Object.entries(change).filter(([key]) => key in there)) };
  if (there.dir === 'out' && 'src' in change) return there;
  return merged;
}

const REPLY_TYPES: Readonly<Record<number, number>> = { 8: 0, 13: 14, 15: 16, 17: 18, 128: 129, 139: 140 };

function flowOf(scene: Scene, first: PacketJson, followed: Followed | undefined): Flow {
  const { random: r } = scene;
  const plain = Object.fromEntries(
    Object.entries(first).filter(([key]) =>
      [
        'dir',
        'iface',
        'src',
        'dst',
        'proto',
        'sport',
        'dport',
        'icmpType',
        'icmpCode',
        'icmpId',
        'uid',
        'gid',
        'mark',
        'spi',
      ].includes(key),
    ),
  );
  const shown = followed?.finalPacket ?? {};
  const final: Draft = {
    src: shown.src ?? first.src,
    dst: shown.dst ?? first.dst,
    ...('sport' in first ? { sport: shown.sport ?? first.sport, dport: shown.dport ?? first.dport } : {}),
    ...('icmpType' in first ? { icmpId: shown.icmpId ?? first.icmpId ?? 0x1234 } : {}),
  };
  const sent = followed?.outcome === 'SENT' || (followed?.outcome !== 'LOCAL' && r.chance(0.5));
  const iface =
    followed?.outIface !== undefined && followed.outIface !== 'lo' ? followed.outIface : r.pick(scene.ifaces);
  const back: Draft = {
    ...(sent ? { dir: 'in', iface } : { dir: 'out', uid: 0, gid: 0 }),
    src: final.dst,
    dst: final.src,
    proto: first.proto,
    ...('sport' in final ? { sport: final.dport, dport: final.sport } : {}),
    ...('icmpType' in first
      ? {
          icmpType: REPLY_TYPES[first.icmpType as number] ?? r.of(0, 14, 8),
          icmpCode: first.icmpCode ?? 0,
          icmpId: final.icmpId,
        }
      : {}),
    ...('spi' in first ? { spi: first.spi } : {}),
  };
  return {
    scene,
    proto: String(first.proto),
    there: plain,
    back,
    final,
    next: { there: ((first.seq as number | undefined) ?? 1000) + 1, back: 5000 },
    step: 0,
  };
}

function packetOf(flow: Flow): Draft {
  const {
    scene: { random: r },
  } = flow;
  if (flow.proto === 'tcp') return tcpPacket(flow);
  if (flow.proto === 'sctp') return sctpPacket(flow);
  const base = { ...(r.chance(0.55) ? flow.back : flow.there) };
  if ('icmpType' in base) {
    const x = r.next();
    if (x < 0.06) base.icmpId = r.int(1, 3);
    else if (x < 0.1)
      base.icmpType =
        flow.scene.family === 4 ? r.of(8, 0, 13, 14, 15, 16, 17, 18, 9, 10, 42) : r.of(128, 129, 139, 140, 200, 133);
    else if (x < 0.14) base.icmpCode = 1;
    if (r.chance(0.25)) base.length = r.of(36, 40, 60, 100) + (flow.scene.family === 6 ? 20 : 0);
  }
  if (flow.proto === 'dccp') return base;
  return r.chance(0.15) && ['udp', 'udplite', 'gre'].includes(flow.proto)
    ? { ...base, length: r.of(60, 100, 1000) }
    : base;
}

type TcpStep = readonly [side: 'there' | 'back', flags: readonly string[]];
const HANDSHAKE: readonly TcpStep[] = [
  ['back', ['SYN', 'ACK']],
  ['there', ['ACK']],
];
const SCRIPTS: readonly (readonly TcpStep[])[] = [
  [
    ...HANDSHAKE,
    ['there', ['PSH', 'ACK']],
    ['back', ['ACK']],
    ['back', ['PSH', 'ACK']],
    ['there', ['FIN', 'ACK']],
    ['back', ['FIN', 'ACK']],
    ['there', ['ACK']],
  ],
  [
    ...HANDSHAKE,
    ['back', ['FIN', 'ACK']],
    ['there', ['ACK']],
    ['there', ['FIN', 'ACK']],
    ['back', ['ACK']],
    ['there', ['SYN']],
  ],
  [...HANDSHAKE, ['there', ['RST', 'ACK']], ['there', ['SYN']], ['back', ['SYN', 'ACK']], ['there', ['ACK']]],
  [
    ['back', ['RST', 'ACK']],
    ['there', ['SYN']],
    ['back', ['SYN', 'ACK']],
    ['there', ['ACK']],
    ['back', ['RST']],
  ],
  [
    ['back', ['SYN']],
    ['there', ['SYN', 'ACK']],
    ['back', ['SYN', 'ACK']],
    ['there', ['ACK']],
    ['back', ['ACK']],
  ],
  [['there', ['SYN']], ...HANDSHAKE, ['there', ['FIN', 'ACK']], ['back', ['ACK']], ['there', ['SYN']]],
  [
    ['there', ['ACK']],
    ['back', ['ACK']],
    ['there', ['PSH', 'ACK']],
    ['back', ['FIN', 'ACK']],
    ['there', ['RST']],
  ],
];
const ANY_FLAGS = [
  ['ACK'],
  ['ACK'],
  ['PSH', 'ACK'],
  ['SYN'],
  ['SYN', 'ACK'],
  ['FIN', 'ACK'],
  ['RST'],
  ['RST', 'ACK'],
  [],
  ['FIN'],
  ['SYN', 'FIN'],
  ['ACK', 'URG'],
  ['SYN', 'ECE', 'CWR'],
];

function tcpPacket(flow: Flow): Draft {
  const {
    scene: { random: r },
    next,
  } = flow;
  if (flow.step === 0) flow.step = 1 + r.int(0, SCRIPTS.length - 1) * 100;
  const script = SCRIPTS[Math.floor(flow.step / 100)] as readonly TcpStep[];
  const planned = r.chance(0.75) ? script[(flow.step % 100) - 1] : undefined;
  if (planned) flow.step++;
  const [side, flags] = planned ?? ([r.of('there', 'back'), r.pick(ANY_FLAGS)] as const);
  const other = side === 'there' ? 'back' : 'there';
  const shift = (value: number): number =>
    r.chance(0.85) ? value : (value + r.of(1, -1, 100, -100, 70_000, -70_000, 200_000, 2_000_000)) >>> 0;
  const seq = shift(next[side]);
  const data = flags.includes('PSH') ? r.of(10, 100) : 0;
  const draft: Draft = { ...flow[side], flags, seq, ...(flags.includes('ACK') ? { ack: shift(next[other]) } : {}) };
  if (r.chance(0.1)) draft.seq = 0;
  if (r.chance(0.1)) draft.window = r.of(0, 1, 100, 65535);
  const options = r.chance(0.3)
    ? r.of('020405b4', '020405b40402080a0000000100000000', '03030701', '0303070104020101', '0101050a000003e9000007d0')
    : '';
  if (options !== '') draft.tcpOptionsHex = options;
  if (data > 0)
    draft.length =
      (flow.scene.family === 4 ? 40 : 60) +
      options.length / 2 +
      ((options.length / 2) % 4 ? 4 - ((options.length / 2) % 4) : 0) +
      data;
  if (draft.seq === next[side])
    next[side] = (next[side] + data + (flags.includes('SYN') || flags.includes('FIN') ? 1 : 0)) >>> 0;
  return draft;
}

/**
 * Chunks with a tag of 0, which is what every packet here has in its header, so that an association can come about; and
 * with others.
 */
const SCTP = {
  init: '01000014000000000000ffff0001000100002222',
  initTagged: '01000014000011110000ffff0001000100002222',
  initAck: '02000014000000000000ffff0001000100002222',
  initAckTagged: '02000014000033330000ffff0001000100002222',
  cookieEcho: '0a000008deadbeef',
  cookieAck: '0b000004',
  data: '0003001400000001000000000000000061626364',
  sack: '0300001000000001000100000000000000',
  heartbeat: '0400000c00010008aaaabbbb',
  heartbeatAck: '0500000c00010008aaaabbbb',
  abort: '06000004',
  abortTagged: '06010004',
  shutdown: '0700000800000001',
  shutdownAck: '08000004',
  shutdownComplete: '0e000004',
  error: '0900000400000000',
} as const;
const ASSOCIATIONS: readonly (readonly (readonly ['there' | 'back', keyof typeof SCTP])[])[] = [
  [
    ['back', 'initAck'],
    ['there', 'cookieEcho'],
    ['back', 'cookieAck'],
    ['there', 'data'],
    ['back', 'shutdown'],
    ['there', 'shutdownAck'],
    ['back', 'shutdownComplete'],
  ],
  [
    ['back', 'initAck'],
    ['there', 'cookieEcho'],
    ['back', 'cookieAck'],
    ['there', 'heartbeat'],
    ['back', 'heartbeatAck'],
    ['there', 'abort'],
  ],
  [
    ['there', 'init'],
    ['back', 'initAckTagged'],
    ['there', 'cookieEcho'],
    ['back', 'abort'],
    ['there', 'init'],
  ],
  [
    ['there', 'heartbeat'],
    ['back', 'heartbeatAck'],
    ['there', 'data'],
    ['back', 'data'],
    ['back', 'init'],
  ],
];

function sctpPacket(flow: Flow): Draft {
  const {
    scene: { random: r },
  } = flow;
  if (flow.step === 0) flow.step = 1 + r.int(0, ASSOCIATIONS.length - 1) * 100;
  const planned = r.chance(0.75) ? ASSOCIATIONS[Math.floor(flow.step / 100)]?.[(flow.step % 100) - 1] : undefined;
  if (planned) flow.step++;
  const [side, chunk] = planned ?? ([r.of('there', 'back'), r.pick(Object.keys(SCTP)) as keyof typeof SCTP] as const);
  return { ...flow[side], payloadHex: SCTP[chunk] };
}

/**
 * An ICMP error that quotes a packet of the flow as it was seen on one side of this host; most often to its sender, by
 * the way that it came.
 */
function errorAbout({ scene, there, back, final, proto }: Flow): Draft {
  const { random: r, family } = scene;
  const quote = (from: Draft): Draft =>
    Object.fromEntries(
      Object.entries({ ...from, proto }).filter(([key]) =>
        ['src', 'dst', 'proto', 'sport', 'dport', 'icmpType', 'icmpCode', 'icmpId', 'flags'].includes(key),
      ),
    );
  // Of each side: the packet as it is there, and who would send the error.
  const [inner, way] = r.of(
    [{ ...final, ...pickIcmp(there) }, back],
    [{ ...final, ...pickIcmp(there) }, back],
    [back, there],
    [there, there],
  );
  const quoted = quote(inner);
  const [icmpType, icmpCode] =
    family === 4
      ? r.of([3, 3], [3, 1], [11, 0], [12, 0], [3, 4], [4, 0], [5, 1])
      : r.of([1, 4], [1, 0], [3, 0], [2, 0], [4, 1], [5, 0]);
  const { dir, iface, uid, gid } = way;
  return {
    ...Object.fromEntries(Object.entries({ dir, iface, uid, gid }).filter(([, value]) => value !== undefined)),
    src: r.chance(0.6) ? quoted.dst : r.pick(scene.all),
    dst: r.chance(0.92) ? quoted.src : r.pick(scene.all),
    proto: family === 4 ? 'icmp' : 'icmpv6',
    icmpType,
    icmpCode,
    inner: quoted,
  };
}

function pickIcmp(from: Draft): Draft {
  return Object.fromEntries(['icmpType', 'icmpCode'].filter((key) => key in from).map((key) => [key, from[key]]));
}

/** Two IPv4 fragments of one datagram, in one order or the other. */
function inFragments({ family, random: r }: Scene, packet: Draft, id: number): Draft[] {
  if (family === 6 || !['udp', 'tcp', 'icmp', 'gre'].includes(String(packet.proto)) || packet.inner !== undefined)
    return [packet];
  const { tcpOptionsHex, length, ...plain } = packet;
  void [tcpOptionsHex, length];
  const first: Draft = { ...plain, id, fragTotal: 160, fragOffset: 0, mf: true, length: 20 + 80 };
  const last: Draft = { ...plain, id, fragTotal: 160, fragOffset: 10, mf: false, length: 20 + 80 };
  return r.chance(0.8) ? [first, last] : [last, first];
}
