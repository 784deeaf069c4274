import type { PacketRequest } from '../../../net/packetRequest';
import type { IstioProfile } from '../profile';
import type { VersionRange } from '../versions';
import type { PodSaid } from './podSaid';

/** What is known of the Istio of a file, as far as it decides what a proxy sends. */
export interface Mesh {
  readonly profile: IstioProfile;
  /** Of a sidecar whose rules stand in a pod of ambient mode besides. */
  readonly sidecarBeside: IstioProfile | undefined;
  readonly versions: VersionRange | undefined;
  readonly said: PodSaid;
  /** The application calls a Service of which this pod is the endpoint that the proxy picks. */
  readonly ownService: boolean;
}

/** What became of a packet, as far as the proxy's next step depends on it. */
export interface Taken {
  readonly family: 4 | 6;
  readonly protocol: 6 | 17;
  readonly direction: 'in' | 'out';
  /** By which interface it came; undefined for what this host sends itself. */
  readonly iface: string | undefined;
  /** Who sends it, and where it was to go before any rule. */
  readonly source: string;
  readonly destination: string;
  readonly destinationPort: number;
  /** It is a proxy's own: not the first packet of the journey. */
  readonly sent: boolean;
  /** The port of the socket that gets it, or its destination port where it leaves. */
  readonly port: number;
  /** Rules led it there; otherwise it was on its way there by itself. */
  readonly captured: boolean;
  /** Where it leaves this host, and with which destination and mark; undefined where a program on it gets it. */
  readonly leaves:
    | {
        readonly iface: string;
        readonly destination: string;
        readonly gateway: string | undefined;
        readonly mark: number;
      }
    | undefined;
  /** It was to go to an address of this host. */
  readonly own: boolean;
  /** The first address of the pod, and a port of the application. */
  readonly ownAddress: string;
  readonly appPort: number;
  /** It was to go to a pod of the mesh on this node, by the set that node mode keeps of them. */
  readonly toMeshPod: boolean;
  /** Interfaces by which a route leads, for the tunnels of node mode. */
  readonly routed: ReadonlySet<string>;
}

/** A packet that a proxy sends because of one that it got. */
export interface NextPacket {
  readonly label: string;
  readonly packet: PacketRequest;
  /** Why it looks so. */
  readonly note: string;
  readonly source: string;
  /** Under which condition there is this packet in place of the first of the list, or besides; absent for the first. */
  readonly when?: string;
}

/** The packets that follow, the usual one first; where none does, why. */
export type Onward = { readonly next: readonly NextPacket[] } | { readonly end: string };

/** Where it is known from what a proxy does. */
export const SOURCES = {
  clusters: 'istio/istio:pilot/pkg/networking/core/cluster_builder.go',
  template: 'istio/istio:manifests/charts/istio-control/istio-discovery/files/injection-template.yaml',
  status: 'istio/istio:pilot/cmd/pilot-agent/status/server.go',
  dns: 'istio/istio:pkg/dns/client/dns.go',
  bootstrap: 'istio/istio:tools/packaging/common/envoy_bootstrap.json',
  ztunnel: 'istio/ztunnel:ARCHITECTURE.md',
  ztunnelOutbound: 'istio/ztunnel:src/proxy/outbound.rs',
  ztunnelInbound: 'istio/ztunnel:src/proxy/inbound_passthrough.rs',
  node: 'istio/istio:cni/pkg/ambient/net_linux.go',
} as const;

/** `10.0.0.1:80`, `[fd00::1]:80`. */
export function at(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The first way that is sure to happen stands first: with `first` the packets are told the other way round. */
export function inOrder(
  usual: NextPacket,
  other: NextPacket,
  first: boolean,
  otherwise: string,
): readonly NextPacket[] {
  if (!first) return [usual, other];
  const { when: _when, ...own } = other;
  return [own, { ...usual, when: otherwise }];
}
