import type { MarkMeaning } from '../pack';

const istioRun = 'istio/istio:tools/istio-iptables/pkg/capture/run.go';
const istioAmbient = 'istio/istio:cni/pkg/iptables/iptables.go';
const istioNode = 'istio/istio:cni/pkg/ambient/net_linux.go';

/** Marks of packets and connections; sidecar, ambient pods and nodes of 1.18 to 1.20 each have their own. */
export const istioMarks: readonly MarkMeaning[] = [
  {
    value: 0x539,
    mode: 'sidecar',
    title: '1337, TPROXY: deliver locally, to Envoy',
    details: [
      '`ip rule fwmark 1337 lookup 133`. Envoy also puts it on its connections to the application. Not the ' +
        'user 1337, which is a different number that looks the same: in TPROXY mode Envoy runs as user 0.',
    ],
    sources: [istioRun],
  },
  {
    value: 0x539,
    mask: 0xfff,
    mode: 'ambient',
    title: '1337, sent by ztunnel (SO_MARK)',
    details: ['Only the lower 12 bits count: 0x1539 passes as ztunnel’s too.'],
    sources: [istioAmbient],
  },
  {
    value: 0x53a,
    mode: 'sidecar',
    title: '1338, Envoy calling its own pod over lo (TPROXY mode)',
    details: [
      'Set in mangle OUTPUT by the proxy’s user or group; mangle ISTIO_INBOUND sends what carries it to ' +
        'ISTIO_TPROXY. Since 1.11.',
    ],
    sources: [istioRun],
  },
  {
    value: 0x111,
    mask: 0xfff,
    mode: 'ambient',
    title: 'a connection of ztunnel; its replies return over lo',
    details: ['`ip rule fwmark 0x111/0xfff lookup 100`. An application that sets it has its packets looped to lo.'],
    sources: [istioAmbient],
  },
  {
    value: 0x100,
    mask: 0x100,
    mode: 'node',
    title: 'outbound, to be routed to ztunnel (1.18 to 1.20)',
    sources: [istioNode],
  },
  { value: 0x200, mask: 0x200, mode: 'node', title: 'skip this packet (1.18 to 1.20)', sources: [istioNode] },
  { value: 0x220, mask: 0x220, mode: 'node', title: 'skip the whole connection (1.18 to 1.20)', sources: [istioNode] },
  {
    value: 0x210,
    mask: 0x210,
    mode: 'node',
    title: 'opened by ztunnel with a borrowed address (1.18 to 1.20)',
    sources: [istioNode],
  },
  { value: 5678, mode: 'node', title: '5678, eBPF redirection at the node (1.18 to 1.20)', sources: [istioNode] },
  { value: 8765, mode: 'node', title: '8765, eBPF redirection at the node (1.18 to 1.20)', sources: [istioNode] },
  {
    value: 0x40,
    mask: 0x40,
    mode: 'node',
    title: 'a reply on its way back to ztunnel (1.18 to 1.20)',
    sources: [istioNode],
  },
  { value: 0x400, mask: 0xfff, mode: 'node', title: 'inside ztunnel: TPROXY (1.18 to 1.20)', sources: [istioNode] },
  {
    value: 0x4d3,
    mask: 0xfff,
    mode: 'node',
    title: 'inside ztunnel: reply to a borrowed address (1.18 to 1.20)',
    sources: [istioNode],
  },
];
