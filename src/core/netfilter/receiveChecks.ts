import { isLoopback, isMulticast, multicastScope } from '../net/address';
import type { Host } from '../net/host';
import type { Packet } from '../net/packet';
import type { KernelDropReason } from './events';

/**
 * What never reaches a hook: frames for another machine, and IPv6 packets that the receive path drops. `looped`:
 * this host has sent it itself. Source: ip_input.c, ip6_input.c.
 */
export function whyRefusedOnReceive(
  packet: Packet,
  iface: string,
  host: Host,
  looped = false,
): { reason: KernelDropReason; detail: string } | undefined {
  const own = host.interfaces.find(({ name }) => name === iface);
  const mac = packet.destinationMac;
  if (
    !looped &&
    own?.mac &&
    mac &&
    iface !== 'lo' &&
    mac.toLowerCase() !== own.mac.toLowerCase() &&
    !(parseInt(mac.slice(0, 2), 16) & 1)
  ) {
    return { reason: 'other-host', detail: `the frame is addressed to ${mac}, ${iface} is ${own.mac}` };
  }
  if (packet.family === 4) return undefined;
  if (iface !== 'lo' && (isLoopback(packet.source) || isLoopback(packet.destination)))
    return { reason: 'loopback-address', detail: '::1 may arrive on lo only' };
  if (isMulticast(packet.source)) return { reason: 'bad-source', detail: 'a multicast address cannot be a source' };
  if (isMulticast(packet.destination) && multicastScope(packet.destination) <= (looped || iface === 'lo' ? 0 : 1))
    return { reason: 'bad-destination', detail: 'interface-local multicast (ff01::/16) may not arrive from outside' };
  return undefined;
}
