import type { ChainFamily } from './family';
import { fit, flag, text, type RuleKnowledge } from './facts';
import { condition, shapeOf, valueOf, type RuleShape } from './shape';
import { chainIn, type RuleSetView, type RuleView } from './view';

const proxier = 'kubernetes/kubernetes:pkg/proxy/iptables/proxier.go';
const kubeletSource = 'kubernetes/kubernetes:pkg/kubelet/kubelet_network_linux.go';
const hash =
  '16 characters of a hash over namespace, name, port and protocol, because a chain name holds 28 characters at most.';

export const kubeProxy: ChainFamily = {
  family: 'kube-proxy',
  sources: [proxier, 'kubernetes/kubernetes:pkg/proxy/iptables/cleanup.go'],
  verified: true,
  chains: [
    {
      name: 'KUBE-SERVICES',
      table: 'nat',
      title: 'Finds the Service of a connection by its address and port',
      details: [
        'One rule for each cluster IP, external IP and load-balancer IP; node ports come last, in KUBE-NODEPORTS. Called from PREROUTING and OUTPUT.',
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
        'Returns at once for packets without mark 0x4000; clears the mark, so that it does not masquerade twice where the packet is encapsulated; then MASQUERADE.',
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
      details: ['nat is no place to drop, so the packet is marked here and dropped in filter.'],
      versions: 'older versions; KUBE-PROXY-FIREWALL replaces it',
    },
    {
      name: 'KUBE-FORWARD',
      title: 'Lets Service traffic through the FORWARD hook',
      details: [
        'Drops INVALID packets, accepts what is marked 0x4000 and what belongs to a known connection, also where the policy is DROP.',
      ],
    },
    {
      name: 'KUBE-PROXY-FIREWALL',
      title: 'Enforces loadBalancerSourceRanges',
      details: ['Sends load-balancer addresses to their KUBE-FW chain.'],
    },
    {
      name: 'KUBE-PROXY-CANARY',
      title: 'Empty on purpose: its absence tells kube-proxy that somebody flushed the table',
    },
    {
      name: /^KUBE-SVC-[0-9A-Z]{16}$/,
      shown: 'KUBE-SVC-…',
      title: 'One Service port: picks one of its endpoints',
      details: [
        '`statistic --mode random` with 1/n, 1/(n-1) … and a last rule without: every endpoint is equally likely. Session affinity puts rules with `recent` in front.',
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
        'A pod that reaches itself through the Service is marked for masquerading first, or the answer would never come back through the node.',
        hash,
      ],
    },
    {
      name: /^KUBE-EXT-[0-9A-Z]{16}$/,
      shown: 'KUBE-EXT-…',
      title: 'One Service port, traffic from outside the cluster',
      details: [
        'With externalTrafficPolicy: Cluster everything is marked for masquerading; with Local, traffic of this node’s own pods takes the short way and the rest keeps its client address.',
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

export const kubelet: ChainFamily = {
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
      title: 'Empty on purpose: its absence tells the kubelet that somebody flushed the table',
    },
    {
      name: 'KUBE-IPTABLES-HINT',
      title: 'Empty on purpose: shows other programs which back end the kubelet uses, legacy or nft',
    },
  ],
};

export const kubeProxyIpvs: ChainFamily = {
  family: 'kube-proxy (ipvs)',
  sources: ['kubernetes/kubernetes:pkg/proxy/ipvs/proxier.go'],
  verified: true,
  common: [
    'In ipvs mode IPVS picks the endpoint; the rules match ipsets (KUBE-CLUSTER-IP, KUBE-LOAD-BALANCER, KUBE-NODE-PORT-TCP …). Without `ipset save` what they match cannot be told.',
  ],
  chains: [
    { name: 'KUBE-NODE-PORT', title: 'Lets node ports in, health checks included' },
    { name: 'KUBE-LOAD-BALANCER', title: 'Marks load-balancer traffic for masquerading' },
    { name: 'KUBE-IPVS-FILTER', title: 'Protects ports of the node that share an address with a Service' },
    { name: 'KUBE-IPVS-OUT-FILTER', title: 'The same for packets the node sends' },
    { name: 'KUBE-SOURCE-RANGES-FIREWALL', title: 'Enforces loadBalancerSourceRanges' },
  ],
};

/** What a rule of kube-proxy or the kubelet is for; undefined where it is none of theirs. */
export function kubeProxyRule(ruleSet: RuleSetView, rule: RuleView): RuleKnowledge | undefined {
  const shape = shapeOf(rule);
  const inOwnChain =
    rule.chain.startsWith('KUBE-') &&
    !rule.chain.startsWith('KUBE-ROUTER') &&
    !rule.chain.startsWith('KUBE-POD-FW') &&
    !rule.chain.startsWith('KUBE-NWPLCY');
  if (!inOwnChain)
    return shape.target?.startsWith('KUBE-') === true && isBuiltin(rule.chain) ? hookRule(rule, shape) : undefined;
  return (
    postroutingRule(rule, shape) ??
    markRule(rule, shape) ??
    serviceChainRule(ruleSet, rule, shape) ??
    endpointRule(rule, shape) ??
    filterRule(rule, shape) ??
    dispatchRule(rule, shape)
  );
}

function isBuiltin(chain: string): boolean {
  return ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'].includes(chain);
}

function say(
  title: string,
  details: readonly string[] = [],
  kernelNote?: string,
  source: string = proxier,
): RuleKnowledge {
  return {
    title: fit(title),
    family: source === kubeletSource ? 'kubelet' : 'kube-proxy',
    details: details.map(text),
    changedBy: [],
    sources: [source],
    ...(kernelNote === undefined ? {} : { kernelNote }),
  };
}

/** The Service a comment names, `default/web:http` of `default/web:http cluster IP`. */
function serviceOf(shape: RuleShape): string {
  return shape.comment?.split(' ').find((word) => word.includes('/')) ?? 'a Service';
}

function hookRule(rule: RuleView, shape: RuleShape): RuleKnowledge | undefined {
  const onlyNew = valueOf(shape, 'ctstate') === 'NEW' ? ' Only new connections.' : '';
  switch (shape.target) {
    case 'KUBE-SERVICES':
      return rule.table === 'nat'
        ? say(
            rule.chain === 'OUTPUT'
              ? 'Connections of the node itself are looked up among the Services'
              : 'Arriving connections are looked up among the Services',
          )
        : say(`Service addresses without endpoints are rejected.${onlyNew}`);
    case 'KUBE-POSTROUTING':
      return say('What was marked 0x4000 is masqueraded on its way out');
    case 'KUBE-FORWARD':
      return say('Service traffic is let through FORWARD');
    case 'KUBE-NODEPORTS':
      return say('Health checks of Services are let in');
    case 'KUBE-EXTERNAL-SERVICES':
      return say(`External addresses without endpoints are rejected.${onlyNew}`);
    case 'KUBE-PROXY-FIREWALL':
      return say(`Source ranges of load balancers are enforced.${onlyNew}`);
    case 'KUBE-FIREWALL':
      return say('Packets to localhost from elsewhere are dropped', [], undefined, kubeletSource);
    default:
      return undefined;
  }
}

function postroutingRule(rule: RuleView, shape: RuleShape): RuleKnowledge | undefined {
  if (rule.chain !== 'KUBE-POSTROUTING') return undefined;
  if (shape.target === 'RETURN') return say('What is not marked 0x4000 keeps its source');
  if (shape.target === 'MARK')
    return say(
      'The mark is taken off again',
      ['An encapsulated copy of the packet would otherwise be masqueraded a second time.'],
      'Flips bit 0x4000 (xor), which is set here, and leaves the others.',
    );
  if (shape.target === 'MASQUERADE') {
    const random = shape.targetOptions.has('--random-fully')
      ? ' `--random-fully` picks the source port at random, which avoids collisions under load.'
      : '';
    return say(
      'The source becomes the address of the outgoing interface',
      [`So that the answer comes back through this node.${random}`],
      'Decided for the first packet of a connection; the rest follows.',
    );
  }
  return undefined;
}

function markRule(rule: RuleView, shape: RuleShape): RuleKnowledge | undefined {
  if (shape.target !== 'MARK') return undefined;
  if (rule.chain === 'KUBE-MARK-MASQ')
    return say('Sets bit 0x4000: to be masqueraded', [], 'Other bits of the mark stay as they are.');
  return rule.chain === 'KUBE-MARK-DROP'
    ? say(
        'Sets bit 0x8000: to be dropped in KUBE-FIREWALL',
        [],
        'Other bits of the mark stay as they are.',
        kubeletSource,
      )
    : undefined;
}

function serviceChainRule(ruleSet: RuleSetView, rule: RuleView, shape: RuleShape): RuleKnowledge | undefined {
  if (!/^KUBE-(SVC|SVL|EXT|XLB|FW)-/.test(rule.chain)) return undefined;
  const target = shape.target ?? '';
  if (target.startsWith('KUBE-SEP-')) {
    const endpoints = (chainIn(ruleSet, rule.table, rule.chain)?.rules ?? []).filter(
      (each) =>
        shapeOf(each).target?.startsWith('KUBE-SEP-') === true && condition(shapeOf(each), 'rcheck') === undefined,
    );
    const place = endpoints.findIndex((each) => each.number === rule.number) + 1;
    if (condition(shape, 'rcheck') !== undefined)
      return say('Session affinity: a known client keeps its endpoint', [
        `Seen within the last ${valueOf(shape, 'seconds') ?? ''} seconds.`,
      ]);
    const probability = valueOf(shape, 'probability');
    const share =
      endpoints.length > 1 ? `each is taken by 1/${endpoints.length} of the connections` : 'it takes every connection';
    return say(
      `Endpoint ${place} of ${endpoints.length}; ${share}`,
      [
        serviceOf(shape),
        probability === undefined
          ? 'The last one has no condition: it takes what is left.'
          : `${Number(probability).toFixed(3)} of what the rules before left over.`,
      ],
      'Drawn once for a connection; all its packets go to the same endpoint.',
    );
  }
  if (target === 'KUBE-MARK-MASQ') {
    if (rule.chain.startsWith('KUBE-EXT-'))
      return say('Outside traffic for the Service is masqueraded', [
        serviceOf(shape),
        'The endpoint may be on another node and must answer through this one. The client’s address is lost; externalTrafficPolicy: Local keeps it.',
      ]);
    return say('Traffic from outside the pod network is masqueraded', [serviceOf(shape)]);
  }
  if (/^KUBE-(SVC|SVL|EXT)-/.test(target))
    return say(target.startsWith('KUBE-SVL-') ? 'Endpoints of this node only' : 'On to the endpoints of the Service', [
      serviceOf(shape),
    ]);
  if (target === 'KUBE-MARK-DROP' || target === 'DROP')
    return say('What no source range let through is dropped', [serviceOf(shape)]);
  return undefined;
}

function endpointRule(rule: RuleView, shape: RuleShape): RuleKnowledge | undefined {
  if (!rule.chain.startsWith('KUBE-SEP-')) return undefined;
  if (shape.target === 'KUBE-MARK-MASQ')
    return say(`The pod ${valueOf(shape, 'src') ?? ''} reaching itself through the Service is masqueraded`, [
      'Otherwise it would see its own address as client and answer without the node.',
    ]);
  if (shape.target === 'DNAT')
    return say(`The destination becomes the pod ${shape.targetOptions.get('--to-destination') ?? ''}`, [
      serviceOf(shape),
    ]);
  return undefined;
}

function filterRule(rule: RuleView, shape: RuleShape): RuleKnowledge | undefined {
  const state = valueOf(shape, 'ctstate');
  switch (shape.target) {
    case 'REJECT':
      return say('The Service has no endpoints: the connection is refused', [
        serviceOf(shape),
        'Rejecting tells the client at once; without the rule it would wait.',
      ]);
    case 'DROP':
      if (state === 'INVALID')
        return say('Packets that conntrack calls INVALID are dropped', [
          'They would be forwarded without NAT, and the reset in answer kills the connection.',
        ]);
      if (condition(shape, 'mark') !== undefined)
        return say('What KUBE-MARK-DROP has marked is dropped', [], undefined, kubeletSource);
      return rule.chain === 'KUBE-FIREWALL'
        ? say(
            'Packets to 127.0.0.0/8 from elsewhere are dropped, unless they are answers or DNATed',
            [],
            undefined,
            kubeletSource,
          )
        : say('Dropped', [serviceOf(shape)]);
    case 'ACCEPT':
      if (condition(shape, 'mark') !== undefined) return say('What is marked for masquerading is let through');
      return state === undefined
        ? say(`Health check port ${valueOf(shape, 'dport') ?? ''} is let in`, [serviceOf(shape)])
        : say(
            'Packets of known connections are let through',
            [],
            state.includes('RELATED') ? 'RELATED lets in ICMP errors about these connections too.' : undefined,
          );
    default:
      return undefined;
  }
}

function dispatchRule(rule: RuleView, shape: RuleShape): RuleKnowledge | undefined {
  const target = shape.target ?? '';
  const at = `${valueOf(shape, 'dst') ?? 'any address'} port ${valueOf(shape, 'dport') ?? 'any'}`;
  if (target === 'KUBE-NODEPORTS')
    return say('Addresses of the node itself: looked up among the node ports', [
      'Must stand last: a cluster IP may be local as well.',
    ]);
  if (target === 'KUBE-MARK-MASQ')
    return say('Traffic from outside the pod network is masqueraded', [serviceOf(shape)]);
  if (target.startsWith('KUBE-FW-') || target.startsWith('KUBE-XLB-') || target.startsWith('KUBE-EXT-'))
    return say(`${at}: a Service, addressed from outside`, [serviceOf(shape)]);
  if (target.startsWith('KUBE-SVC-') || target.startsWith('KUBE-SVL-'))
    return say(`${at}: a Service`, [serviceOf(shape)]);
  return rule.chain.startsWith('KUBE-') && target.startsWith('KUBE-') ? say(`On to ${target}`) : undefined;
}
