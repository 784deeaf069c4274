import type { NextPacket } from '../../journey';
import type { VersionRange } from '../../releases';
import type { IstioProfile } from '../profile';
import type { PodSaid } from './podSaid';

/** What is known of the Istio of a file, as far as it decides what a proxy sends. */
export interface IstioMesh {
  readonly profile: IstioProfile;
  /** Of a sidecar whose rules are in a pod of ambient mode besides. */
  readonly sidecarBeside: IstioProfile | undefined;
  readonly versions: VersionRange | undefined;
  readonly said: PodSaid;
  /** The application calls a Service of which this pod is the endpoint that the proxy picks. */
  readonly ownService: boolean;
}

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

/** The way that is sure to happen comes first: with `first` the packets are in the opposite order. */
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
