import { isLoopback, sameAddress, type Address } from '../net/address';
import type { Host, Listener } from '../net/host';
import { PROTOCOL, type Packet } from '../net/packet';

/** The end of a connection that a socket has, or would have. */
export interface SocketEnd {
  readonly protocol: number;
  readonly family: 4 | 6;
  readonly address: Address;
  readonly port: number;
}

export function packetEnd({ protocol, family, destination, destinationPort }: Packet): SocketEnd {
  return { protocol, family, address: destination, port: destinationPort };
}

/**
 * The bound socket that takes what comes for an end: one bound to that address before those bound to none, then one
 * bound to the interface, then one of that family alone. Source: net/ipv4/inet_hashtables.c __inet_lookup_listener,
 * net/ipv4/udp.c __udp4_lib_lookup.
 */
export function boundSocket(
  host: Host,
  { protocol, family, address, port }: SocketEnd,
  inInterface: string,
): Listener | undefined {
  let best: { readonly listener: Listener; readonly score: number } | undefined;
  for (const listener of host.listeners) {
    if (listener.protocol !== protocol || listener.port !== port || !listener.families.includes(family)) continue;
    if (listener.address && !sameAddress(listener.address, address)) continue;
    if (listener.iface !== undefined && listener.iface !== inInterface && !isLoopback(address)) continue;
    const score =
      (listener.address ? 4 : 0) + (listener.iface === undefined ? 0 : 2) + (listener.families.length === 1 ? 1 : 0);
    if (best === undefined || score > best.score) best = { listener, score };
  }
  return best?.listener;
}

/** What a host remembers of a TCP connection that it has accepted: which socket it came to. The key is the packet's. */
export function connectionKey({
  protocol,
  source,
  sourcePort,
  destination,
  destinationPort,
}: Packet): string | undefined {
  return protocol === PROTOCOL.TCP
    ? `socket of ${source.words.join('.')} ${sourcePort} ${destination.words.join('.')} ${destinationPort}`
    : undefined;
}
