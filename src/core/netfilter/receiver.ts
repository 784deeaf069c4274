import { isLoopback, sameAddress } from '../net/address';
import type { Host, Listener } from '../net/host';
import type { Packet } from '../net/packet';

/** The socket that takes a packet delivered to this host: the one bound most exactly. Source: net/ipv4/inet_hashtables.c compute_score. */
export function receiverOf(host: Host, packet: Packet, inInterface: string): Listener | undefined {
  let best: { readonly listener: Listener; readonly score: number } | undefined;
  for (const listener of host.listeners) {
    if (listener.protocol !== packet.protocol || listener.port !== packet.destinationPort || !listener.families.includes(packet.family)) continue;
    if (listener.address && !sameAddress(listener.address, packet.destination)) continue;
    if (listener.iface !== undefined && listener.iface !== inInterface && !isLoopback(packet.destination)) continue;
    const score = (listener.address ? 4 : 0) + (listener.iface === undefined ? 0 : 4) + (listener.families.length === 1 ? 1 : 0);
    if (best === undefined || score > best.score) best = { listener, score };
  }
  return best?.listener;
}
