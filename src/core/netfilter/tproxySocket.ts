import { isUnspecified, type Address } from '../net/address';
import { knowsListeners, type Host, type Listener } from '../net/host';
import type { Packet } from '../net/packet';
import { primaryAddress } from '../net/sourceAddress';
import { boundSocket } from './receiver';

/**
 * The socket that TPROXY hands a packet to: that of its connection, else the one that is bound to the port, at the
 * address or at any. It has to be transparent: undefined where it is not or none is there. Where the sockets of the
 * host are not known, one is `assumed`. Source: net/netfilter/xt_TPROXY.c tproxy_tg4, nf_tproxy_ipv4.c
 * nf_tproxy_get_sock_v4, nf_tproxy_ipv6.c nf_tproxy_laddr6.
 */
export function tproxySocket(
  host: Host,
  packet: Packet,
  target: { readonly address: Address | undefined; readonly port: number },
  inInterface: string,
  ofConnection: Listener | undefined,
): Listener | 'assumed' | undefined {
  if (!ofConnection && !knowsListeners(host, packet.protocol)) return 'assumed';
  const iface = host.interfaces.find(({ name }) => name === inInterface);
  const asked = target.address && !isUnspecified(target.address) ? target.address : undefined;
  const address = asked ?? (iface && primaryAddress(iface, packet.family)) ?? packet.destination;
  const port = target.port === 0 ? packet.destinationPort : target.port;
  const found =
    ofConnection ?? boundSocket(host, { protocol: packet.protocol, family: packet.family, address, port }, inInterface);
  return found?.transparent ? found : undefined;
}
