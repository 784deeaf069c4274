import type { Host } from '../net/host';
import type { Packet } from '../net/packet';
import type { KernelDropReason } from './events';

/**
 * What never reaches a hook: frames for another machine, and IPv6 packets that the receive path throws away. `looped`: this host has sent it itself.
 * Source: ip_input.c, ip6_input.c.
 */
export function whyRefusedAtDoor(packet: Packet, iface: string, host: Host, looped = false): { reason: KernelDropReason; detail: string } | undefined {
  const own = host.interfaces.find(({ name }) => name === iface);
  const mac = packet.destinationMac;
  if (!looped && own?.mac && mac && iface !== 'lo' && mac.toLowerCase() !== own.mac.toLowerCase() && !(parseInt(mac.slice(0, 2), 16) & 1)) {
    return { reason: 'other-host', detail: `the frame is addressed to ${mac}, ${iface} is ${own.mac}` };
  }
  if (packet.family === 4) return undefined;
  const loopback = (words: readonly number[]): boolean => words[0] === 0 && words[1] === 0 && words[2] === 0 && words[3] === 1;
  if (iface !== 'lo' && (loopback(packet.source.words) || loopback(packet.destination.words))) return { reason: 'loopback-address', detail: '::1 may not arrive on another interface than lo' };
  if (((packet.source.words[0] as number) >>> 24) === 0xff) return { reason: 'bad-source', detail: 'a multicast address cannot be a source' };
  const [first] = packet.destination.words as [number];
  if (first >>> 24 === 0xff && ((first >>> 16) & 15) <= (looped || iface === 'lo' ? 0 : 1)) return { reason: 'bad-destination', detail: 'multicast to this interface alone (ff01::/16) may not arrive from outside' };
  return undefined;
}
