/** What the name of a chain says, which holds the Service and the endpoint in words. */
export interface NamedChain {
  readonly kind: 'service' | 'local' | 'external' | 'firewall' | 'endpoint';
  /** `shop/web:http`, `shop/web` where the port has no name. */
  readonly service: string;
  /** `10.0.0.7:8080`; undefined but of an endpoint. */
  readonly endpoint: string | undefined;
}

/**
 * The prefix, 8 characters of a hash, namespace, Service, protocol and the name of the port; of an endpoint its address
 * and port as well, with dots for the colons of IPv6. Source: pkg/proxy/nftables/proxier.go (servicePortChainNameBase,
 * servicePortEndpointChainNameBase).
 */
const CHAIN =
  /^(service|local|external|firewall|endpoint)-[A-Z2-7]{8}-([a-z0-9-]{1,63}\/[a-z0-9-]{1,63})\/(?:tcp|udp|sctp)\/([a-z0-9-]{0,63})(?:__([\da-f.]{2,45})\/(\d{1,5}))?/;

/** undefined for chains of other names. */
export function namedChain(name: string): NamedChain | undefined {
  const [whole, kind, service = '', portName = '', address, port = ''] = CHAIN.exec(name) ?? [];
  if (whole === undefined) return undefined;
  return {
    kind: kind as NamedChain['kind'],
    service: portName === '' ? service : `${service}:${portName}`,
    endpoint: address === undefined ? undefined : `${spelled(address)}:${port}`,
  };
}

function spelled(address: string): string {
  return /^\d+\.\d+\.\d+\.\d+$/.test(address) ? address : `[${address.replaceAll('.', ':')}]`;
}

/** The table that kube-proxy writes for a family. */
export function kubeProxyTable(family: 4 | 6): string {
  return family === 4 ? 'ip kube-proxy' : 'ip6 kube-proxy';
}

export const KUBE_PROXY_TABLES = [kubeProxyTable(4), kubeProxyTable(6)];
