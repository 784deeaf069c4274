import { isLinkLocal, isLoopback, isMulticast, isUnspecified } from '../net/address';
import type { ConntrackEntry, ConntrackView } from '../net/conntrack';
import type { Host } from '../net/host';
import { isJoinedGroup, lookupRoute } from '../net/routing';
import { sourceAddressFor } from '../net/sourceAddress';
import { PROTOCOL, TCP_FLAGS, type Packet, type SocketOwner } from '../net/packet';
import { isIcmpErrorPacket } from '../net/icmpTypes';
import { isIcmp } from '../net/tuple';
import { isChallenged, withPacket, withSyn } from './acceptedSocket';
import { firstPath } from './explore';
import type { KernelDropReason, Walked, WalkEnd } from './events';
import type { Attached, WalkContext } from './walkContext';
import { queryAnswer } from './answerSettings';
import { routeOutput } from './outputRoute';
import { tcpOf } from './tcpTracking';
import type { World } from './world';
import { challenge, icmpError, isOwn, ownReset, reversed, tcpReset } from './answerPackets';

/** The socket of ICMP and of IPv4's resets: it counts as a socket and has no owner. */
const KERNEL: SocketOwner = { kind: 'kernel', uid: 0, gid: 0, groups: [] };

/**
 * The socket that a reply is sent through: the listener replies as its owner, IPv4 resets through a socket of the
 * kernel, IPv6 and REJECT through none. Source: net/ipv4/ip_output.c ip_send_unicast_reply, net/ipv6/tcp_ipv6.c
 * tcp_v6_send_response, net/ipv4/netfilter/nf_reject_ipv4.c nf_send_reset.
 */
function socketOf(
  { packet: { protocol, family, tcpFlags } }: SentAnswer,
  { end: { dropBy, receiver } }: Walked,
): SocketOwner | undefined {
  if (protocol !== PROTOCOL.TCP) return KERNEL;
  if (dropBy?.kind === 'rule') return undefined;
  if (receiver === undefined) return family === 4 ? KERNEL : undefined;
  const uid = receiver.uid ?? 0;
  return { kind: (tcpFlags & TCP_FLAGS.SYN) === 0 ? 'process' : 'request', uid, gid: uid, groups: [] };
}

/**
 * Lets the host reply to a packet: an RST or SYN+ACK to a SYN, an echo reply, an ICMP error, what REJECT sends. The
 * reply walks the hooks like any other packet; what stays of it is what connection tracking and the rules remember,
 * which the next packet of a sequence meets: the world after it is given back, and that of the context may have been
 * written to. `raw`: after what this host sends there is no connected socket, so a SYN+ACK that comes back to it gets
 * an RST.
 */
export function hostAnswers(walked: Walked, given: WalkContext, raw = false, attached?: Attached): World {
  let context = given;
  const copyEnd = walked.events.findIndex(({ kind }) => kind === 'copy-end');
  const copied = walked.events[copyEnd];
  // The copy that the host received itself gets a reply of its own.
  if (copied?.kind === 'copy-end')
    context = {
      ...given,
      world: hostAnswers({ ...walked, events: walked.events.slice(0, copyEnd), end: copied.end }, given, raw, attached),
    };
  const answer = withSource(answerOf({ ...walked, attached }, context), context, walked.end.inInterface);
  if (!answer) return context.world;
  const { walked: answered, after } = firstPath(
    {
      packet: answer.packet,
      direction: 'out',
      iface: answer.iface ?? linkOf(walked, answer.packet, context.host),
      socket: socketOf(answer, walked),
      state: undefined,
      ...(answer.attached ? { attached: answer.attached } : {}),
    },
    context,
  );
  // While this host sends ICMP of its own, it cannot make another: an echo reply that OUTPUT refuses is reported to
  // nobody (net/ipv4/icmp.c icmp_xmit_lock).
  if (isIcmp(answer.packet.protocol) && answered.end.dropBy?.kind === 'rule' && answered.end.dropBy.hook === 'OUTPUT')
    return after;
  const backToSender = raw && answer.packet.protocol === PROTOCOL.TCP && answered.end.outcome === 'LOCAL';
  return backToSender || answered.end.dropBy?.kind === 'rule'
    ? hostAnswers(answered, { ...context, world: after }, raw, answer.attached)
    : after;
}

/** A packet to reply to. `attached`: what it was attached to from the start, as it is a reply itself. */
interface Received extends Walked {
  readonly attached: Attached | undefined;
}

interface SentAnswer {
  readonly packet: Packet;
  /** What the reply is attached to from the start; otherwise connection tracking finds its connection. */
  readonly attached?: Attached | undefined;
  /** The interface that it has to leave by. */
  readonly iface?: string | undefined;
}

/**
 * A link-local address, and ::1 for TCP, means something only on the link that the packet came from: for what was sent
 * to this host itself, that of the interface which has the address. The reset of REJECT ignores that. Source:
 * net/ipv6/tcp_ipv6.c tcp_v6_send_response, icmp.c icmp6_dev, netfilter/nf_reject_ipv6.c nf_send_reset6.
 */
function linkOf({ end, events }: Walked, { family, destination, protocol }: Packet, host: Host): string | undefined {
  if (family === 4 || (end.dropBy?.kind === 'rule' && protocol === PROTOCOL.TCP)) return undefined;
  if (!isLinkLocal(destination) && (protocol !== PROTOCOL.TCP || !isLoopback(destination))) return undefined;
  if (end.inInterface !== 'lo') return end.inInterface;
  const sent = events.findLast((event) => event.kind === 'route' && event.phase !== 'input');
  const { mark, tos } = sent?.kind === 'route' ? sent.packet : end.packet;
  return lookupRoute(host, { destination: end.packet.destination, mark, tos }).route?.device;
}

/**
 * What came to `::` or to a group gets its reply from an address that the host picks, so the reply does not belong to
 * that connection.
 */
function withSource(
  answer: SentAnswer | undefined,
  { host }: WalkContext,
  inInterface: string | undefined,
): SentAnswer | undefined {
  if (answer === undefined || !isUnspecified(answer.packet.source)) return answer;
  const { packet } = answer;
  if (packet.family === 4 && packet.protocol !== PROTOCOL.ICMP) return answer;
  // Without a source of its own an echo reply may only leave by the interface on which the request came
  // (net/ipv6/route.c ip6_route_output_flags).
  const iface = packet.family === 6 && packet.protocol === PROTOCOL.ICMPV6 ? inInterface : undefined;
  const { destination, tos } = packet;
  const route = lookupRoute(host, { destination, tos, outInterface: iface });
  const source = route.type === 'none' ? undefined : sourceAddressFor(host, route, destination);
  return source && { ...answer, packet: { ...packet, source }, iface };
}

function answerOf(walked: Received, context: WalkContext): SentAnswer | undefined {
  switch (walked.end.outcome) {
    case 'LOCAL':
      return receivedAnswer(walked, context);
    case 'DROPPED':
      return refusedAnswer(walked, context);
    default:
      return undefined;
  }
}

/** Segment routing, which a host drops unless it was switched on. */
const SEGMENT_ROUTING = 4;
/**
 * Transport protocols that every Linux takes in a family; what carries anything else, ICMP of the other family too,
 * gets "protocol unreachable".
 */
const HANDLED: Readonly<Record<4 | 6, ReadonlySet<number>>> = {
  4: new Set([PROTOCOL.ICMP, PROTOCOL.IGMP, PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.UDPLITE]),
  6: new Set([PROTOCOL.ICMPV6, PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.UDPLITE, PROTOCOL.IPV6_NONE]),
};

function receivedAnswer(walked: Received, context: WalkContext): SentAnswer | undefined {
  const { end, events } = walked;
  const { packet } = end;
  const route = events.findLast((event) => event.kind === 'route');
  // What was led here by its mark, and is for a group that the host is not in, is dropped after INPUT
  // (net/ipv6/ip6_input.c ip6_protocol_deliver_rcu).
  if (packet.family === 6 && isMulticast(packet.destination) && !isJoinedGroup(context.host, packet.destination))
    return undefined;
  if (
    packet.extensionHeaders.some(
      ({ protocol, bytes }) => protocol === PROTOCOL.IPV6_ROUTE && bytes[2] === SEGMENT_ROUTING,
    )
  )
    return undefined;
  const secured = packet.extensionHeaders.some(({ protocol }) => protocol === PROTOCOL.AH);
  if (end.checksumWrong && packet.family === 6 && !secured) return undefined;
  const anycast =
    packet.family === 6 && lookupRoute(context.host, { destination: packet.destination }).route?.type === 'anycast';
  const echo = queryAnswer(packet, anycast ? 'anycast' : route?.type, context.host);
  if (echo !== undefined && (packet.family === 6 || route?.type !== 'local' || isOwn(packet.destination, context)))
    return { packet: reversed(packet, { tos: packet.tos, ...echo }, context.host) };
  // What came to another broadcast or multicast address gets no reply.
  if (route?.type !== 'local') return undefined;
  if (packet.family === 4 && !end.receiver?.transparent && !isOwn(packet.destination, context)) return undefined;
  if (toMany(end) || (anycast && packet.protocol === PROTOCOL.TCP)) return undefined;
  // Unlike the handlers of protocols, the code for an unknown protocol has not detached the packet from its connection
  // (net/ipv4/ip_input.c ip_protocol_deliver_rcu).
  const mayReport = packet.family === 4 || allowsError(packet);
  if (secured || !HANDLED[packet.family].has(packet.protocol))
    return !mayReport
      ? undefined
      : {
          packet: icmpError(packet, packet.family === 4 ? [3, 2] : [4, 1], context, end.inInterface),
          attached: attachment(walked, entryOf(walked, context)),
        };
  if (!end.receiverKnown) return undefined;
  if (packet.protocol === PROTOCOL.UDP || packet.protocol === PROTOCOL.UDPLITE) {
    return end.receiver || !mayReport
      ? undefined
      : { packet: icmpError(packet, packet.family === 4 ? [3, 3] : [1, 4], context, end.inInterface) };
  }
  return packet.protocol === PROTOCOL.TCP ? tcpAnswer(walked, context) : undefined;
}

/** Numbers of this host begin with 1. */
function tcpAnswer(walked: Received, { world, host }: WalkContext): SentAnswer | undefined {
  const { packet, receiver } = walked.end;
  const known = world.acceptedFor(packet);
  if ((packet.tcpFlags & (TCP_FLAGS.SYN | TCP_FLAGS.ACK | TCP_FLAGS.RST)) === TCP_FLAGS.SYN && receiver) {
    if (packet.tcpFlags & TCP_FLAGS.FIN && !known) return undefined;
    const { socket, answer } = withSyn(packet, receiver, known);
    world.keepAccepted(packet, socket);
    if (answer === 'reset') return { packet: ownReset(packet, host) };
    if (answer === 'ack') return { packet: challenge(packet, socket, host) };
    return {
      packet: reversed(
        packet,
        {
          tcpFlags: TCP_FLAGS.SYN | TCP_FLAGS.ACK,
          tcpSequence: 1,
          tcpAcknowledgement: (packet.tcpSequence + 1) >>> 0,
          mark: 0,
        },
        host,
      ),
    };
  }
  const reset = (packet.tcpFlags & TCP_FLAGS.RST) !== 0;
  if (reset && known && isChallenged(packet, known)) return { packet: challenge(packet, known, host) };
  // A listener does not reply to a packet that neither opens a connection nor acknowledges one (net/ipv4/tcp_input.c
  // tcp_rcv_state_process).
  if (!reset && receiver && (packet.tcpFlags & TCP_FLAGS.ACK) === 0) return undefined;
  // What was sent by lo although another interface has the address is for this host without a route that says so.
  // Source: net/ipv4/tcp_ipv4.c tcp_v4_send_reset.
  if (
    !receiver &&
    packet.family === 4 &&
    walked.events.findLast((event) => event.kind === 'route')?.sentAs === 'unicast'
  )
    return undefined;
  if (!reset && (!receiver || lastView(walked)?.state !== 'ESTABLISHED')) return { packet: ownReset(packet, host) };
  if (known) world.keepAccepted(packet, withPacket(packet, known));
  return undefined;
}

/**
 * ICMP and ICMPv6 type and code that a router sends with a drop. Source: net/ipv4/route.c ip_error, ip_forward.c,
 * net/ipv6/ip6_output.c.
 */
const ERRORS: Partial<Record<KernelDropReason, Readonly<Record<4 | 6, readonly [number, number]>>>> = {
  'ttl-exceeded': { 4: [11, 0], 6: [3, 0] },
  'no-route': { 4: [3, 0], 6: [1, 0] },
  unreachable: { 4: [3, 1], 6: [1, 0] },
  prohibited: { 4: [3, 13], 6: [1, 1] },
  'too-big': { 4: [3, 4], 6: [2, 0] },
  'bad-options': { 4: [12, 0], 6: [4, 0] },
};

/** The error for a link-local source that sends beyond its scope. */
const BEYOND_LINK: Readonly<Record<4 | 6, readonly [number, number] | undefined>> = { 4: undefined, 6: [1, 2] };

function refusedAnswer(walked: Received, context: WalkContext): SentAnswer | undefined {
  const {
    end: { dropBy, packet },
    end,
    events,
  } = walked;
  const entry = entryOf(walked, context);
  if (dropBy?.kind === 'kernel') {
    const code = dropBy.inHook
      ? undefined
      : dropBy.reason === 'martian-source' && isLinkLocal(packet.source)
        ? BEYOND_LINK[packet.family]
        : ERRORS[dropBy.reason]?.[packet.family];
    return code && mayGetError(walked, context)
      ? { packet: icmpError(packet, code, context, end.inInterface), attached: attachment(walked, entry) }
      : undefined;
  }
  const rule = events.findLast((event) => event.kind === 'rule');
  // Source: net/ipv4/netfilter/nf_reject_ipv4.c nf_send_unreach, net/ipv6/netfilter/nf_reject_ipv6.c reject6_csum_ok.
  if (rule?.effect?.kind !== 'reject' || end.checksumWrong) return undefined;
  const { kind, icmpType, icmpCode } = rule.effect.reply;
  if (kind === 'tcp-reset') {
    if (!isBetweenTwo(walked, context) || packet.protocol !== PROTOCOL.TCP || packet.tcpFlags & TCP_FLAGS.RST)
      return undefined;
    const answer = tcpReset(packet, context.host);
    // Where there is no route for the reset, the connection stays as it was as well.
    if (routeOutput(answer, context.host, undefined, 0, 'kernel').kind === 'drop') return undefined;
    const closed = entry && closedTcp(entry);
    if (closed && context.world.entry(closed.id)) context.world.put(closed);
    return { packet: answer, attached: attachment(walked, closed) };
  }
  if (kind !== 'icmp' || !mayGetError(walked, context)) return undefined;
  return {
    packet: icmpError(packet, [icmpType ?? 3, icmpCode ?? 3], context, end.inInterface),
    attached: attachment(walked, entry),
  };
}

/**
 * Whether an ICMP error may be sent about a packet. Source: net/ipv4/icmp.c __icmp_send, net/ipv6/icmp.c icmp6_send.
 */
function mayGetError(walked: Received, context: WalkContext): boolean {
  const { packet } = walked.end;
  if (isIcmpErrorPacket(packet) || toMany(walked.end)) return false;
  if (packet.family === 6) return allowsError(packet);
  // IPv4 would send it from the address that the packet was sent to, which has to be its own.
  return (
    isBetweenTwo(walked, context) && (routeType(walked, context) !== 'local' || isOwn(packet.destination, context))
  );
}

/**
 * Whether ICMPv6 errors may be sent about a packet with these addresses. Source: net/ipv6/icmp.c icmp6_send; RFC 4443,
 * 2.4.
 */
function allowsError({ source, destination }: Packet): boolean {
  return !isMulticast(destination) && !isUnspecified(source) && !isMulticast(source);
}

/** Whether a packet is from one host to one other: for IPv4 its route decides that, for IPv6 its addresses do. */
function isBetweenTwo(walked: Received, context: WalkContext): boolean {
  const { packet } = walked.end;
  if (packet.family === 6)
    return [packet.source, packet.destination].every((address) => !isUnspecified(address) && !isMulticast(address));
  const type = routeType(walked, context);
  return type !== 'broadcast' && type !== 'multicast' && !isMulticast(packet.destination);
}

function routeType({ events, end }: Received, { host }: WalkContext): string {
  return (
    events.findLast((event) => event.kind === 'route')?.type ??
    lookupRoute(host, {
      destination: end.packet.destination,
      source: end.packet.source,
      mark: end.packet.mark,
      tos: end.packet.tos,
      inInterface: end.inInterface,
    }).type
  );
}

/** The packet's connection. By now it may be known to all: what was seen of it on the way is out of date. */
function entryOf(walked: Pick<Received, 'end' | 'attached'>, { world }: WalkContext): ConntrackEntry | undefined {
  const entry = lastView(walked)?.entry;
  return entry && (world.entry(entry.id) ?? entry);
}

/**
 * What the reply to a packet is attached to. After an untracked packet that is no connection, and yet CT rules take the
 * reply for tracked; after an INVALID one it is attached to nothing. Source: nf_conntrack_core.c nf_conntrack_attach,
 * xt_CT.c xt_ct_target.
 */
function attachment({ events, end, attached }: Received, entry: ConntrackEntry | undefined): Attached | undefined {
  if (entry)
    return {
      state: 'RELATED',
      entry,
      direction: lastView({ end, attached })?.direction === 'ORIGINAL' ? 'REPLY' : 'ORIGINAL',
    };
  const last = events.findLast((event) => event.kind === 'rule' || event.kind === 'hook-leave');
  const state = last?.kind === 'rule' ? last.view.conntrack?.state : last?.state;
  return state === 'UNTRACKED' ? 'beyond-ct' : undefined;
}

/**
 * REJECT closes the connection that it sends a reset for. Source: nf_conntrack_proto_tcp.c
 * nf_conntrack_tcp_set_closing.
 */
function closedTcp(entry: ConntrackEntry): ConntrackEntry {
  if (entry.original.protocol !== PROTOCOL.TCP || !entry.confirmed) return entry;
  return { ...entry, tcp: { ...tcpOf(entry), state: 'CLOSE' }, tcpState: 'CLOSE' };
}

/** The frame was a broadcast or multicast: only echo requests in it get a reply. */
function toMany({ packetType }: WalkEnd): boolean {
  return packetType !== 'unicast';
}

function lastView({ end, attached }: Pick<Received, 'end' | 'attached'>): ConntrackView | undefined {
  return end.conntrack ?? (typeof attached === 'object' ? attached : undefined);
}
