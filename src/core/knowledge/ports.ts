import { text, type Fact } from './facts';
import { familyOfChain } from './chains';

/** Where a number was met; the same port means another thing to another program. */
export interface PortContext {
  readonly table?: string;
  readonly chain?: string;
  readonly protocol?: string;
}

const istioPage = 'istio.io, Application Requirements';
const agent = 'istio/istio:pilot/cmd/pilot-agent/status/server.go';
const ztunnel = 'istio/ztunnel:ARCHITECTURE.md';

/**
 * What listens on a port by convention; undefined for ports that mean nothing here. The port is that of the packet, 0 to
 * 65535. The listening process of the file, where one is known, is worth more than any of this.
 */
export function portKnowledge(port: number, context: PortContext = {}): Fact | undefined {
  const family = context.chain === undefined ? undefined : familyOfChain(context.chain);
  const candidates = ports.filter((each) => each.port === port);
  const known = candidates.find((each) => each.family !== undefined && each.family === family) ?? candidates.find((each) => each.family === undefined) ?? (family === undefined ? candidates[0] : undefined);
  if (known === undefined) return undefined;
  return { title: `${port}: ${known.title}`, details: (known.details ?? []).map(text), sources: known.sources };
}

/** The ports that have an entry, ascending. */
export function knownPorts(): readonly number[] {
  return [...new Set(ports.map((each) => each.port))].sort((a, b) => a - b);
}

interface PortEntry {
  readonly port: number;
  readonly title: string;
  readonly details?: readonly string[];
  readonly sources: readonly string[];
  /** Holds only in chains of this family; without it everywhere. */
  readonly family?: string;
}

const ports: readonly PortEntry[] = [
  { port: 15000, title: 'Envoy’s admin interface', details: ['Listens on localhost only.'], sources: [istioPage] },
  { port: 15001, title: 'Envoy’s outbound listener; ztunnel’s outbound port', details: ['Captured outbound TCP arrives here after REDIRECT. The original destination is read from the socket.'], sources: [istioPage, ztunnel] },
  { port: 15002, title: 'target that istio-validation dials on 127.0.0.6', details: ['Nothing listens on it. A rule set that works turns the connection to 15006; “connection refused” means that the rules are missing.'], sources: ['istio/istio:tools/istio-iptables/pkg/validation/validator.go'] },
  { port: 15004, title: 'debug interface of the agent', details: ['Listens on localhost only.'], sources: [istioPage] },
  { port: 15006, title: 'Envoy’s inbound listener; ztunnel’s port for plaintext', details: ['Since 1.3; before that inbound traffic used 15001 too.'], sources: [istioPage, ztunnel] },
  { port: 15008, title: 'HBONE, the mTLS tunnel of the mesh', details: ['Served by Envoy or ztunnel directly. Excluded from capture, except in TPROXY mode, where the exclusion stands in a chain that nothing calls.'], sources: [istioPage, ztunnel] },
  { port: 15009, title: 'HBONE without TLS (H2C)', sources: [istioPage] },
  { port: 15010, title: 'istiod: xDS and CA, plaintext', sources: [istioPage] },
  { port: 15012, title: 'istiod: xDS and CA, TLS', sources: [istioPage] },
  { port: 15013, title: 'the agent’s DNS proxy, old port', sources: [istioPage] },
  { port: 15014, title: 'istiod: monitoring', sources: [istioPage] },
  { port: 15017, title: 'istiod: webhook, port 443 of its Service', sources: [istioPage] },
  { port: 15020, title: 'the agent: metrics, status, application probes', details: ['Excluded from inbound capture.'], sources: [agent] },
  { port: 15021, title: 'health check of the proxy', details: ['Excluded from inbound capture.'], sources: [istioPage] },
  { port: 15053, title: 'DNS proxy of the agent or of ztunnel', details: ['Captured queries for port 53 arrive here.'], sources: [istioPage, ztunnel] },
  { port: 15080, title: 'ztunnel: SOCKS5', sources: [ztunnel] },
  { port: 15088, title: 'waypoint, old port', sources: [istioPage] },
  { port: 15090, title: 'Envoy’s Prometheus metrics', details: ['Excluded from inbound capture.'], sources: [istioPage] },
  { port: 15443, title: 'east-west gateway, routed by SNI', sources: [istioPage] },
  { port: 4140, title: 'Linkerd’s outbound port', sources: ['linkerd/linkerd2-proxy-init:pkg/iptables/iptables.go'] },
  { port: 4143, title: 'Linkerd’s inbound port', sources: ['linkerd/linkerd2-proxy-init:pkg/iptables/iptables.go'] },
  { port: 4190, title: 'Linkerd’s tap and control port', sources: ['linkerd/linkerd2-proxy-init:pkg/iptables/iptables.go'], family: 'Linkerd' },
  { port: 4191, title: 'Linkerd’s metrics and probes', sources: ['linkerd/linkerd2-proxy-init:pkg/iptables/iptables.go'], family: 'Linkerd' },
  { port: 6081, title: 'Geneve tunnel', details: ['Ambient mode 1.18 to 1.20 ran its traffic between node and ztunnel over it.'], sources: ['istio/istio:cni/pkg/ambient/net_linux.go'] },
  { port: 53, title: 'DNS', details: ['With DNS capture Istio sends it to 15053.'], sources: ['istio/istio:tools/istio-iptables/pkg/capture/run.go'] },
  { port: 22, title: 'SSH', details: ['Istio 0.5 to 1.12 left it out of inbound capture without being asked.'], sources: ['istio/istio:tools/istio-iptables/pkg/capture/run.go'] },
];
