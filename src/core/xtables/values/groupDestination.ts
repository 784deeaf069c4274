import { isMulticast } from '../../net/address';
import { addressType } from '../../net/addressType';
import type { PacketView } from '../view';

/** True for a packet to several hosts: by its link layer address, or because its destination is a multicast or broadcast address here. */
export function hasGroupDestination({ packet, packetType, host }: PacketView): boolean {
  if (packetType !== 'unicast' || isMulticast(packet.destination)) return true;
  return packet.family === 4 && addressType(host, packet.destination) === 'broadcast';
}
