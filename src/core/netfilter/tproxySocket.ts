import { isUnspecified, sameAddress, type Address } from '../net/address';
import { knowsListeners, type Host } from '../net/host';
import type { Packet } from '../net/packet';
import { primaryAddress } from '../net/sourceAddress';

/**
 * Whether a socket stands ready where TPROXY wants to hand the packet to: bound to the port, at the address or at any, and
 * transparent. Where the sockets of the host are not known, one is taken to be there: `assumed`.
 * Source: net/netfilter/xt_TPROXY.c tproxy_tg4, nf_tproxy_ipv4.c nf_tproxy_get_sock_v4.
 */
export function tproxySocket(host: Host, packet: Packet, target: { readonly address: Address | undefined; readonly port: number }, inInterface: string): 'found' | 'assumed' | 'none' {
  if (!knowsListeners(host, packet.protocol)) return 'assumed';
  const iface = host.interfaces.find(({ name }) => name === inInterface);
  const asked = target.address && !isUnspecified(target.address) ? target.address : undefined;
  const address = asked ?? (iface && primaryAddress(iface, packet.family, packet.destination)) ?? packet.destination;
  const port = target.port === 0 ? packet.destinationPort : target.port;
  const found = host.listeners.some((listener) =>
    listener.protocol === packet.protocol && listener.port === port && listener.families.includes(packet.family) && listener.transparent &&
    (listener.address === undefined || sameAddress(listener.address, address)));
  return found ? 'found' : 'none';
}
