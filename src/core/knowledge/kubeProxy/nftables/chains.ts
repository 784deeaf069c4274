import { flag } from '../../facts';
import type { ChainFamily } from '../../family';
import { nftProxier } from '../sources';
import { KUBE_PROXY_TABLES, namedChain } from './names';

/** The chains of the table `kube-proxy`, which is written with `--proxy-mode=nftables`. */
export const kubeProxyNftChains: ChainFamily = {
  family: 'kube-proxy with nftables',
  sources: [nftProxier, 'kubernetes/kubernetes:pkg/proxy/nftables/README.md'],
  verified: true,
  tables: KUBE_PROXY_TABLES,
  chains: [
    {
      name: /^nat-(?:prerouting|output)$/,
      shown: 'nat-prerouting',
      title: 'Looks up connections among the Services, before they are routed',
      details: ['nat-prerouting sees what arrives, also from pods; nat-output what processes of the node itself send.'],
    },
    { name: 'nat-postrouting', title: 'Masquerades what was marked, on its way out' },
    {
      name: /^filter-(?:prerouting|output)(?:-pre-dnat)?$/,
      shown: 'filter-prerouting-pre-dnat',
      title: 'Enforces loadBalancerSourceRanges before the destination is translated',
      details: ['Its priority is below that of the nat chains, so that it sees the address of the Service.'],
    },
    {
      name: /^filter-(?:input|forward|output-post-dnat)$/,
      shown: 'filter-forward',
      title: 'Refuses Services without endpoints, and ports that a cluster IP does not have',
      details: ['The kernel before 5.9 allows no reject in prerouting, so it is done here.'],
    },
    {
      name: 'services',
      title: 'Finds the Service of a connection by its address, protocol and port',
      details: [
        'One lookup in the map service-ips, then one in service-nodeports for addresses of the node: the number of ' +
          'Services makes no difference.',
      ],
      changedBy: [flag('--nodeport-addresses', 'the addresses node ports are served on')],
    },
    {
      name: /^(?:(?:service-|nodeport-)?endpoints-check)$/,
      shown: 'service-endpoints-check',
      title: 'Refuses or drops new connections to Services without endpoints',
      details: ['The maps no-endpoint-services and no-endpoint-nodeports hold them.'],
    },
    {
      name: 'cluster-ips-check',
      title: 'Rejects what still goes to a cluster IP: the Service has no such port',
      details: ['What goes to a port of a Service has the address of an endpoint by now.'],
    },
    {
      name: 'firewall-check',
      title: 'Finds load balancers that only some sources may use',
      details: ['The map firewall-ips leads to one chain firewall-… for each.'],
    },
    { name: 'reject-chain', title: 'Rejects: maps of verdicts can jump, but not reject' },
    {
      name: 'mark-for-masquerade',
      title: 'Marks the packet 0x4000: its source will be rewritten in postrouting',
      details: ['Sets one bit and leaves the others.'],
      changedBy: [flag('--iptables-masquerade-bit', 'another bit than 14')],
    },
    {
      name: 'masquerading',
      title: 'Masquerades what mark-for-masquerade has marked',
      details: [
        'Returns at once for packets without the mark; clears it, so that an encapsulated packet is not masqueraded ' +
          'twice; then masquerade, with a source port at random.',
      ],
      changedBy: [flag('--masquerade-all', 'marks everything sent to a cluster IP')],
    },
    {
      name: /^service-[A-Z2-7]{8}-/,
      shown: 'service-…',
      title: (name) => `Picks an endpoint of ${serviceOf(name)}`,
      details: [
        'The number that numgen draws chooses the endpoint: each gets the same share of the connections.',
        'Connections to the cluster IP from outside the pod network are marked for masquerading first.',
      ],
    },
    {
      name: /^local-[A-Z2-7]{8}-/,
      shown: 'local-…',
      title: (name) => `Picks an endpoint of ${serviceOf(name)} on this node`,
      details: ['For externalTrafficPolicy or internalTrafficPolicy: Local.'],
    },
    {
      name: /^external-[A-Z2-7]{8}-/,
      shown: 'external-…',
      title: (name) => `Takes in traffic from outside for ${serviceOf(name)}`,
      details: [
        'Node ports, external IPs and load balancers. It is masqueraded, as the endpoint may be on another node and ' +
          'must reply through this one; with externalTrafficPolicy: Local it is not.',
      ],
    },
    {
      name: /^firewall-[A-Z2-7]{8}-/,
      shown: 'firewall-…',
      title: (name) => `Drops what may not use the load balancer of ${serviceOf(name)}`,
      details: ['loadBalancerSourceRanges of the Service lists who may.'],
    },
    {
      name: /^endpoint-[A-Z2-7]{8}-/,
      shown: 'endpoint-…',
      title: (name) => `Sends to ${namedChain(name)?.endpoint ?? 'an endpoint'} of ${serviceOf(name)}`,
      details: ['What the endpoint itself sends to its Service is marked for masquerading first.'],
    },
  ],
};

function serviceOf(name: string): string {
  const service = namedChain(name)?.service;
  return service === undefined ? 'a Service' : `Service ${service}`;
}
