import { parseAddress, type Address } from '../../net/address';

/** The networks that come with the names of these interfaces unless others are configured. */
export const USUAL_NETWORKS: Readonly<Record<string, string>> = {
  docker0: '172.17.0.0/16',
  cni0: '10.244.0.0/24',
  virbr0: '192.168.122.0/24',
};

/**
 * Names that the kernel, systemd and routers give to ports that lead out of the host, and not to bridges, containers
 * and tunnels.
 */
export const PORT_NAME = /^(eth|en[a-z0-9]|wl|bond|venet|ppp|wan)/;

/** Names of tunnels, which need another way out for what they carry. */
export const TUNNEL_NAME = /^(wg|tun|tap|tailscale|zt|ipsec|vti|gre|sit|nordlynx|proton)/;

/** What routers call the bridge of the private network at home or in an office. */
export const LAN_NAME = /^br-lan\d*$/;

/** Names of bridges and of the ends of containers, by which nothing leaves for elsewhere. */
export const INNER_NAME = /^(veth|cali|lxc|docker|br-|virbr|cni|flannel|cilium|kube|dummy|nodelocal|ifb|podman|lxd)/;

/**
 * Addresses that are made up, for the uplink and for the other interfaces (`N`: the number of the interface), with the
 * block that nothing in the file may name. A pod's address as most clusters have them comes first; the last are set
 * aside for tests of devices (RFC 2544) and for local use (RFC 4193). Firewalls that drop all of those get public ones:
 * a host that has no address receives nothing.
 */
export const MADE_UP: Readonly<
  Record<4 | 6, { readonly outer: readonly MadeUp[]; readonly inner: readonly MadeUp[] }>
> = {
  4: {
    outer: [
      ['10.244.1.5/24', 24],
      ['192.168.250.5/24', 24],
      ['172.31.250.5/24', 24],
      ['198.18.250.5/24', 24],
      ['198.19.250.5/24', 24],
      ['11.22.250.5/24', 24],
    ],
    inner: [
      ['198.18.N.1/24', 16],
      ['198.19.N.1/24', 16],
      ['172.30.N.254/24', 16],
      ['192.168.N.254/24', 16],
      ['11.23.N.1/24', 16],
    ],
  },
  6: {
    outer: [
      ['fd00:1::5/64', 64],
      ['fd5e:a1:b2::5/64', 64],
      ['fd7c:d3:e4::5/64', 64],
    ],
    inner: [
      ['fd5e:a1:b3:N::1/64', 48],
      ['fd7c:d3:e5:N::1/64', 48],
    ],
  },
};

type MadeUp = readonly [address: string, blockLength: number];

/** At most this many interfaces get made-up addresses; what is reached by further ones is not known. */
export const MOST_MADE_UP = 250;

/** A host's number in its network, past those that routers and name servers usually have. */
export const USUAL_HOST_NUMBER = 7;

/** Chains of kube-proxy begin so; it works in the network of the node, and never in that of a pod. */
export const NODE_CHAIN = 'KUBE-';

/**
 * Envoy calls the application of its pod from here in IPv6, and from an address of lo in IPv4. Source:
 * istio/istio:pilot/pkg/networking/core/listener_address.go.
 */
export const SIDECAR_SOURCE = parseAddress('::6') as Address;

/**
 * The routing table of what TPROXY marks. Istio: 133 for the sidecar's mark 1337, unless a variable says otherwise, and
 * 100 for the marks of ambient mode.
 */
export function tproxyTable(mark: number, stated: string | undefined): number {
  if (mark !== 1337) return 100;
  return stated !== undefined && /^[0-9]{1,9}$/.test(stated) ? Number(stated) : 133;
}
