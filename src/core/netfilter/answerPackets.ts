import { isUnspecified, prefixBlock, sameAddress, type Address } from '../net/address';
import type { Host } from '../net/host';
import { ROUTE_TABLE } from '../net/kernelRoutes';
import { lookupRoute } from '../net/routing';
import { sourceAddressFor } from '../net/sourceAddress';
import { PROTOCOL, TCP_FLAGS, type Packet } from '../net/packet';
import { type AcceptedSocket } from './acceptedSocket';
import type { WalkContext } from './walkContext';
import { inboundAddress, replyMark, ttlOf } from './answerSettings';

/**
 * IPv4 replies from addresses of table local only: a rule that leads elsewhere, as for TPROXY, makes none, and only a
 * transparent socket may send from any other. Source: net/ipv4/route.c ip_route_output_key_hash_rcu
 * (FLOWI_FLAG_ANYSRC).
 */
export function isOwn(address: Address, { host }: WalkContext): boolean {
  // 0.0.0.0 means this host, which may reply from any of its addresses.
  if (isUnspecified(address)) return true;
  const { type, table } = lookupRoute(host, { destination: address });
  return type === 'local' && table === ROUTE_TABLE.local;
}

/** The bits of congestion notification, which TCP does not copy. */
const ECN = 3;

/**
 * The reset of TCP itself: it copies the type of service, and after a packet to 0.0.0.0, IPv4 picks a source for it,
 * unlike for one of REJECT. Source: net/ipv4/ip_output.c ip_send_unicast_reply, net/ipv6/tcp_ipv6.c
 * tcp_v6_send_response.
 */
export function ownReset(packet: Packet, host: Host): Packet {
  const reset = { ...tcpReset(packet, host), tos: packet.tos & ~ECN };
  if (packet.family === 6 || !isUnspecified(reset.source)) return reset;
  const { destination, mark, tos } = reset;
  return {
    ...reset,
    source: sourceAddressFor(host, lookupRoute(host, { destination, mark, tos }), destination) ?? reset.source,
  };
}

export function tcpReset(packet: Packet, host: Host): Packet {
  const withAck = (packet.tcpFlags & TCP_FLAGS.ACK) !== 0;
  const data =
    packet.length - (packet.family === 4 ? 20 + packet.ipOptions.length : 40) - 20 - packet.tcpOptions.length;
  const length = data + (packet.tcpFlags & TCP_FLAGS.SYN ? 1 : 0) + (packet.tcpFlags & TCP_FLAGS.FIN ? 1 : 0);
  return reversed(
    packet,
    withAck
      ? { tcpWindow: 0, tcpFlags: TCP_FLAGS.RST, tcpSequence: packet.tcpAcknowledgement, tcpAcknowledgement: 0 }
      : {
          tcpWindow: 0,
          tcpFlags: TCP_FLAGS.RST | TCP_FLAGS.ACK,
          tcpSequence: 0,
          tcpAcknowledgement: (packet.tcpSequence + length) >>> 0,
        },
    host,
  );
}

export function reversed(packet: Packet, patch: Partial<Packet>, host: Host): Packet {
  return {
    ...packet,
    source: packet.destination,
    destination: packet.source,
    sourcePort: packet.destinationPort,
    destinationPort: packet.sourcePort,
    extensionHeaders: [],
    ipOptions: NOTHING,
    mark: replyMark(packet, host),
    ttl: ttlOf(host, packet.family),
    tos: 0,
    length:
      packet.protocol === PROTOCOL.TCP ? (packet.family === 4 ? 40 : 60) : packet.length - packet.ipOptions.length,
    tcpOptions: NOTHING,
    payload: packet.protocol === PROTOCOL.TCP ? NOTHING : packet.payload,
    sourceMac: undefined,
    destinationMac: undefined,
    ...patch,
  };
}

/**
 * The ACK that gives the other end the next expected number (RFC 5961). Before a connection is acknowledged, it copies
 * the type of service (net/ipv4/tcp_ipv4.c tcp_v4_reqsk_send_ack).
 */
export function challenge(packet: Packet, { next, acknowledged }: AcceptedSocket, host: Host): Packet {
  return reversed(
    packet,
    {
      tcpFlags: TCP_FLAGS.ACK,
      tcpSequence: 2,
      tcpAcknowledgement: next,
      ...(acknowledged ? {} : { tos: packet.tos & ~ECN }),
    },
    host,
  );
}

const NOTHING = new Uint8Array(0);

/** An ICMP error has at most this many bytes. Source: RFC 1812, 4.3.2.3 and RFC 4443, 2.4. */
const LONGEST_ERROR = { 4: 576, 6: 1280 } as const;

/** What an ICMP error of IPv4 keeps of the type of service, and what it adds. Source: net/ipv4/icmp.c __icmp_send. */
const TOS = 0x1e;
const INTERNETWORK_CONTROL = 0xc0;

/**
 * Where IPv4 looks up the route, by which all of 127.0.0.0/8 is local, IPv6 looks up the addresses of the interfaces,
 * and those by which a router is reached in each subnet; other anycast addresses are nobody's own. Source:
 * net/ipv4/icmp.c __icmp_send, net/ipv6/icmp.c icmp6_send, net/ipv6/anycast.c ipv6_chk_acast_addr_src.
 */
function isOfInterface(address: Address, host: Host): boolean {
  const anycast = lookupRoute(host, { destination: address }).route?.type === 'anycast';
  return host.interfaces.some(({ addresses }) =>
    addresses.some(
      (own) =>
        sameAddress(own.address, address) ||
        (anycast && sameAddress(prefixBlock(own.address, own.prefixLength).address, address)),
    ),
  );
}

/**
 * An ICMP error about a packet, to its sender: from the address that the packet was sent to, or the one of the way
 * back. `iface`: where the packet came in.
 */
export function icmpError(
  packet: Packet,
  [icmpType, icmpCode]: readonly [number, number],
  context: WalkContext,
  iface: string | undefined,
): Packet {
  const { host } = context;
  const tos = packet.family === 4 ? (packet.tos & TOS) | INTERNETWORK_CONTROL : 0;
  const back = lookupRoute(host, { destination: packet.source, mark: replyMark(packet, host), tos });
  const own =
    packet.family === 4
      ? !isUnspecified(packet.destination) && isOwn(packet.destination, context)
      : isOfInterface(packet.destination, host);
  const source = own
    ? packet.destination
    : (inboundAddress(host, packet.family, iface) ?? sourceAddressFor(host, back, packet.source) ?? packet.destination);
  const header = packet.family === 4 ? 28 : 48;
  return {
    ...reversed(packet, {}, host),
    source,
    destination: packet.source,
    protocol: packet.family === 4 ? PROTOCOL.ICMP : PROTOCOL.ICMPV6,
    sourcePort: 0,
    destinationPort: 0,
    tcpFlags: 0,
    icmpType,
    icmpCode,
    icmpId: 0,
    inner: { ...packet, mark: 0 },
    tos,
    payload: NOTHING,
    length: Math.min(header + packet.length, LONGEST_ERROR[packet.family]),
    fragmentOffset: 0,
    moreFragments: false,
  };
}
