import { fit, text, type RuleKnowledge } from '../facts';
import { condition, shapeOf, valueOf, type RuleShape } from '../shape';
import { chainIn, type RuleSetView, type RuleView } from '../view';
import { serviceIn } from './serviceComment';
import { kubeletSource, proxier } from './sources';

/** What a rule of kube-proxy or the kubelet is for; undefined for any other rule. */
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
  return serviceIn(shape) ?? 'a Service';
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
      'The mark is cleared again',
      ['An encapsulated copy of the packet would otherwise be masqueraded a second time.'],
      'Flips bit 0x4000 (xor), which is set here, and leaves the others.',
    );
  if (shape.target === 'MASQUERADE') {
    const random = shape.targetOptions.has('--random-fully')
      ? ' `--random-fully` picks the source port at random, which avoids collisions under load.'
      : '';
    return say(
      'The source becomes the address of the outgoing interface',
      [`So that the reply comes back through this node.${random}`],
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
      endpoints.length > 1 ? `each gets 1/${endpoints.length} of the connections` : 'it gets every connection';
    return say(
      `Endpoint ${place} of ${endpoints.length}; ${share}`,
      [
        serviceOf(shape),
        probability === undefined
          ? 'The last one has no condition: it gets the rest.'
          : `${Number(probability).toFixed(3)} of what the earlier rules left.`,
      ],
      'Drawn once for a connection; all its packets go to the same endpoint.',
    );
  }
  if (target === 'KUBE-MARK-MASQ') {
    if (rule.chain.startsWith('KUBE-EXT-'))
      return say('Outside traffic for the Service is masqueraded', [
        serviceOf(shape),
        'The endpoint may be on another node and must reply through this one. The client’s address is lost; ' +
          'externalTrafficPolicy: Local keeps it.',
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
    return say(`The endpoint ${valueOf(shape, 'src') ?? ''} reaching itself through the Service is masqueraded`, [
      'Otherwise it would see its own address as client and reply without the node.',
    ]);
  if (shape.target === 'DNAT')
    return say(`The destination becomes the endpoint ${shape.targetOptions.get('--to-destination') ?? ''}`, [
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
        'The rejection reaches the client at once; without the rule it would wait.',
      ]);
    case 'DROP':
      if (state === 'INVALID')
        return say('Packets that conntrack calls INVALID are dropped', [
          'They would be forwarded without NAT, and the reset sent in reply kills the connection.',
        ]);
      if (condition(shape, 'mark') !== undefined)
        return say('What KUBE-MARK-DROP has marked is dropped', [], undefined, kubeletSource);
      return rule.chain === 'KUBE-FIREWALL'
        ? say(
            'Packets to 127.0.0.0/8 from elsewhere are dropped, unless they are replies or DNATed',
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
      'Must come last: a cluster IP may be local as well.',
    ]);
  if (target === 'KUBE-MARK-MASQ')
    return say('Traffic from outside the pod network is masqueraded', [serviceOf(shape)]);
  if (target.startsWith('KUBE-FW-') || target.startsWith('KUBE-XLB-') || target.startsWith('KUBE-EXT-'))
    return say(`${at}: a Service, addressed from outside`, [serviceOf(shape)]);
  if (target.startsWith('KUBE-SVC-') || target.startsWith('KUBE-SVL-'))
    return say(`${at}: a Service`, [serviceOf(shape)]);
  return rule.chain.startsWith('KUBE-') && target.startsWith('KUBE-') ? say(`On to ${target}`) : undefined;
}
