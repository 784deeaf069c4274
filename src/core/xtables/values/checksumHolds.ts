import { addressBytes } from '../../net/address';
import { PROTOCOL, type Packet } from '../../net/packet';
import { transportBytes } from './transport';

/**
 * Protocols whose packets are taken to be right: those that a packet here always gets a good checksum for, and those
 * that have none.
 */
const NOT_SUMMED: readonly number[] = [PROTOCOL.GRE, PROTOCOL.ESP, PROTOCOL.AH, PROTOCOL.SCTP, PROTOCOL.UDPLITE];
const WELL_MADE: readonly number[] = [PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.ICMP, PROTOCOL.ICMPV6];

/**
 * Whether the packet passes the checksum test that REJECT makes before it sends anything back: the 16-bit sum over all
 * that follows the IP header. A first fragment fails it, for the rest is missing, and so do most packets of protocols
 * without such a sum (IP in IP, OSPF …). Source: include/net/netfilter/nf_reject.h nf_reject_verify_csum,
 * net/netfilter/utils.c nf_checksum.
 */
export function checksumHolds(packet: Packet): boolean {
  if (NOT_SUMMED.includes(packet.protocol)) return true;
  if (WELL_MADE.includes(packet.protocol)) return !packet.moreFragments;
  const bytes = transportBytes(packet);
  let sum = sumOf(bytes);
  if (packet.family === 6)
    sum +=
      sumOf(addressBytes(packet.source)) + sumOf(addressBytes(packet.destination)) + bytes.length + packet.protocol;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum === 0 || sum === 0xffff;
}

function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] as number) << 8) | (bytes[i + 1] ?? 0);
  return sum;
}
