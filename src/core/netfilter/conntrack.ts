import { sameAddress } from '../net/address';
import type { ConntrackEntry, ConntrackState, ConntrackView, Direction, SctpTracking } from '../net/conntrack';
import { icmpReplyType, isIcmpErrorPacket } from '../net/icmpTypes';
import { PROTOCOL, TCP_FLAGS, type Packet } from '../net/packet';
import { invertTuple, tupleOf } from '../net/tuple';
import { tcpFlagsValid, tcpOf, trackTcp, type TcpSetting } from './tcpTracking';
import { trackSctp } from './sctpTracking';
import type { World } from './world';

/** What a rule in raw said of new connections: `-j CT --zone 1 --helper ftp`. */
export interface Template {
  readonly zone: { readonly original: number; readonly reply: number };
  /** The zone of these directions is the mark of the packet when it is looked for, as a number of 16 bits. */
  readonly ofMark?: { readonly original: boolean; readonly reply: boolean } | undefined;
  readonly helper: string | undefined;
  /** The CT rule that made it: all packets that it meets have the same template. */
  readonly madeBy?: string;
  readonly mark?: number;
}

export const NO_TEMPLATE: Template = { zone: { original: 0, reply: 0 }, helper: undefined };

export interface Tracked {
  readonly view: ConntrackView;
  /** In words, for the trace. */
  readonly why: string;
}

/** How this host tracks. */
export interface TrackingSetting {
  /** Checksums are verified in PREROUTING, unless nf_conntrack_checksum is 0. */
  readonly checksums: boolean;
  readonly tcp: TcpSetting;
}

export const NO_ENTRY = (state: ConntrackState): ConntrackView => ({ state, entry: undefined, direction: 'ORIGINAL' });

/**
 * Neighbour discovery, multicast listener reports and the discovery of multicast routers are never tracked. Source:
 * nf_conntrack_proto_icmpv6.c noct_valid_new.
 */
const UNTRACKED_ICMPV6: ReadonlySet<number> = new Set([130, 131, 132, 133, 134, 135, 136, 143, 151, 152]);

/**
 * The state of a packet that connection tracking has not seen yet. A new connection is made but not put into `world`:
 * that happens when the packet has passed all hooks. Source: nf_conntrack_core.c nf_conntrack_in.
 */
export function track(packet: Packet, world: World, given: Template, setting: TrackingSetting): Tracked {
  const template = zoned(given, packet);
  // Source: nf_conntrack_proto_icmp.c nf_conntrack_icmp_packet, nf_conntrack_proto_icmpv6.c nf_conntrack_icmpv6_packet.
  if (packet.protocol === (packet.family === 4 ? PROTOCOL.ICMPV6 : PROTOCOL.ICMP))
    return { view: NO_ENTRY('INVALID'), why: 'ICMP of the other family is not tracked' };
  if (isIcmpErrorPacket(packet)) return trackError(packet, world, template);
  if (packet.protocol === PROTOCOL.ICMPV6 && UNTRACKED_ICMPV6.has(packet.icmpType)) {
    return { view: NO_ENTRY('UNTRACKED'), why: 'neighbour discovery and multicast listener messages are not tracked' };
  }
  if (packet.protocol === PROTOCOL.ICMP && packet.icmpType > 18)
    return { view: NO_ENTRY('INVALID'), why: `ICMP type ${packet.icmpType} is not known to connection tracking` };
  if (packet.protocol === PROTOCOL.TCP && !tcpFlagsValid(packet.tcpFlags))
    return { view: NO_ENTRY('INVALID'), why: 'no TCP packet may have these flags' };
  if (packet.protocol === PROTOCOL.UDPLITE && setting.checksums) {
    // The checksum is computed as if the packet were UDP (nf_conntrack_proto_udp.c udplite_error), so it never holds.
    return { view: NO_ENTRY('INVALID'), why: 'Linux miscomputes the checksum of UDP-Lite packets that arrive' };
  }
  const tuple = tupleOf(packet);
  const found = world.find(tuple, template.zone);
  return found
    ? trackKnown(packet, found.entry, found.direction, world, template, setting)
    : trackNew(packet, world, template, setting);
}

/** Source: include/net/netfilter/nf_conntrack_zones.h nf_ct_zone_tmpl. */
function zoned(template: Template, { mark }: Packet): Template {
  const { ofMark } = template;
  return ofMark
    ? { ...template, zone: { original: ofMark.original ? mark & 0xffff : 0, reply: ofMark.reply ? mark & 0xffff : 0 } }
    : template;
}

function trackNew(packet: Packet, world: World, template: Template, setting: TrackingSetting): Tracked {
  const original = tupleOf(packet);
  const reply = invertTuple(original);
  const tcp =
    packet.protocol === PROTOCOL.TCP ? trackTcp(packet, undefined, 'ORIGINAL', UNANSWERED, setting.tcp) : undefined;
  const sctp = packet.protocol === PROTOCOL.SCTP ? trackSctp(packet, undefined, 'ORIGINAL') : undefined;
  const reason =
    reply === undefined
      ? 'this ICMP type has no reply'
      : whyNotNew(packet, tcp?.kind === 'accepted' || sctp !== undefined);
  if (reply === undefined || reason) return { view: NO_ENTRY('INVALID'), why: reason ?? '' };
  const entry: ConntrackEntry = {
    id: world.newId(),
    original,
    reply,
    seenReply: false,
    assured: false,
    confirmed: false,
    expected: false,
    sourceNat: false,
    destinationNat: false,
    sourceNatDone: false,
    destinationNatDone: false,
    mark: 0,
    zone: template.zone,
    ...(sctp ? { sctp: sctp.tracking } : {}),
    ...(tcp?.kind === 'accepted' ? { tcp: tcp.tcp } : {}),
    tcpState: tcp?.kind === 'accepted' ? tcp.tcp.state : undefined,
    helper: template.helper,
    labels: new Set(),
    secmark: undefined,
    counts: { original: { packets: 1, bytes: packet.length }, reply: { packets: 0, bytes: 0 } },
    expires: undefined,
    master: undefined,
  };
  return {
    view: { state: 'NEW', entry, direction: 'ORIGINAL' },
    why: 'no connection of these addresses and ports is known, so the packet opens one',
  };
}

/** Why a packet cannot open a connection; undefined where it can. */
function whyNotNew(packet: Packet, opens: boolean): string | undefined {
  switch (packet.protocol) {
    case PROTOCOL.TCP:
      return opens ? undefined : 'no connection is known, and a TCP packet with these flags cannot open one';
    case PROTOCOL.ICMP:
      return isIcmpRequest(packet) ? undefined : 'an ICMP reply to a request that was not seen';
    case PROTOCOL.ICMPV6:
      return isIcmpRequest(packet) ? undefined : 'an ICMPv6 reply to a request that was not seen';
    case PROTOCOL.SCTP:
      return opens ? undefined : 'no association is known, and this SCTP packet cannot open one';
    case PROTOCOL.IPV6_NONE:
      return packet.family === 6 ? 'nothing follows the IPv6 headers' : undefined;
    default:
      return undefined;
  }
}

const UNANSWERED = { seenReply: false, assured: false };

function trackKnown(
  packet: Packet,
  entry: ConntrackEntry,
  direction: Direction,
  world: World,
  template: Template,
  setting: TrackingSetting,
): Tracked {
  let changed = entry;
  let counted = true;
  // A connection whose only reply was an RST is forgotten at once (nf_conntrack_proto_tcp.c).
  let dies = false;
  if (packet.protocol === PROTOCOL.TCP) {
    const tracked = trackTcp(packet, tcpOf(entry), direction, entry, setting.tcp);
    if (tracked.kind === 'invalid' && tracked.tcp) world.put({ ...entry, tcp: tracked.tcp });
    if (tracked.kind === 'invalid')
      return {
        view: NO_ENTRY('INVALID'),
        why: `the connection is in state ${entry.tcpState ?? 'ESTABLISHED'}, in which this packet is not valid`,
      };
    if (tracked.kind === 'reopen') {
      world.remove(entry);
      return trackNew(packet, world, template, setting);
    }
    changed = { ...changed, tcp: tracked.tcp, tcpState: tracked.tcp.state, assured: tracked.assured };
    counted = tracked.counted;
    dies = (packet.tcpFlags & TCP_FLAGS.RST) !== 0 && !entry.seenReply && !tracked.ignored;
  }
  if (packet.protocol === PROTOCOL.SCTP) {
    const known = entry.sctp ?? ASSUMED_ASSOCIATION;
    const { kind, tracking: sctp } = trackSctp(packet, known, direction) ?? { kind: 'invalid', tracking: known };
    if (kind === 'invalid' && sctp !== known) world.put({ ...entry, sctp });
    if (kind === 'invalid')
      return {
        view: NO_ENTRY('INVALID'),
        why: 'its chunks or its verification tag do not match what is known of the association',
      };
    counted = kind === 'accepted';
    changed = { ...changed, sctp, assured: changed.assured || sctp.state === 'ESTABLISHED' };
  }
  // A UDP connection with a reply is assured once it is two seconds old, as given connections are; one of UDP-Lite and
  // GRE at once.
  if (
    (packet.protocol === PROTOCOL.UDPLITE ||
      packet.protocol === PROTOCOL.GRE ||
      (packet.protocol === PROTOCOL.UDP && entry.expires !== undefined)) &&
    entry.seenReply
  )
    changed = { ...changed, assured: true };
  const side = direction === 'ORIGINAL' ? 'original' : 'reply';
  const counts = counted
    ? {
        ...changed.counts,
        [side]: { packets: changed.counts[side].packets + 1, bytes: changed.counts[side].bytes + packet.length },
      }
    : changed.counts;
  const state: ConntrackState =
    direction === 'REPLY' || entry.seenReply ? 'ESTABLISHED' : entry.expected ? 'RELATED' : 'NEW';
  changed = { ...changed, counts, seenReply: changed.seenReply || direction === 'REPLY' };
  if (dies) world.remove(entry);
  else world.put(changed);
  return { view: { state, entry: changed, direction }, why: whyKnown(state, direction) };
}

/** What is taken to be known of an association that was given from outside. */
const ASSUMED_ASSOCIATION: SctpTracking = {
  state: 'ESTABLISHED',
  tags: { ORIGINAL: 0, REPLY: 0 },
  init: { ORIGINAL: false, REPLY: false },
  strangeHeartbeat: undefined,
};

function whyKnown(state: ConntrackState, direction: Direction): string {
  if (direction === 'REPLY') return 'it is a reply in a known connection';
  if (state === 'NEW') return 'its connection is known, but no reply was seen yet';
  return state === 'RELATED' ? 'its connection was expected' : 'its connection is known, and a reply was seen';
}

/**
 * An ICMP error belongs to the connection of the packet that it quotes. Source: nf_conntrack_proto_icmp.c
 * nf_conntrack_inet_error.
 */
function trackError(packet: Packet, world: World, template: Template): Tracked {
  const quoted = packet.inner && invertTuple(tupleOf(packet.inner));
  const found = quoted && world.find(quoted, template.zone);
  if (!found) return { view: NO_ENTRY('INVALID'), why: 'an ICMP error about a connection that is not known' };
  // The packet that it quotes has to be one that came from where the error goes.
  const { destination } = found.direction === 'ORIGINAL' ? found.entry.original : found.entry.reply;
  if (!sameAddress(packet.destination, destination))
    return {
      view: NO_ENTRY('INVALID'),
      why: 'an ICMP error that is not sent to the source of the packet that it quotes',
    };
  return {
    view: { state: 'RELATED', entry: found.entry, direction: found.direction },
    why: 'an ICMP error about a connection that is known',
  };
}

function isIcmpRequest({ protocol, icmpType }: Packet): boolean {
  return icmpReplyType(protocol, icmpType) !== undefined;
}
