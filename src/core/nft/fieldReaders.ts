import { addressBytes } from '../net/address';
import type { Tuple } from '../net/conntrack';
import { networkHeaderLength, packetBytes } from '../net/bytes';
import { PROTOCOL } from '../net/packet';
import { unknown, type Unknown } from '../xtables/answer';
import { protocolAsked } from '../xtables/protocolAsked';
import { unsignedAsNft, portAsNft } from '../xtables/values/portAsNft';
import type { PacketView } from '../xtables/view';
import { hex, hexBytes, hexName, integerType, knownType, type DataType } from './dataTypes';

/**
 * A value as the type has it; undefined where the packet has none, so that the rule ends there (NFT_BREAK), whatever
 * was asked.
 */
export type Read = string | undefined | Unknown;

type PacketFieldReader = (view: PacketView, words: readonly string[]) => Read;

function field(type: string | number, read: PacketFieldReader): readonly [DataType, PacketFieldReader] {
  return [typeof type === 'number' ? integerType(type) : knownType(type), read];
}

const IP4 =
  (read: PacketFieldReader): PacketFieldReader =>
  (view, words) =>
    view.packet.family === 4 ? read(view, words) : undefined;
const IP6 =
  (read: PacketFieldReader): PacketFieldReader =>
  (view, words) =>
    view.packet.family === 6 ? read(view, words) : undefined;

/** A field of one protocol: nft tests the protocol first by itself. */
function of(protocol: number, read: PacketFieldReader): PacketFieldReader {
  return (view, words) => (protocolAsked(view) === protocol ? read(view, words) : undefined);
}

function port(side: 'source' | 'destination'): PacketFieldReader {
  return (view) => {
    const found = portAsNft(view, side);
    return found === undefined ? undefined : hex(found, 2);
  };
}

function bytesAt(offset: number, size: 1 | 2): PacketFieldReader {
  return (view) => {
    const found = unsignedAsNft(view, offset, size);
    return found === undefined ? undefined : hex(found, size);
  };
}

const notStated =
  (what: string): PacketFieldReader =>
  () =>
    unknown(`${what} is not in the file`);

function owner(key: 'uid' | 'gid'): PacketFieldReader {
  // A packet without a socket that a process holds has no owner to compare (net/netfilter/nft_meta.c
  // nft_meta_get_eval_skugid).
  return ({ socket }) => (socket === undefined || socket.kind === 'kernel' ? undefined : hex(socket[key], 4));
}

function entryOf({ conntrack }: PacketView) {
  return conntrack?.entry;
}

function tupleOf(view: PacketView, words: readonly string[]): Tuple | undefined {
  const entry = entryOf(view);
  return words[1] === 'reply' ? entry?.reply : entry?.original;
}

function tupleAddress(side: 'source' | 'destination'): PacketFieldReader {
  return (view, words) => {
    const tuple = tupleOf(view, words);
    return tuple && hexBytes(addressBytes(tuple[side]));
  };
}

const PACKET_TYPES = { unicast: 0, broadcast: 1, multicast: 2 } as const;
const CT_STATES = { INVALID: 1, ESTABLISHED: 2, RELATED: 4, NEW: 8, UNTRACKED: 64 } as const;

/**
 * net/netfilter/nft_ct.c nft_ct_get_eval: what is not tracked (yet) counts as invalid; every other key needs a
 * connection.
 */
function ctState({ conntrack }: PacketView): string {
  if (!conntrack) return hex(CT_STATES.INVALID, 4);
  if (!conntrack.entry) return hex(conntrack.state === 'UNTRACKED' ? CT_STATES.UNTRACKED : CT_STATES.INVALID, 4);
  return hex(CT_STATES[conntrack.state], 4);
}

function ctStatus(view: PacketView): Read {
  const entry = entryOf(view);
  if (!entry) return undefined;
  const { expected, seenReply, assured, confirmed, sourceNat, destinationNat } = entry;
  return hex(
    (expected ? 1 : 0) |
      (seenReply ? 2 : 0) |
      (assured ? 4 : 0) |
      (confirmed ? 8 : 0) |
      (sourceNat ? 16 : 0) |
      (destinationNat ? 32 : 0),
    4,
  );
}

function ports(protocol: number): Readonly<Record<'sport' | 'dport', PacketFieldReader>> {
  return { sport: of(protocol, port('source')), dport: of(protocol, port('destination')) };
}

const TCP = ports(PROTOCOL.TCP);
const UDP = ports(PROTOCOL.UDP);
const UDPLITE = ports(PROTOCOL.UDPLITE);
const SCTP = ports(PROTOCOL.SCTP);
const DCCP = ports(PROTOCOL.DCCP);

/** By the full name; the source of each is its file in net/netfilter: nft_payload.c, nft_meta.c, nft_ct.c. */
export const FIELDS: Readonly<Record<string, readonly [DataType, PacketFieldReader]>> = {
  'ip saddr': field(
    'ipv4_addr',
    IP4(({ packet }) => hexBytes(addressBytes(packet.source))),
  ),
  'ip daddr': field(
    'ipv4_addr',
    IP4(({ packet }) => hexBytes(addressBytes(packet.destination))),
  ),
  'ip protocol': field(
    'inet_proto',
    IP4(({ packet }) => hex(packet.protocol, 1)),
  ),
  'ip ttl': field(
    1,
    IP4(({ packet }) => hex(packet.ttl, 1)),
  ),
  'ip length': field(
    2,
    IP4(({ packet }) => hex(packet.length, 2)),
  ),
  'ip id': field(
    2,
    IP4(({ packet }) => hex(packet.identification, 2)),
  ),
  'ip dscp': field(
    'dscp',
    IP4(({ packet }) => hex(packet.tos >> 2, 1)),
  ),
  'ip ecn': field(
    'ecn',
    IP4(({ packet }) => hex(packet.tos & 3, 1)),
  ),
  'ip version': field(
    1,
    IP4(() => hex(4, 1)),
  ),
  'ip hdrlength': field(
    1,
    IP4(({ packet }) => hex(networkHeaderLength(packet) / 4, 1)),
  ),
  'ip frag-off': field(
    2,
    IP4(({ packet }) =>
      hex((packet.dontFragment ? 0x4000 : 0) | (packet.moreFragments ? 0x2000 : 0) | packet.fragmentOffset, 2),
    ),
  ),
  'ip6 saddr': field(
    'ipv6_addr',
    IP6(({ packet }) => hexBytes(addressBytes(packet.source))),
  ),
  'ip6 daddr': field(
    'ipv6_addr',
    IP6(({ packet }) => hexBytes(addressBytes(packet.destination))),
  ),
  'ip6 nexthdr': field(
    'inet_proto',
    IP6(({ packet }) => hex(packet.extensionHeaders[0]?.protocol ?? packet.protocol, 1)),
  ),
  'ip6 hoplimit': field(
    1,
    IP6(({ packet }) => hex(packet.ttl, 1)),
  ),
  'ip6 length': field(
    2,
    IP6(({ packet }) => hex(packet.length - 40, 2)),
  ),
  'ip6 dscp': field(
    'dscp',
    IP6(({ packet }) => hex(packet.tos >> 2, 1)),
  ),
  'ip6 ecn': field(
    'ecn',
    IP6(({ packet }) => hex(packet.tos & 3, 1)),
  ),
  'ip6 version': field(
    1,
    IP6(() => hex(6, 1)),
  ),
  'th sport': field('inet_service', port('source')),
  'th dport': field('inet_service', port('destination')),
  'tcp sport': field('inet_service', TCP.sport),
  'tcp dport': field('inet_service', TCP.dport),
  'tcp flags': field('tcp_flag', of(PROTOCOL.TCP, bytesAt(13, 1))),
  'tcp window': field(2, of(PROTOCOL.TCP, bytesAt(14, 2))),
  'tcp doff': field(
    1,
    of(PROTOCOL.TCP, (view) => {
      const found = unsignedAsNft(view, 12, 1);
      return found === undefined ? undefined : hex(found >> 4, 1);
    }),
  ),
  'tcp sequence': field(
    4,
    of(PROTOCOL.TCP, ({ packet }) => hex(packet.tcpSequence, 4)),
  ),
  'tcp ackseq': field(
    4,
    of(PROTOCOL.TCP, ({ packet }) => hex(packet.tcpAcknowledgement, 4)),
  ),
  'udp sport': field('inet_service', UDP.sport),
  'udp dport': field('inet_service', UDP.dport),
  'udp length': field(2, of(PROTOCOL.UDP, bytesAt(4, 2))),
  'udplite sport': field('inet_service', UDPLITE.sport),
  'udplite dport': field('inet_service', UDPLITE.dport),
  'sctp sport': field('inet_service', SCTP.sport),
  'sctp dport': field('inet_service', SCTP.dport),
  'dccp sport': field('inet_service', DCCP.sport),
  'dccp dport': field('inet_service', DCCP.dport),
  'esp spi': field(
    4,
    of(PROTOCOL.ESP, ({ packet }) => hex(packet.spi, 4)),
  ),
  'icmp type': field('icmp_type', IP4(of(PROTOCOL.ICMP, bytesAt(0, 1)))),
  'icmp code': field('icmp_code', IP4(of(PROTOCOL.ICMP, bytesAt(1, 1)))),
  'icmp id': field(2, IP4(of(PROTOCOL.ICMP, bytesAt(4, 2)))),
  'icmp sequence': field(2, IP4(of(PROTOCOL.ICMP, bytesAt(6, 2)))),
  'icmpv6 type': field('icmpv6_type', IP6(of(PROTOCOL.ICMPV6, bytesAt(0, 1)))),
  'icmpv6 code': field('icmpv6_code', IP6(of(PROTOCOL.ICMPV6, bytesAt(1, 1)))),
  'icmpv6 id': field(2, IP6(of(PROTOCOL.ICMPV6, bytesAt(4, 2)))),
  'icmpv6 sequence': field(2, IP6(of(PROTOCOL.ICMPV6, bytesAt(6, 2)))),
  'ether saddr': field('ether_addr', ({ packet }) => packet.sourceMac?.replaceAll(':', '')),
  'ether daddr': field('ether_addr', ({ packet }) => packet.destinationMac?.replaceAll(':', '')),
  'ether type': field('ether_type', ({ packet }) =>
    packet.sourceMac === undefined ? undefined : hex(packet.family === 4 ? 0x0800 : 0x86dd, 2),
  ),
  'meta l4proto': field('inet_proto', (view) => {
    const protocol = protocolAsked(view);
    return protocol === undefined ? undefined : hex(protocol, 1);
  }),
  'meta nfproto': field('nf_proto', ({ packet }) => hex(packet.family === 4 ? 2 : 10, 1)),
  'meta protocol': field('ether_type', ({ packet }) => hex(packet.family === 4 ? 0x0800 : 0x86dd, 2)),
  'meta mark': field('mark', ({ packet }) => hex(packet.mark, 4)),
  'meta length': field(4, ({ packet }) => hex(packet.length, 4)),
  'meta priority': field(4, ({ packet }) => hex(packet.priority, 4)),
  'meta iifname': field('ifname', ({ inInterface }) => hexName(inInterface)),
  'meta oifname': field('ifname', ({ outInterface }) => hexName(outInterface)),
  'meta iif': field('ifname', ({ inInterface }) => hexName(inInterface)),
  'meta oif': field('ifname', ({ outInterface }) => hexName(outInterface)),
  'meta pkttype': field('pkt_type', ({ packetType }) => hex(PACKET_TYPES[packetType], 1)),
  'meta skuid': field('uid', owner('uid')),
  'meta skgid': field('gid', owner('gid')),
  'meta nftrace': field(1, () => hex(0, 1)),
  'ct state': field('ct_state', ctState),
  'ct status': field('ct_status', ctStatus),
  'ct mark': field('mark', (view) => {
    const entry = entryOf(view);
    return entry && hex(entry.mark, 4);
  }),
  'ct direction': field('ct_dir', (view) =>
    entryOf(view) ? hex(view.conntrack?.direction === 'REPLY' ? 1 : 0, 1) : undefined,
  ),
  'ct l3proto': field('nf_proto', (view) => (entryOf(view) ? hex(view.packet.family === 4 ? 2 : 10, 1) : undefined)),
  'ct protocol': field('inet_proto', (view) => {
    const entry = entryOf(view);
    return entry && hex(entry.original.protocol, 1);
  }),
  'ct zone': field(2, (view, words) => {
    const entry = entryOf(view);
    return entry && hex(words[1] === 'reply' ? entry.zone.reply : entry.zone.original, 2);
  }),
  'ct proto-src': field('inet_service', (view, words) => {
    const tuple = tupleOf(view, words);
    return tuple && hex(tuple.sourcePort, 2);
  }),
  'ct proto-dst': field('inet_service', (view, words) => {
    const tuple = tupleOf(view, words);
    return tuple && hex(tuple.destinationPort, 2);
  }),
};

/** Fields that are known by name, and whose value no file states. */
const NOT_STATED: Readonly<Record<string, string>> = {
  'meta cpu': 'the processor that handles the packet',
  'meta cgroup': 'the control group of the process',
  'meta rtclassid': 'the realm of the route',
  'meta time': 'the time',
  'meta hour': 'the time',
  'meta day': 'the day',
  'ct expiration': 'when the connection expires',
  'ct bytes': 'how much the connection has carried',
  'ct packets': 'how much the connection has carried',
  'ct avgpkt': 'how much the connection has carried',
  'ct helper': 'the helper of the connection',
  'ct label': 'the labels of the connection',
  'ct id': 'the id of the connection',
  osf: 'the operating system of the sender',
};

/** `ct saddr`, `ct original ip daddr`: of the type of the family. */
export function tupleField(name: string, family: 4 | 6): readonly [DataType, PacketFieldReader] | undefined {
  if (name !== 'ct saddr' && name !== 'ct daddr') return undefined;
  return field(family === 4 ? 'ipv4_addr' : 'ipv6_addr', tupleAddress(name === 'ct saddr' ? 'source' : 'destination'));
}

export function unstatedField(name: string): readonly [DataType, PacketFieldReader] {
  return [integerType(8), notStated(NOT_STATED[name] ?? `what "${name}" is for this packet`)];
}

/** `@nh,96,32`: bits of a header, from an offset on, as whole bytes with zeros in front. */
export function rawField(words: readonly string[]): readonly [DataType, PacketFieldReader] {
  const [base, offset, length] = [words[0], Number(words[1]), Number(words[2])];
  const bytes = Math.ceil(length / 8);
  const read: PacketFieldReader = (view) => {
    const header =
      base === 'nh'
        ? packetBytes(view.packet)
        : base === 'th'
          ? packetBytes(view.packet).subarray(networkHeaderLength(view.packet))
          : undefined;
    if (!header) return unknown(`the data at @${words.join(',')} are not followed`);
    if (base === 'th' && view.packet.fragmentOffset > 0) return undefined;
    const first = Math.floor(offset / 8);
    const last = Math.ceil((offset + length) / 8);
    if (last > header.length) return undefined;
    let value = 0n;
    for (let i = first; i < last; i++) value = (value << 8n) | BigInt(header[i] as number);
    value >>= BigInt(last * 8 - offset - length);
    return hex(value & ((1n << BigInt(length)) - 1n), bytes);
  };
  return [integerType(bytes), read];
}
