import { addressSum, CHECKSUM_MODULUS as MODULUS } from '../net/address';
import { PROTOCOL, type Packet } from '../net/packet';
import { isIcmp } from '../net/tuple';
import type { Hook } from '../xtables/view';

/**
 * What Linux knows of the checksum of a packet. In IPv6, SNPT and DNPT change addresses without it, and it stays right
 * only where the address was within their prefix. In IPv4, the header's own checksum does not follow what a host writes
 * into IP options, and Linux sums up that header with the rest. All sums are those of 16-bit words, modulo 65535.
 */
export interface Checksum {
  /** By how much it is wrong. */
  readonly error: number;
  /**
   * What a check that found it right leaves behind: `header` is what the rest of the header was then. Linux compares
   * with the sum that the whole packet had, so it takes changed addresses for right and other changes of the header for
   * wrong; `forGood` asks no more.
   */
  readonly looked: 'never' | 'forGood' | { readonly header: number; readonly forwarded?: true };
}

export const RIGHT: Checksum = { error: 0, looked: 'never' };

export const WRONG_CHECKSUM =
  'its checksum is wrong since SNPT or DNPT changed an address that is not within their prefix';

/**
 * Where the packet is forwarded, the sum that an earlier check has stored is forgotten; that it was right is not.
 * Source: include/linux/skbuff.h skb_forward_csum, called by ip_forward and ip6_forward.
 */
export function forwarded(checksum: Checksum): Checksum {
  const { looked } = checksum;
  return typeof looked === 'object' ? { ...checksum, looked: { ...looked, forwarded: true } } : checksum;
}

/** The check of NAT uses the sum alone. The others, those of REJECT, rely on what was right before. */
export function lookAtSum(checksum: Checksum, packet: Packet, hook: Hook): Checksum | undefined {
  const { looked } = checksum;
  return lookAt(
    typeof looked === 'object' && looked.forwarded ? { ...checksum, looked: 'never' } : checksum,
    packet,
    hook,
  );
}

/** After a change of addresses that leaves the checksum alone. Those that a quoted packet has count as well. */
export function changedUnder(checksum: Checksum, before: Packet, after: Packet): Checksum {
  const change = (sumOf(after) - sumOf(before) + MODULUS) % MODULUS;
  return change === 0 ? checksum : { ...checksum, error: (checksum.error + change) % MODULUS };
}

/** Protocols whose receivers, and connection tracking, verify the checksum. */
const CHECKED: ReadonlySet<number> = new Set([PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.UDPLITE, PROTOCOL.ICMPV6]);

/**
 * Protocols that have no checksum of this kind over all of their data. Source: include/net/netfilter/nf_reject.h
 * nf_reject_verify_csum.
 */
const UNCHECKED_IPV4: ReadonlySet<number> = new Set([
  PROTOCOL.GRE,
  PROTOCOL.AH,
  PROTOCOL.ESP,
  PROTOCOL.SCTP,
  PROTOCOL.UDPLITE,
  PROTOCOL.DCCP,
]);

/**
 * The same for a packet of any kind: for many protocols no checksum is verified. `arrival`: how it came to this host.
 */
export function checked(
  { packet, checksum }: { readonly packet: Packet; readonly checksum: Checksum },
  arrival: { readonly direction: 'in' | 'out'; readonly raw?: boolean },
  hook: Hook,
): Checksum | undefined {
  if (
    packet.fragmentOffset > 0 ||
    (packet.family === 4 ? UNCHECKED_IPV4.has(packet.protocol) : !CHECKED.has(packet.protocol))
  )
    return checksum;
  // Of what a TCP or UDP socket sends, the checksum is computed only where it leaves the host.
  if (arrival.direction === 'out' && !arrival.raw && !isIcmp(packet.protocol)) return checksum;
  return lookAt(checksum, packet, hook);
}

/**
 * Verifies the checksum as the kernel does in one hook: what is known after it; undefined where it is found wrong.
 * Source: net/netfilter/utils.c nf_ip_checksum, nf_ip6_checksum, net/core/skbuff.c __skb_checksum_complete.
 */
function lookAt(checksum: Checksum, packet: Packet, hook: Hook): Checksum | undefined {
  const { error, looked } = checksum;
  if (looked === 'forGood') return checksum;
  // NAT and targets that change the header of IPv4 mend its checksum, so what was right once stays right.
  if (packet.family === 4) return looked === 'never' && error !== 0 ? undefined : { error, looked: { header: 0 } };
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
