import { isMulticast, isUnspecified } from '../../net/address';
import { addressType } from '../../net/addressType';
import type { PacketView } from '../view';

/**
 * True for a packet to several hosts: by its link layer address, or because its destination is a multicast or broadcast
 * address here.
 */
export function hasGroupDestination({ packet, packetType, host, sentAs }: PacketView): boolean {
  if (packetType !== 'unicast' || isMulticast(packet.destination)) return true;
  // To 0.0.0.0 a host sends to itself (net/ipv4/route.c ip_route_output_key_hash_rcu).
  if (isUnspecified(packet.destination) && !isUnspecified(packet.source)) return false;
  // Bound to another interface, a socket sends to a broadcast address as to any other.
  return packet.family === 4 && (sentAs ?? addressType(host, packet.destination)) === 'broadcast';
}
