import type { ProgramPack } from '../pack';
import { ipvsChains, kubeletChains, kubeProxyChains, markDropChain } from './chains';
import { kubeProxyRules } from './always';
import { interfacesOfKubeProxy } from './interfaces';
import { kubeProxyRule } from './rules';
import { servicePeer } from './peer';
import { podOfCommand } from './podOfCommand';
import { kubeProxyNftChains } from './nftables/chains';
import { nftServiceNames } from './nftables/maps';
import { nftServicePeer } from './nftables/peer';
import { nftServiceScenarios } from './nftables/scenarios';
import { fromPod, podInterface } from './podAddress';
import { serviceNames } from './serviceNames';
import { kubeletSource, proxier } from './sources';

export const kubeProxy: ProgramPack = {
  id: 'kubeProxy',
  name: 'kube-proxy',
  nftTables: /^ip6? kube-proxy$/,
  prefixes: ['KUBE-'],
  processes: ['kube-proxy', 'kubelet'],
  families: [kubeProxyChains, kubeletChains, ipvsChains, kubeProxyNftChains],
  chains: { knowledge: markDropChain },
  chainTables: [
    [
      /^KUBE-(?:SVC|SEP|SVL|EXT|XLB|FW)-|^KUBE-(?:POSTROUTING|MARK-MASQ|MARK-DROP|LOAD-BALANCER|LB-MASQ|CLUSTER-IP)$/,
      ['nat'],
    ],
    [/^KUBE-(?:FORWARD|FIREWALL|EXTERNAL-SERVICES|PROXY-FIREWALL|SOURCE-RANGES-FIREWALL)/, ['filter']],
    [/^KUBE-(?:SERVICES|NODEPORTS)$/, ['nat', 'filter']],
  ],
  rule: kubeProxyRule,
  addressNames: (ruleSet) => [...serviceNames(ruleSet), ...nftServiceNames(ruleSet)],
  peer: (ruleSet, rule) => servicePeer(ruleSet, rule) ?? nftServicePeer(rule),
  besides: nftServiceScenarios,
  enters: { kubectl: 'pod' },
  ownerOfOutput: podOfCommand,
  entries: [
    {
      id: 'service',
      label: 'Pod → Service',
      detail: 'through a cluster IP',
      way: 'Service',
      table: 'nat',
      chain: 'KUBE-SERVICES',
      leadsTo: (target) => target.startsWith('KUBE-SVC-'),
      wish: fromPod,
      inner: podInterface,
    },
    {
      id: 'node-port',
      label: 'Client → NodePort',
      detail: 'from outside the cluster',
      way: 'NodePort',
      table: 'nat',
      chain: 'KUBE-NODEPORTS',
      leadsTo: (target) => target.startsWith('KUBE-EXT-') || target.startsWith('KUBE-SVC-'),
    },
  ],
  always: kubeProxyRules,
  ipvsInterface: 'kube-ipvs0',
  interfaces: interfacesOfKubeProxy,
  marks: [
    {
      value: 0x4000,
      mask: 0x4000,
      title: 'masquerade in POSTROUTING',
      details: ['Bit 14; `--iptables-masquerade-bit` chooses another.'],
      sources: [proxier],
    },
    { value: 0x8000, mask: 0x8000, title: 'drop in KUBE-FIREWALL', sources: [kubeletSource] },
  ],
};
