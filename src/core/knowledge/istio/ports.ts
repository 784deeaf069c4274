import type { PortMeaning } from '../pack';

const istioPage = 'istio.io, Application Requirements';
const agent = 'istio/istio:pilot/cmd/pilot-agent/status/server.go';
const ztunnel = 'istio/ztunnel:ARCHITECTURE.md';

export const istioPorts: readonly PortMeaning[] = [
  {
    port: 15000,
    title: 'Envoy’s admin interface; ztunnel’s as well',
    details: ['Listens on localhost only.'],
    sources: [istioPage],
  },
  {
    port: 15001,
    title: 'Envoy’s outbound listener; ztunnel’s outbound port',
    details: ['Captured outbound TCP arrives here after REDIRECT. The original destination is read from the socket.'],
    sources: [istioPage, ztunnel],
  },
  {
    port: 15002,
    title: 'target that istio-validation dials on 127.0.0.6',
    details: [
      'Nothing listens on it. A rule set that works redirects the connection to 15006; “connection refused” ' +
        'means that the rules are missing.',
    ],
    sources: ['istio/istio:tools/istio-iptables/pkg/validation/validator.go'],
  },
  { port: 15004, title: 'debug interface of the agent', details: ['Listens on localhost only.'], sources: [istioPage] },
  {
    port: 15006,
    title: 'Envoy’s inbound listener; ztunnel’s port for plaintext',
    details: ['Since 1.3; before that inbound traffic used 15001 too.'],
    sources: [istioPage, ztunnel],
  },
  {
    port: 15008,
    title: 'HBONE, the mTLS tunnel of the mesh',
    details: [
      'Served by Envoy or ztunnel directly. Excluded from capture, except in TPROXY mode, where the exclusion ' +
        'is in a chain that nothing calls.',
    ],
    sources: [istioPage, ztunnel],
  },
  { port: 15009, title: 'HBONE without TLS (H2C)', sources: [istioPage] },
  { port: 15010, title: 'istiod: xDS and CA, plaintext', sources: [istioPage] },
  { port: 15011, title: 'Pilot before istiod: xDS over mTLS', sources: [istioPage] },
  { port: 15012, title: 'istiod: xDS and CA, TLS', sources: [istioPage] },
  { port: 15013, title: 'the agent’s DNS proxy, old port', sources: [istioPage] },
  { port: 15014, title: 'istiod: monitoring', sources: [istioPage] },
  { port: 15017, title: 'istiod: webhook, port 443 of its Service', sources: [istioPage] },
  {
    port: 15020,
    title: 'the agent: metrics, status, application probes; ztunnel’s metrics',
    details: ['Excluded from inbound capture. The CNI plugin excludes it from outbound capture too.'],
    sources: [agent],
  },
  {
    port: 15021,
    title: 'health check of the proxy, Envoy or ztunnel',
    details: ['Excluded from inbound capture.'],
    sources: [istioPage],
  },
  {
    port: 15053,
    title: 'DNS proxy of the agent or of ztunnel',
    details: ['Captured queries for port 53 arrive here.'],
    sources: [istioPage, ztunnel],
  },
  { port: 15080, title: 'ztunnel: SOCKS5', sources: [ztunnel] },
  { port: 15088, title: 'waypoint, old port', sources: [istioPage] },
  {
    port: 15090,
    title: 'Envoy’s Prometheus metrics',
    details: ['Excluded from inbound capture.'],
    sources: [istioPage],
  },
  { port: 15443, title: 'east-west gateway, routed by SNI', sources: [istioPage] },
];
