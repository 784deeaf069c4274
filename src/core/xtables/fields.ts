import { formatAddress } from '../net/address';
import type { ConntrackEntry, Tuple } from '../net/conntrack';
import type { FieldName } from '../net/fields/fields';
import type { FieldValue } from '../net/fields/fieldTest';
import type { Packet } from '../net/packet';
import { protocolName } from '../net/protocols';
import { protocolAsked } from './protocolAsked';
import { packetStates, printStates } from './values/conntrackState';
import { DCCP_TYPES, dccpType } from './values/dccpType';
import { portAsNft, readsAsNft, tcpFlagsAsNft } from './values/portAsNft';
import { realmOf } from './values/realm';
import { announcedMss, tcpOptionBytes } from './values/tcpOptions';
import { printTcpFlags } from './values/tcpFlags';
import { transportBytes } from './values/transport';
import type { PacketView } from './view';

/** How a field is read from the view of a rule, and how it is worded. */
interface FieldSource {
  /** undefined where the packet lacks the field. */
  readonly read: (view: PacketView) => FieldValue | undefined;
  /** Stands before a value: `dport 3000`. */
  readonly label: string;
  /** Omitted: decimal. */
  readonly format?: (value: number) => string;
  /** What is missing where the packet lacks the field, and mostly why. */
  readonly lacking: string | ((view: PacketView) => string);
}

const NEVER = 'nothing';
const NO_CONNECTION = 'no connection';

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** Of the transport header, which later fragments lack. Source: net/netfilter/xt_tcpudp.c. */
function transport(
  label: string,
  what: string,
  read: (packet: Packet) => number,
  format?: (value: number) => string,
): FieldSource {
  return {
    label,
    read: ({ packet }) => (packet.fragmentOffset > 0 ? undefined : read(packet)),
    lacking: `no ${what}: not the first fragment`,
    ...(format && { format }),
  };
}

function ofConnection(
  label: string,
  read: (entry: ConntrackEntry, view: PacketView) => FieldValue,
  format?: (value: number) => string,
): FieldSource {
  return {
    label,
    read: (view) => (view.conntrack?.entry ? read(view.conntrack.entry, view) : undefined),
    lacking: NO_CONNECTION,
    ...(format && { format }),
  };
}

function ofSender(label: string, key: 'uid' | 'gid'): FieldSource {
  return {
    label,
    // A socket of the kernel has no file, and so no owner to compare. Source: net/netfilter/xt_owner.c owner_mt.
    read: ({ socket }) => (socket === undefined || socket.kind === 'kernel' ? undefined : socket[key]),
    lacking: ({ socket }) => (socket === undefined ? 'no socket' : 'sent by the kernel, no owner'),
  };
}

/**
 * The 16 bits that the kernel keeps where ports would be: for ICMP the id on the source's side, type and code on the
 * other.
 */
function tuplePort({ icmp, sourcePort, destinationPort }: Tuple, side: 'source' | 'destination'): number {
  if (icmp) return side === 'source' ? icmp.id : icmp.type * 256 + icmp.code;
  return side === 'source' ? sourcePort : destinationPort;
}

function statusBits({ expected, seenReply, assured, confirmed }: ConntrackEntry): number {
  return (expected ? 1 : 0) | (seenReply ? 2 : 0) | (assured ? 4 : 0) | (confirmed ? 8 : 0);
}

/** Bits of `--ctstatus`, in printing order (IPS_* of nf_conntrack_common.h). */
export const STATUS_BITS: Readonly<Record<string, number>> = {
  EXPECTED: 1,
  SEEN_REPLY: 2,
  ASSURED: 4,
  CONFIRMED: 8,
  NONE: 0,
};

export function printStatus(mask: number): string {
  return mask === 0
    ? 'NONE'
    : Object.entries(STATUS_BITS)
        .filter(([, bit]) => mask & bit)
        .map(([name]) => name)
        .join(',');
}

/** In the order of the numbers of linux/if_packet.h. */
export const PACKET_TYPES = ['unicast', 'broadcast', 'multicast', 'otherhost'] as const;
export const DIRECTIONS = ['ORIGINAL', 'REPLY'] as const;

export function macNumber(address: string): number {
  return parseInt(address.replaceAll(':', ''), 16);
}

function formatMac(value: number): string {
  return (value.toString(16).padStart(12, '0').match(/../g) ?? []).join(':');
}

const READERS: Readonly<Record<FieldName, FieldSource>> = {
  source: { label: 'src', read: ({ packet }) => packet.source, lacking: NEVER },
  destination: { label: 'dst', read: ({ packet }) => packet.destination, lacking: NEVER },
  protocol: {
    label: 'protocol',
    read: protocolAsked,
    format: protocolName,
    lacking: 'no protocol that iptables-nft finds: a later fragment of data that begins with an extension header',
  },
  inInterface: { label: 'in', read: ({ inInterface }) => inInterface, lacking: NEVER },
  outInterface: { label: 'out', read: ({ outInterface }) => outInterface, lacking: NEVER },
  fragmentOffset: { label: 'fragment offset', read: ({ packet }) => packet.fragmentOffset, lacking: NEVER },
  sourcePort: transport('sport', 'ports', ({ sourcePort }) => sourcePort),
  destinationPort: transport('dport', 'ports', ({ destinationPort }) => destinationPort),
  sourcePortRead: portRead('source'),
  destinationPortRead: portRead('destination'),
  tcpFlags: transport('flags', 'TCP header', ({ tcpFlags }) => tcpFlags, flagWords),
  tcpFlagsRead: {
    label: 'flags',
    read: (view) => tcpFlagsAsNft(view),
    format: flagWords,
    lacking: (view) =>
      readsAsNft(view) ? 'no flags: the packet is too short' : 'no TCP header: not the first fragment',
  },
  maximumSegment: {
    label: 'mss',
    read({ packet }) {
      const options = tcpOptionBytes(packet);
      return options && announcedMss(options);
    },
    lacking: 'no MSS option',
  },
  icmp: transport(
    'type',
    'ICMP type',
    ({ icmpType, icmpCode }) => icmpType * 256 + icmpCode,
    (value) => `${value >> 8} code ${value & 255}`,
  ),
  dccpType: transport(
    'type',
    'DCCP header',
    (packet) => dccpType(transportBytes(packet)),
    (value) => DCCP_TYPES[value] ?? String(value),
  ),
  spi: transport('spi', 'index', ({ spi }) => spi),
  cpi: transport('cpi', 'index', (packet) => {
    const bytes = transportBytes(packet);
    return ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
  }),
  length: { label: 'length', read: ({ packet }) => packet.length, lacking: NEVER },
  hops: { label: 'hops', read: ({ packet }) => packet.ttl, lacking: NEVER },
  tos: {
    label: 'tos',
    read: ({ packet }) => packet.tos,
    format: (value) => `0x${value.toString(16).padStart(2, '0')}`,
    lacking: NEVER,
  },
  mark: { label: 'mark', read: ({ packet }) => packet.mark, format: hex, lacking: NEVER },
  sourceMac: {
    label: 'from',
    read: ({ packet }) => (packet.sourceMac === undefined ? undefined : macNumber(packet.sourceMac)),
    format: formatMac,
    lacking: 'no Ethernet header',
  },
  packetType: {
    label: 'packet type',
    read: ({ packetType }) => PACKET_TYPES.indexOf(packetType),
    format: (value) => PACKET_TYPES[value] ?? String(value),
    lacking: NEVER,
  },
  uid: ofSender('uid', 'uid'),
  gid: ofSender('gid', 'gid'),
  hasSocket: { label: 'sockets', read: ({ socket }) => (socket === undefined ? 0 : 1), lacking: NEVER },
  realm: { label: 'realm', read: realmOf, format: hex, lacking: NEVER },
  // The group of an interface that `ip link set … group` was not used on.
  inGroup: { label: 'group of the incoming interface', read: () => 0, lacking: NEVER },
  outGroup: { label: 'group of the outgoing interface', read: () => 0, lacking: NEVER },
  conntrackState: {
    label: 'state',
    read: ({ conntrack }) => packetStates(conntrack),
    format: printStates,
    lacking: NEVER,
  },
  conntrackStatus: ofConnection('status', statusBits, printStatus),
  conntrackDirection: ofConnection(
    'direction',
    (_, { conntrack }) => (conntrack?.direction === 'REPLY' ? 1 : 0),
    (value) => DIRECTIONS[value] ?? '',
  ),
  conntrackMark: ofConnection('connection mark', ({ mark }) => mark, hex),
  conntrackProtocol: ofConnection('protocol', ({ original }) => original.protocol, protocolName),
  originalSource: ofConnection('origsrc', ({ original }) => original.source),
  originalDestination: ofConnection('origdst', ({ original }) => original.destination),
  replySource: ofConnection('replsrc', ({ reply }) => reply.source),
  replyDestination: ofConnection('repldst', ({ reply }) => reply.destination),
  originalSourcePort: ofConnection('origsrcport', ({ original }) => tuplePort(original, 'source')),
  originalDestinationPort: ofConnection('origdstport', ({ original }) => tuplePort(original, 'destination')),
  replySourcePort: ofConnection('replsrcport', ({ reply }) => tuplePort(reply, 'source')),
  replyDestinationPort: ofConnection('repldstport', ({ reply }) => tuplePort(reply, 'destination')),
};

/** In a later fragment iptables-nft reads whatever is in the place of the ports. */
function portRead(side: 'source' | 'destination'): FieldSource {
  return {
    label: side === 'source' ? 'sport' : 'dport',
    read(view) {
      const { packet } = view;
      if (readsAsNft(view)) return portAsNft(view, side);
      if (packet.fragmentOffset > 0) return undefined;
      return side === 'source' ? packet.sourcePort : packet.destinationPort;
    },
    lacking: (view) => (readsAsNft(view) ? 'no port: the packet is too short' : 'no ports: not the first fragment'),
  };
}

function flagWords(bits: number): string {
  return printTcpFlags(bits & 0x3f);
}

/** undefined where the packet lacks the field. */
export function readField(field: FieldName, view: PacketView): FieldValue | undefined {
  return READERS[field].read(view);
}

/** For reading the same field of many packets. */
export function readerOf(field: FieldName): (view: PacketView) => FieldValue | undefined {
  return READERS[field].read;
}

export function labelOf(field: FieldName): string {
  return READERS[field].label;
}

/** What a packet that lacks the field is missing. */
export function lackingWords(field: FieldName, view: PacketView): string {
  const { lacking } = READERS[field];
  return typeof lacking === 'string' ? lacking : lacking(view);
}

export function formatField(field: FieldName, value: FieldValue): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? (READERS[field].format ?? String)(value) : formatAddress(value);
}
