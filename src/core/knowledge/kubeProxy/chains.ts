import { flag, type ChainKnowledge } from '../facts';
import { chainOfFamily, type ChainFamily } from '../family';
import { chainIn, type RuleSetView } from '../view';
import { isMark, shapeOf, valueOf } from '../shape';
import { kubeletSource, proxier } from './sources';

const hash =
  '16 characters of a hash over namespace, name, port and protocol, because a chain name holds 28 characters at most.';

export const kubeProxyChains: ChainFamily = {
  family: 'kube-proxy',
  sources: [proxier, 'kubernetes/kubernetes:pkg/proxy/iptables/cleanup.go'],
  verified: true,
  chains: [
    {
      name: 'KUBE-SERVICES',
      table: 'nat',
      title: 'Finds the Service of a connection by its address and port',
      details: [
        'One rule for each cluster IP, external IP and load-balancer IP; node ports come last, in ' +
          'KUBE-NODEPORTS. Called from PREROUTING and OUTPUT.',
        'Searched from the top: with thousands of Services the first packet of a connection passes thousands of rules.',
      ],
    },
    {
      name: 'KUBE-SERVICES',
      table: 'filter',
      title: 'Rejects connections to cluster IPs that have no endpoints',
      details: ['Only new connections come here.'],
    },
    {
      name: 'KUBE-EXTERNAL-SERVICES',
      title: 'Rejects or drops connections to external addresses and node ports without endpoints',
    },
    {
      name: 'KUBE-NODEPORTS',
      table: 'nat',
      title: 'Finds the Service of a node port',
      details: ['Reached from the last rule of KUBE-SERVICES, for packets to an address of the node.'],
      changedBy: [flag('--nodeport-addresses', 'the addresses node ports are served on')],
    },
    {
      name: 'KUBE-NODEPORTS',
      table: 'filter',
      title: 'Accepts health checks of Services with externalTrafficPolicy: Local',
    },
    {
      name: 'KUBE-POSTROUTING',
      title: 'Masquerades what KUBE-MARK-MASQ has marked',
      details: [
        'Returns at once for packets without mark 0x4000; clears the mark, so that an encapsulated packet is ' +
          'not masqueraded twice; then MASQUERADE.',
      ],
      changedBy: [
        flag('--masquerade-all', 'marks everything sent to a cluster IP'),
        flag('--iptables-masquerade-bit', 'another bit than 14'),
      ],
    },
    {
      name: 'KUBE-MARK-MASQ',
      title: 'Marks the packet 0x4000: its source will be rewritten in POSTROUTING',
      details: ['Sets one bit and leaves the others.'],
    },
    {
      name: 'KUBE-MARK-DROP',
      title: 'Marks the packet 0x8000: KUBE-FIREWALL drops it',
      details: ['nat is not the place to drop packets, so the packet is marked here and dropped in filter.'],
      versions: 'older versions; KUBE-PROXY-FIREWALL replaces it',
    },
    {
      name: 'KUBE-FORWARD',
      title: 'Lets Service traffic through the FORWARD hook',
      details: [
        'Drops INVALID packets, accepts what is marked 0x4000 and what belongs to a known connection, also ' +
          'where the policy is DROP.',
      ],
    },
    {
      name: 'KUBE-PROXY-FIREWALL',
      title: 'Enforces loadBalancerSourceRanges',
      details: ['Sends load-balancer addresses to their KUBE-FW chain.'],
    },
    { name: 'KUBE-PROXY-CANARY', title: 'Empty on purpose: its absence shows kube-proxy that the table was flushed' },
    {
      name: /^KUBE-SVC-[0-9A-Z]{16}$/,
      shown: 'KUBE-SVC-…',
      title: 'One Service port: picks one of its endpoints',
      details: [
        '`statistic --mode random` with 1/n, 1/(n-1) … and a last rule without: every endpoint is equally ' +
          'likely. Session affinity puts rules with `recent` first.',
        hash,
      ],
    },
    {
      name: /^KUBE-SVL-[0-9A-Z]{16}$/,
      shown: 'KUBE-SVL-…',
      title: 'One Service port, endpoints of this node only',
      details: ['For externalTrafficPolicy or internalTrafficPolicy: Local.', hash],
    },
    {
      name: /^KUBE-SEP-[0-9A-Z]{16}$/,
      shown: 'KUBE-SEP-…',
      title: 'One endpoint: DNAT to the pod',
      details: [
        'A pod that reaches itself through the Service is marked for masquerading first, or the reply would ' +
          'never come back through the node.',
        hash,
      ],
    },
    {
      name: /^KUBE-EXT-[0-9A-Z]{16}$/,
      shown: 'KUBE-EXT-…',
      title: 'One Service port, traffic from outside the cluster',
      details: [
        'With externalTrafficPolicy: Cluster everything is marked for masquerading; with Local, traffic of ' +
          'this node’s own pods takes the short path and the rest keeps its client address.',
        hash,
      ],
    },
    {
      name: /^KUBE-FW-[0-9A-Z]{16}$/,
      shown: 'KUBE-FW-…',
      title: 'One load balancer: lets only its source ranges through',
      details: [hash],
    },
    {
      name: /^KUBE-XLB-[0-9A-Z]{16}$/,
      shown: 'KUBE-XLB-…',
      title: 'The old name of KUBE-EXT with local policy',
      versions: 'cleaned up until 1.26',
      details: [hash],
    },
    {
      name: /^KUBE-PORTALS-(CONTAINER|HOST)$/,
      shown: 'KUBE-PORTALS-…',
      title: 'Userspace proxy: sends Service addresses to a port of kube-proxy',
      versions: 'historic',
    },
    {
      name: /^KUBE-NODEPORT-(CONTAINER|HOST|NON-LOCAL)$/,
      shown: 'KUBE-NODEPORT-…',
      title: 'Userspace proxy: sends node ports to a port of kube-proxy',
      versions: 'historic',
    },
  ],
};

export const kubeletChains: ChainFamily = {
  family: 'kubelet',
  sources: [kubeletSource],
  verified: true,
  chains: [
    {
      name: 'KUBE-FIREWALL',
      title: 'Drops packets to 127.0.0.0/8 that come from elsewhere, and packets marked 0x8000',
      details: [
        'kube-proxy sets route_localnet, which would open localhost to the neighbours; this chain closes it again.',
      ],
    },
    {
      name: 'KUBE-KUBELET-CANARY',
      title: 'Empty on purpose: its absence shows the kubelet that the table was flushed',
    },
    {
      name: 'KUBE-IPTABLES-HINT',
      title: 'Empty on purpose: shows other programs which back end the kubelet uses, legacy or nft',
    },
  ],
};

export const ipvsChains: ChainFamily = {
  family: 'kube-proxy (ipvs)',
  sources: ['kubernetes/kubernetes:pkg/proxy/ipvs/proxier.go'],
  verified: true,
  common: [
    'In ipvs mode IPVS picks the endpoint; the rules match ipsets (KUBE-CLUSTER-IP, KUBE-LOAD-BALANCER, ' +
      'KUBE-NODE-PORT-TCP …). Without `ipset save` what they match is not known.',
  ],
  chains: [
    { name: 'KUBE-NODE-PORT', title: 'Lets node ports in, health checks included' },
    { name: 'KUBE-LOAD-BALANCER', title: 'Marks load-balancer traffic for masquerading' },
    { name: 'KUBE-IPVS-FILTER', title: 'Protects ports of the node that share an address with a Service' },
    { name: 'KUBE-IPVS-OUT-FILTER', title: 'The same for packets the node sends' },
    { name: 'KUBE-SOURCE-RANGES-FIREWALL', title: 'Enforces loadBalancerSourceRanges' },
  ],
};

/** KUBE-MARK-DROP does something only where KUBE-FIREWALL still looks for the mark. */
export function markDropChain(
  ruleSet: RuleSetView | undefined,
  table: string | undefined,
  name: string,
): ChainKnowledge | undefined {
  if (name !== 'KUBE-MARK-DROP') return undefined;
  const known = chainOfFamily(kubeProxyChains, ruleSet, table, name);
  if (known === undefined || ruleSet === undefined) return known;
  const firewall = chainIn(ruleSet, 'filter', 'KUBE-FIREWALL');
  const drops = firewall?.rules.some((rule) => isMark(valueOf(shapeOf(rule), 'mark'), 0x8000, 0x8000)) === true;
  return drops
    ? known
    : {
        ...known,
        kernelNote: 'No rule of filter KUBE-FIREWALL drops the mark in this rule set, so setting it has no effect.',
      };
}
