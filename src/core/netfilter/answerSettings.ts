import { primaryAddress } from '../net/sourceAddress';
import type { Address } from '../net/address';
import type { Host } from '../net/host';
import { PROTOCOL, type Packet } from '../net/packet';

const ECHO = 8;
const TIMESTAMP = 13;
const ECHO_V6 = 128;
/** IP header, ICMP header, and the three stamps of a reply; of a request only the first has to be there. */
const SHORTEST_TIMESTAMP = 20 + 8 + 4;
const TIMESTAMP_REPLY_LENGTH = 20 + 8 + 12;
const NOWHERE: Readonly<Record<4 | 6, Address>> = {
  4: { family: 4, words: [0] },
  6: { family: 6, words: [0, 0, 0, 0] },
};

/**
 * `routeType`: `local`, `broadcast`, `multicast`, or `anycast` in IPv6. How this host replies to an ICMP query that was
 * delivered: what differs from the query, beside the addresses; undefined where it does not. A source of 0.0.0.0 or ::
 * stands for one that the host has yet to choose. Linux leaves requests for information and masks, and node information
 * queries, unanswered. Source: net/ipv4/icmp.c icmp_rcv, icmp_echo, icmp_timestamp, net/ipv6/icmp.c icmpv6_rcv.
 */
export function queryAnswer(
  packet: Packet,
  routeType: string | undefined,
  { sysctls }: Host,
): Partial<Packet> | undefined {
  const on = (name: string, fallback = 0): boolean => (sysctls.get(name) ?? fallback) !== 0;
  const toMany = routeType !== 'local';
  const from = toMany ? { source: NOWHERE[packet.family] } : {};
  if (packet.family === 6 && packet.protocol === PROTOCOL.ICMPV6 && packet.icmpType === ECHO_V6) {
    const ignored =
      on('net.ipv6.icmp.echo_ignore_all') ||
      (routeType === 'multicast' && on('net.ipv6.icmp.echo_ignore_multicast')) ||
      (routeType === 'anycast' && on('net.ipv6.icmp.echo_ignore_anycast'));
    if (ignored) return undefined;
    return { icmpType: 129, ...(routeType === 'anycast' && on('net.ipv6.anycast_src_echo_reply') ? {} : from) };
  }
  // To Linux, ICMP of the other family is an unknown protocol, whatever its bytes are.
  if (
    packet.family === 6 ||
    packet.protocol !== PROTOCOL.ICMP ||
    (toMany && on('net.ipv4.icmp_echo_ignore_broadcasts', 1))
  )
    return undefined;
  if (packet.icmpType === ECHO) return on('net.ipv4.icmp_echo_ignore_all') ? undefined : { icmpType: 0, ...from };
  if (packet.icmpType !== TIMESTAMP || packet.length - packet.ipOptions.length < SHORTEST_TIMESTAMP) return undefined;
  return { icmpType: 14, icmpCode: 0, length: TIMESTAMP_REPLY_LENGTH, ...from };
}

/** The TTL or hop limit of what this host sends by itself. */
export function ttlOf({ sysctls }: Host, family: 4 | 6): number {
  return (
    (family === 4
      ? sysctls.get('net.ipv4.ip_default_ttl')
      : (sysctls.get('net.ipv6.conf.all.hop_limit') ?? sysctls.get('net.ipv6.conf.default.hop_limit'))) ?? 64
  );
}

/** The mark of a reply: none, unless a sysctl makes it reflect that of the packet. */
export function replyMark({ family, mark }: Packet, { sysctls }: Host): number {
  return sysctls.get(`net.ipv${family}.fwmark_reflect`) ? mark : 0;
}

/**
 * The source of an ICMP error about a packet that is not for this host, where it has to be an address of the interface
 * of arrival.
 */
export function inboundAddress(
  { sysctls, interfaces }: Host,
  family: 4 | 6,
  iface: string | undefined,
): Address | undefined {
  if (family === 6 || !sysctls.get('net.ipv4.icmp_errors_use_inbound_ifaddr')) return undefined;
  const found = interfaces.find(({ name }) => name === iface);
  return found && primaryAddress(found, 4);
}
