import { capital } from '../../text/capital';
import { fit, text, type Fact } from '../facts';
import { spanText, type ReleaseSpan } from '../releases';
import { waysOf } from './ways';

/** What a pod annotation does to the rules; a full name or the part after the slash. Undefined for other words. */
export function annotationKnowledge(name: string): Fact | undefined {
  const known = annotations.find((each) => each.name === name || each.name.slice(each.name.indexOf('/') + 1) === name);
  if (known === undefined) return undefined;
  const ways = waysOf(known.name);
  return {
    title: fit(`${name.includes('/') ? name.slice(name.indexOf('/') + 1) : name}: ${known.title}`),
    details: [
      ...known.details.map(text),
      ...(ways ?? []),
      ...(known.span === undefined ? [] : [text(`${capital(spanText(known.span))}.`)]),
    ],
    sources: ['istio/api:annotation/annotations.yaml', known.source],
  };
}

export function knownAnnotations(): readonly string[] {
  return annotations.map((each) => each.name);
}

interface Annotation {
  readonly name: string;
  readonly title: string;
  readonly details: readonly string[];
  readonly source: string;
  readonly span?: ReleaseSpan;
}

const template = 'istio/istio:manifests/charts/istio-control/istio-discovery/files/injection-template.yaml';
const run = 'istio/istio:tools/istio-iptables/pkg/capture/run.go';
const ambient = 'istio/istio:cni/pkg/iptables/iptables.go';
const nodeAgent = 'istio/istio:cni/pkg/nodeagent/net.go';

const annotations: readonly Annotation[] = [
  {
    name: 'sidecar.istio.io/interceptionMode',
    title: 'REDIRECT, TPROXY or NONE',
    source: template,
    span: { since: '0.8' },
    details: [
      'TPROXY keeps the client’s address of inbound traffic; outbound traffic is REDIRECTed in both modes. ' +
        'Envoy then runs as user 0 and group 1337, because a transparent socket needs it; the rules keep user ' +
        'and group 1337. NONE: no istio-init, no rules.',
    ],
  },
  {
    name: 'sidecar.istio.io/capNetBindService',
    title: 'Envoy may bind ports below 1024',
    details: [
      'Envoy runs as user 0 and group 1337. In REDIRECT mode its calls to its own pod then bypass Envoy: over ' +
        'lo the rules look for user 1337 first.',
    ],
    source: template,
  },
  {
    name: 'traffic.sidecar.istio.io/includeInboundPorts',
    title: 'inbound ports to capture',
    details: [
      '`*` is all but the excluded ones. A list captures these only, and excluded ports are then ignored. ' +
        'Empty: none; nothing jumps to ISTIO_INBOUND.',
    ],
    source: run,
    span: { since: '0.5' },
  },
  {
    name: 'traffic.sidecar.istio.io/excludeInboundPorts',
    title: 'inbound ports not to capture',
    source: run,
    span: { since: '0.5' },
    details: [
      'A RETURN in ISTIO_INBOUND for each. No effect together with a list in includeInboundPorts. Clients that ' +
        'use mTLS for such a port fail, unless they are configured not to.',
    ],
  },
  {
    name: 'traffic.sidecar.istio.io/includeOutboundIPRanges',
    title: 'outbound ranges to capture',
    details: [
      '`*`, ranges, or empty for none. A loopback address in the list omits the rules that spare lo (1.7 ' +
        'and newer).',
    ],
    source: run,
  },
  {
    name: 'traffic.sidecar.istio.io/excludeOutboundIPRanges',
    title: 'outbound ranges not to capture',
    details: ['They come before the included ones and take precedence.'],
    source: run,
    span: { since: '0.5' },
  },
  {
    name: 'traffic.sidecar.istio.io/includeOutboundPorts',
    title: 'outbound ports captured whatever the address',
    details: ['Changes nothing where includeOutboundIPRanges is `*`, the default. For IPv6 since 1.10.2.'],
    source: run,
    span: { since: '1.7' },
  },
  {
    name: 'traffic.sidecar.istio.io/excludeOutboundPorts',
    title: 'outbound ports not to capture',
    details: [
      'The first rules of ISTIO_OUTPUT, so they take precedence. For UDP too since 1.25. Setting it removes ' +
        'the 15020 that the CNI plugin excludes by itself.',
    ],
    source: run,
    span: { since: '1.2' },
  },
  {
    name: 'traffic.sidecar.istio.io/excludeInterfaces',
    title: 'interfaces not to capture',
    details: [
      'For a second network of the pod (Multus). A RETURN in PREROUTING and one in OUTPUT, in TPROXY mode in ' +
        'mangle as well.',
    ],
    source: run,
    span: { since: '1.11.3' },
  },
  {
    name: 'istio.io/reroute-virtual-interfaces',
    title: 'interfaces whose arriving traffic is outbound',
    details: [
      'For virtual machines and nested containers. For sidecars and in ambient mode; wins over kubevirtInterfaces.',
    ],
    source: run,
    span: { since: '1.25' },
  },
  {
    name: 'traffic.sidecar.istio.io/kubevirtInterfaces',
    title: 'interfaces whose arriving traffic is outbound',
    details: ['For sidecars only. Deprecated since 1.25 for istio.io/reroute-virtual-interfaces, which wins.'],
    source: run,
    span: { since: '1.1' },
  },
  {
    name: 'proxy.istio.io/config',
    title: 'proxy configuration of the pod',
    details: [
      'proxyMetadata with ISTIO_META_DNS_CAPTURE turns DNS capture on. interceptionMode in it counts where ' +
        'sidecar.istio.io/interceptionMode is not set.',
    ],
    source: template,
  },
  {
    name: 'status.sidecar.istio.io/port',
    title: 'port of the agent’s status, 15020 unless set',
    details: ['Excluded from inbound capture. 0 turns the status port off.'],
    source: template,
  },
  {
    name: 'istio.io/dataplane-mode',
    title: '`ambient` puts the pod or its namespace into ambient mode',
    details: ['A label, not an annotation; `none` keeps a pod out. istio-cni then writes the rules inside the pod.'],
    source: nodeAgent,
  },
  {
    name: 'ambient.istio.io/redirection',
    title: '`enabled`: istio-cni has set up redirection in this pod',
    details: ['Set by istio-cni once the rules are written; nobody else should set it.'],
    source: nodeAgent,
  },
  {
    name: 'ambient.istio.io/bypass-inbound-capture',
    title: 'no inbound capture in ambient mode',
    source: ambient,
    span: { since: '1.24' },
    details: [
      'For ingress gateways. The rules of nat ISTIO_PRERT for probes and plaintext are omitted; outbound is ' +
        'captured as usual. Up to 1.28 the mark rule of mangle ISTIO_PRERT is omitted as well; since 1.29 it stays.',
    ],
  },
  {
    name: 'ambient.istio.io/dns-capture',
    title: 'DNS capture in ambient mode, of one pod',
    source: nodeAgent,
    span: { since: '1.25' },
    details: [
      '`true` or `false`. Not set: AMBIENT_DNS_CAPTURE of istio-cni holds, which the Helm value ' +
        'ambient.dnsCapture sets: true since 1.25, false before.',
    ],
  },
];
