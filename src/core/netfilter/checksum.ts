import { addressSum, CHECKSUM_MODULUS as MODULUS } from '../net/address';
import { PROTOCOL, type Packet } from '../net/packet';
import type { Hook } from '../xtables/view';

/**
 * What Linux knows of the checksum of an IPv6 packet. SNPT and DNPT change addresses without it, and it stays right only where the
 * address was within their prefix. All sums are those of 16-bit words, modulo 65535.
 */
export interface Checksum {
  /** By how much it is wrong. */
  readonly error: number;
  /**
   * What a look at it, which found it right, has left behind: `header` is what the rest of the header was then. Linux compares with the sum that
   * the whole packet had, so it takes changed addresses for right and other changes of the header for wrong; `forGood` asks no more.
   */
  readonly looked: 'never' | 'forGood' | { readonly header: number };
}

export const RIGHT: Checksum = { error: 0, looked: 'never' };

export const WRONG_CHECKSUM = 'its checksum is wrong since SNPT or DNPT changed an address that is not within their prefix';

/** Behind a change of addresses that leaves the checksum alone. Those that a quoted packet has count as well. */
export function changedUnder(checksum: Checksum, before: Packet, after: Packet): Checksum {
  const change = (sumOf(after) - sumOf(before) + MODULUS) % MODULUS;
  return change === 0 ? checksum : { ...checksum, error: (checksum.error + change) % MODULUS };
}

/** Protocols whose receivers, and connection tracking, look at the checksum. */
const CHECKED: ReadonlySet<number> = new Set([PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.UDPLITE, PROTOCOL.ICMPV6]);

/** The same for a packet of any kind: of many the checksum is not asked for. `arrival`: how it came to this host. */
export function checked({ packet, checksum }: { readonly packet: Packet; readonly checksum: Checksum }, arrival: { readonly direction: 'in' | 'out'; readonly raw?: boolean }, hook: Hook): Checksum | undefined {
  if (packet.family === 4 || !CHECKED.has(packet.protocol) || packet.fragmentOffset > 0) return checksum;
  // Of what a TCP or UDP socket sends, the checksum is computed only where it leaves the host.
  if (arrival.direction === 'out' && !arrival.raw && packet.protocol !== PROTOCOL.ICMPV6) return checksum;
  return lookAt(checksum, packet, hook);
}

/**
 * Looks at the checksum as the kernel does in one hook: what is known behind it; undefined where it is found wrong.
 * Source: net/netfilter/utils.c nf_ip6_checksum, net/core/skbuff.c __skb_checksum_complete.
 */
export function lookAt(checksum: Checksum, packet: Packet, hook: Hook): Checksum | undefined {
  const { error, looked } = checksum;
  if (looked === 'forGood') return checksum;
  const header = headerSum(packet);
  if (looked !== 'never') {
    if (hook !== 'PREROUTING' && hook !== 'INPUT') return checksum;
    if (looked.header === header) return { error, looked: 'forGood' };
  }
  return error === 0 ? { error, looked: { header } } : undefined;
}

function sumOf({ source, destination, inner }: Packet): number {
  return (addressSum(source) + addressSum(destination) + (inner ? sumOf(inner) : 0)) % MODULUS;
}

/** The words of the header that rules can change, besides the addresses. */
function headerSum({ tos, ttl }: Packet): number {
  return ((tos << 4) + ttl) % MODULUS;
}
