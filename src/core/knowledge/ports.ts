import { fit, text, type Fact } from './facts';
import { familyOfChain } from './chains';
import { programOf, programsIn, told, type Programs } from './programs';
import type { RuleSetView } from './view';

/** Where a number was met; the same port means another thing to another program. */
export interface PortContext {
  readonly table?: string;
  readonly chain?: string;
  readonly protocol?: string;
  readonly ruleSet?: RuleSetView;
  /** The programs of the whole file, where more of it than the rule set is known. */
  readonly programs?: Programs;
}

const istioPage = 'istio.io, Application Requirements';
const agent = 'istio/istio:pilot/cmd/pilot-agent/status/server.go';
const ztunnel = 'istio/ztunnel:ARCHITECTURE.md';

/**
 * What listens on a port by convention; undefined for ports that mean nothing here. The port is that of the packet, 0
 * to
 * 65535. The listening process of the file, where one is known, is worth more than any of this.
 */
export function portKnowledge(port: number, context: PortContext = {}): Fact | undefined {
  const family = context.chain === undefined ? undefined : familyOfChain(context.chain);
  const known = ports.filter((each) => each.port === port);
  const found =
    known.find((each) => each.family !== undefined && each.family === family) ??
    known.find((each) => each.family === undefined) ??
    (family === undefined ? known[0] : undefined);
  if (found === undefined) return undefined;
  const programs =
    family === undefined
      ? (context.programs ?? (context.ruleSet === undefined ? undefined : programsIn(context.ruleSet)))
      : new Set([programOf(family), ...(context.programs ?? [])]);
  const here = found.program === undefined || programs === undefined || programs.has(found.program);
  const more = (found.inPrograms ?? []).filter(({ program }) => programs === undefined || programs.has(program));
  const title = fit(`${port}: ${told(found.title, found.program, programs)}`);
  if (!here) return { title, details: [], sources: found.sources, elsewhere: true };
  return {
    title,
    details: [...(found.details ?? []), ...more.map(({ detail }) => detail)].map(text),
    sources: [...found.sources, ...more.map(({ source }) => source)],
  };
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
  /** Whose number it is; absent where it means the same to everyone. */
  readonly program?: string;
  /** What a program does with a number that is everyone's. */
  readonly inPrograms?: readonly { readonly program: string; readonly detail: string; readonly source: string }[];
}

const ports: readonly PortEntry[] = [
  {
    port: 15000,
    program: 'Istio',
    title: 'Envoy’s admin interface; ztunnel’s as well',
    details: ['Listens on localhost only.'],
    sources: [istioPage],
  },
  {
    port: 15001,
    program: 'Istio',
    title: 'Envoy’s outbound listener; ztunnel’s outbound port',
    details: ['Captured outbound TCP arrives here after REDIRECT. The original destination is read from the socket.'],
    sources: [istioPage, ztunnel],
  },
  {
    port: 15002,
    program: 'Istio',
    title: 'target that istio-validation dials on 127.0.0.6',
    details: [
      'Nothing listens on it. A rule set that works turns the connection to 15006; “connection refused” means that the rules are missing.',
    ],
    sources: ['istio/istio:tools/istio-iptables/pkg/validation/validator.go'],
  },
  {
    port: 15004,
    program: 'Istio',
    title: 'debug interface of the agent',
    details: ['Listens on localhost only.'],
    sources: [istioPage],
  },
  {
    port: 15006,
    program: 'Istio',
    title: 'Envoy’s inbound listener; ztunnel’s port for plaintext',
    details: ['Since 1.3; before that inbound traffic used 15001 too.'],
    sources: [istioPage, ztunnel],
  },
  {
    port: 15008,
    program: 'Istio',
    title: 'HBONE, the mTLS tunnel of the mesh',
    details: [
      'Served by Envoy or ztunnel directly. Excluded from capture, except in TPROXY mode, where the exclusion stands in a chain that nothing calls.',
    ],
    sources: [istioPage, ztunnel],
  },
  { port: 15009, program: 'Istio', title: 'HBONE without TLS (H2C)', sources: [istioPage] },
  { port: 15010, program: 'Istio', title: 'istiod: xDS and CA, plaintext', sources: [istioPage] },
  { port: 15011, program: 'Istio', title: 'Pilot before istiod: xDS over mTLS', sources: [istioPage] },
  { port: 15012, program: 'Istio', title: 'istiod: xDS and CA, TLS', sources: [istioPage] },
  { port: 15013, program: 'Istio', title: 'the agent’s DNS proxy, old port', sources: [istioPage] },
  { port: 15014, program: 'Istio', title: 'istiod: monitoring', sources: [istioPage] },
  { port: 15017, program: 'Istio', title: 'istiod: webhook, port 443 of its Service', sources: [istioPage] },
  {
    port: 15020,
    program: 'Istio',
    title: 'the agent: metrics, status, application probes; ztunnel’s metrics',
    details: ['Excluded from inbound capture. The CNI plugin excludes it from outbound capture too.'],
    sources: [agent],
  },
  {
    port: 15021,
    program: 'Istio',
    title: 'health check of the proxy, Envoy or ztunnel',
    details: ['Excluded from inbound capture.'],
    sources: [istioPage],
  },
  {
    port: 15053,
    program: 'Istio',
    title: 'DNS proxy of the agent or of ztunnel',
    details: ['Captured queries for port 53 arrive here.'],
    sources: [istioPage, ztunnel],
  },
  { port: 15080, program: 'Istio', title: 'ztunnel: SOCKS5', sources: [ztunnel] },
  { port: 15088, program: 'Istio', title: 'waypoint, old port', sources: [istioPage] },
  {
    port: 15090,
    program: 'Istio',
    title: 'Envoy’s Prometheus metrics',
    details: ['Excluded from inbound capture.'],
    sources: [istioPage],
  },
  { port: 15443, program: 'Istio', title: 'east-west gateway, routed by SNI', sources: [istioPage] },
  {
    port: 4140,
    program: 'Linkerd',
    title: 'Linkerd’s outbound port',
    sources: ['linkerd/linkerd2-proxy-init:pkg/iptables/iptables.go'],
  },
  {
    port: 4143,
    program: 'Linkerd',
    title: 'Linkerd’s inbound port',
    sources: ['linkerd/linkerd2-proxy-init:pkg/iptables/iptables.go'],
  },
  {
    port: 4190,
    title: 'Linkerd’s tap and control port',
    sources: ['linkerd/linkerd2-proxy-init:pkg/iptables/iptables.go'],
    family: 'Linkerd',
  },
  {
    port: 4191,
    title: 'Linkerd’s metrics and probes',
    sources: ['linkerd/linkerd2-proxy-init:pkg/iptables/iptables.go'],
    family: 'Linkerd',
  },
  {
    port: 6081,
    title: 'Geneve tunnel',
    inPrograms: [
      {
        program: 'Istio',
        detail: 'Ambient mode 1.18 to 1.20 ran its traffic between node and ztunnel over it.',
        source: 'istio/istio:cni/pkg/ambient/net_linux.go',
      },
    ],
    sources: ['RFC 8926'],
  },
  {
    port: 53,
    title: 'DNS',
    inPrograms: [
      {
        program: 'Istio',
        detail: 'With DNS capture Istio sends it to 15053.',
        source: 'istio/istio:tools/istio-iptables/pkg/capture/run.go',
      },
    ],
    sources: ['RFC 1035'],
  },
  {
    port: 22,
    title: 'SSH',
    inPrograms: [
      {
        program: 'Istio',
        detail: 'Istio 0.5 to 1.12 left it out of inbound capture without being asked.',
        source: 'istio/istio:tools/istio-iptables/pkg/capture/run.go',
      },
    ],
    sources: ['RFC 4251'],
  },
];
