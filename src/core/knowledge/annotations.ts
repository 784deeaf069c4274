import { fit, text, type Fact } from './facts';

/** What a pod annotation does to the rules; a full name or the part behind the slash. Undefined for other words. */
export function annotationKnowledge(name: string): Fact | undefined {
  const known = annotations.find((each) => each.name === name || each.name.slice(each.name.indexOf('/') + 1) === name);
  if (known === undefined) return undefined;
  return { title: fit(`${name.includes('/') ? name.slice(name.indexOf('/') + 1) : name}: ${known.title}`), details: known.details.map(text), sources: ['istio/api:annotation/annotations.yaml', known.source] };
}

export function knownAnnotations(): readonly string[] {
  return annotations.map((each) => each.name);
}

interface Annotation {
  readonly name: string;
  readonly title: string;
  readonly details: readonly string[];
  readonly source: string;
}

const template = 'istio/istio:manifests/charts/istio-control/istio-discovery/files/injection-template.yaml';
const run = 'istio/istio:tools/istio-iptables/pkg/capture/run.go';
const ambient = 'istio/istio:cni/pkg/iptables/iptables.go';

const annotations: readonly Annotation[] = [
  { name: 'sidecar.istio.io/interceptionMode', title: 'REDIRECT or TPROXY for inbound traffic', details: ['TPROXY keeps the client’s address. Outbound traffic is REDIRECTed in both modes. The proxy then always runs as 1337.'], source: template },
  { name: 'traffic.sidecar.istio.io/includeInboundPorts', title: 'inbound ports to capture', details: ['`*` is all but the excluded ones. A list captures these only, and excluded ports are then ignored. Empty: none; nothing jumps to ISTIO_INBOUND.'], source: run },
  { name: 'traffic.sidecar.istio.io/excludeInboundPorts', title: 'inbound ports not to capture', details: ['A RETURN in ISTIO_INBOUND for each. No effect together with a list in includeInboundPorts. Clients that use mTLS for such a port fail, unless told otherwise.'], source: run },
  { name: 'traffic.sidecar.istio.io/includeOutboundIPRanges', title: 'outbound ranges to capture', details: ['`*`, ranges, or empty for none. A loopback address in the list leaves out the rules that spare lo.'], source: run },
  { name: 'traffic.sidecar.istio.io/excludeOutboundIPRanges', title: 'outbound ranges not to capture', details: ['They stand before the included ones and win.'], source: run },
  { name: 'traffic.sidecar.istio.io/includeOutboundPorts', title: 'outbound ports captured whatever the address', details: ['Changes nothing where includeOutboundIPRanges is `*`, the default. Since 1.7.'], source: run },
  { name: 'traffic.sidecar.istio.io/excludeOutboundPorts', title: 'outbound ports not to capture', details: ['The first rules of ISTIO_OUTPUT, so that they win. Since 1.25 for UDP too.'], source: run },
  { name: 'traffic.sidecar.istio.io/excludeInterfaces', title: 'interfaces not to capture', details: ['For a second network of the pod (Multus). A RETURN in PREROUTING and one in OUTPUT. Since 1.12.'], source: run },
  { name: 'istio.io/reroute-virtual-interfaces', title: 'interfaces whose arriving traffic is outbound', details: ['For virtual machines and nested containers. Also in ambient mode.'], source: run },
  { name: 'traffic.sidecar.istio.io/kubevirtInterfaces', title: 'interfaces whose arriving traffic is outbound', details: ['Deprecated for istio.io/reroute-virtual-interfaces.'], source: run },
  { name: 'proxy.istio.io/config', title: 'proxy configuration of the pod', details: ['proxyMetadata with ISTIO_META_DNS_CAPTURE turns DNS capture on.'], source: template },
  { name: 'status.sidecar.istio.io/port', title: 'port of the agent’s status, 15020 unless set', details: ['Is left out of inbound capture.'], source: template },
  { name: 'ambient.istio.io/bypass-inbound-capture', title: 'no inbound capture in ambient mode', details: ['The inbound rules of ISTIO_PRERT are left out; outbound is captured as usual. For ingress gateways.'], source: ambient },
  { name: 'ambient.istio.io/dns-capture', title: 'DNS capture in ambient mode', details: ['On unless `false`.'], source: ambient },
];
