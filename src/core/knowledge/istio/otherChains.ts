import { list, text } from '../facts';
import { sources } from './settings';
import type { IstioChain } from './chainEntry';

/** Ambient mode at the node. */
export function nodeEntries(table: 'nat' | 'mangle' | 'filter'): readonly IstioChain[] {
  const titles: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    nat: {
      'ztunnel-PREROUTING': 'Hides traffic that goes to ztunnel from kube-proxy; DNS capture',
      'ztunnel-POSTROUTING': 'Leaves the source of traffic that goes to ztunnel alone',
    },
    mangle: {
      'ztunnel-PREROUTING': 'Marks traffic of mesh pods so that it is routed to ztunnel',
      'ztunnel-POSTROUTING': 'Made for symmetry; holds no rules',
      'ztunnel-INPUT': 'Remembers marks of connections that end on the node',
      'ztunnel-OUTPUT': 'Marks what the node itself sends as not to be captured',
      'ztunnel-FORWARD': 'Remembers marks of forwarded connections',
    },
    filter: { 'ztunnel-FORWARD': 'Accepts traffic that goes to ztunnel before kube-proxy can reject it' },
  };
  return Object.entries(titles[table] ?? {}).map(([name, title]) => ({
    name,
    table,
    mode: 'node',
    family: 'Istio ambient node',
    title,
    details: [
      text(
        'Redirection at the node, the first form of ambient mode: pods in the set ztunnel-pods-ips, Geneve ' +
          'tunnels istioin and istioout (UDP 6081), routing tables 100 to 102.',
      ),
      list(
        '0x100 to ztunnel',
        '0x200 skip',
        '0x220 skip the whole connection',
        '0x210 opened by ztunnel',
        '0x040 back to ztunnel',
      ),
    ],
    changedBy: [],
    source: sources.node,
  }));
}

/** Native nftables mode. */
export function nftEntry(name: string): IstioChain {
  return {
    name,
    table: 'nftables',
    mode: 'sidecar',
    family: 'Istio with nftables',
    title:
      'The nftables counterpart of ' +
      `${name.toUpperCase().replaceAll('-', '_').replace('ISTIO_PREROUTING', 'ISTIO_PRERT')}`,
    details: [
      text(
        'Native nftables mode, tables istio-proxy-nat, -mangle, -raw and istio-ambient-nat, -mangle, -raw of ' +
          'family inet. iptables-save does not show them.',
      ),
    ],
    more: 'since 1.27, ambient since 1.28',
    changedBy: [{ kind: 'flag', name: '--native-nftables', effect: 'writes nftables rules instead of iptables rules' }],
    source: 'istio/istio:tools/istio-nftables/pkg/constants/constants.go',
  };
}
