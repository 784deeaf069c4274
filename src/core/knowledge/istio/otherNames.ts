import { text, type Fact } from '../facts';
import { attributed, type Programs } from '../attribution';

/** Sets and interfaces that Istio makes, by name; undefined for other names. `programs`: those of the file. */
export function istioNameKnowledge(name: string, programs?: Programs): Fact | undefined {
  const known = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  if (known === undefined) return undefined;
  const here = programs === undefined || programs.has('Istio');
  return {
    title: `${name}: ${attributed(known.title, 'Istio', programs)}`,
    details: here ? known.details.map(text) : [],
    sources: [known.source],
    ...(here ? {} : { elsewhere: true as const }),
  };
}

export function knownIstioNames(): readonly string[] {
  return Object.keys(NAMES);
}

const agent = 'istio/istio:cni/pkg/iptables/iptables.go';
const node = 'istio/istio:cni/pkg/ambient/net_linux.go';

const probes = [
  'Filled by istio-cni with the addresses of the node’s pods in ambient mode; ISTIO_POSTRT matches on it. ' +
    '`ipset list` shows it.',
];
const tunnel = 'One of the two Geneve tunnels (UDP port 6081) between the node and ztunnel, 1.18 to 1.20.';

const NAMES: Readonly<
  Record<string, { readonly title: string; readonly details: readonly string[]; readonly source: string }>
> = {
  'istio-inpod-probes': {
    title: 'set of the pods that get probes from 169.254.7.127',
    details: [...probes, '1.21 and 1.22; then a set for each IP version.'],
    source: agent,
  },
  'istio-inpod-probes-v4': {
    title: 'set of the pods that get probes from 169.254.7.127',
    details: [...probes, 'Since 1.23.'],
    source: agent,
  },
  'istio-inpod-probes-v6': {
    title: 'set of the pods that get probes from fd16:9254:7127:1337:ffff:ffff:ffff:ffff',
    details: [...probes, 'Since 1.23.'],
    source: agent,
  },
  'ztunnel-pods-ips': {
    title: 'set of the node’s pods in ambient mode',
    details: ['What they send is marked 0x100 and goes to ztunnel. 1.18 to 1.20.'],
    source: node,
  },
  istioin: {
    title: 'the node’s end of the tunnel that comes from ztunnel',
    details: [tunnel, 'Addresses 192.168.126.x.'],
    source: node,
  },
  istioout: {
    title: 'the node’s end of the tunnel that goes to ztunnel',
    details: [tunnel, 'Addresses 192.168.127.x.'],
    source: node,
  },
  pistioin: { title: 'ztunnel’s end of the inbound tunnel', details: [tunnel], source: node },
  pistioout: { title: 'ztunnel’s end of the outbound tunnel', details: [tunnel], source: node },
};
