import { fit, text, type RuleKnowledge } from '../facts';
import { condition, shapeOf, valueOf, type RuleShape } from '../shape';
import { chainIn, type RuleSetView, type RuleView } from '../view';
import { iptabler, resolver } from './sources';

/** What a rule that Docker wrote is for; undefined for any other rule. */
export function dockerRule(ruleSet: RuleSetView, rule: RuleView): RuleKnowledge | undefined {
  const shape = shapeOf(rule);
  switch (rule.chain) {
    case 'DOCKER':
      return rule.table === 'nat' ? publishedNat(shape) : publishedFilter(shape);
    case 'DOCKER-USER':
      return shape.target === 'RETURN' && shape.form === ''
        ? say('Back to Docker’s own rules', ['Rules of the administrator come before it.'])
        : say('A rule of the administrator, not of Docker');
    case 'DOCKER-FORWARD':
    case 'DOCKER-BRIDGE':
    case 'DOCKER-CT':
    case 'DOCKER-INTERNAL':
    case 'DOCKER-ISOLATION':
    case 'DOCKER-ISOLATION-STAGE-1':
    case 'DOCKER-ISOLATION-STAGE-2':
    case 'DOCKER-INGRESS':
      return forwardRule(rule, shape);
    case 'DOCKER_OUTPUT':
    case 'DOCKER_POSTROUTING':
      return resolverRule(shape);
    default:
      return hookRule(ruleSet, rule, shape);
  }
}

function say(
  title: string,
  details: readonly string[] = [],
  kernelNote?: string,
  source: string = iptabler,
): RuleKnowledge {
  return {
    title: fit(title),
    family: 'Docker',
    details: details.map(text),
    changedBy: [],
    sources: [source],
    ...(kernelNote === undefined ? {} : { kernelNote }),
  };
}

function publishedNat(shape: RuleShape): RuleKnowledge | undefined {
  const bridge = valueOf(shape, 'in');
  if (shape.target === 'DNAT') {
    const at = valueOf(shape, 'dst');
    return say(
      `Published port ${valueOf(shape, 'dport') ?? ''}${at === undefined ? '' : ` on ${at}`} goes to container ` +
        `${shape.targetOptions.get('--to-destination') ?? ''}`,
      bridge === undefined
        ? ['Also for containers of the same bridge (hairpin, userland proxy off).']
        : [`Not for containers on ${bridge} itself; they reach it through docker-proxy.`],
      'Happens before the routing decision: the packet is forwarded and does not pass INPUT.',
    );
  }
  if (shape.target === 'RETURN') {
    return bridge === 'loopback0'
      ? say('Windows Subsystem for Linux: mirrored loopback traffic is left to docker-proxy')
      : say(`Traffic from bridge ${bridge ?? ''} is not sent to published ports`, [
          'docker-proxy serves containers instead.',
        ]);
  }
  return undefined;
}

function publishedFilter(shape: RuleShape): RuleKnowledge | undefined {
  const out = valueOf(shape, 'out') ?? '';
  if (shape.target === 'ACCEPT') {
    const port = valueOf(shape, 'dport');
    if (port !== undefined)
      return say(
        `Container ${valueOf(shape, 'dst') ?? ''}, port ${port}, may be reached from outside ${out}`,
        [],
        'The packet is seen after DNAT: address and port are the container’s.',
      );
    const proto = valueOf(shape, 'proto');
    return proto === undefined
      ? say(`Bridge ${out} is reachable from outside (nat-unprotected)`)
      : say(`${proto} to ${out} is let through (gateway mode routed)`);
  }
  if (shape.target === 'DROP')
    return say(`Everything else from outside ${out} is dropped`, [
      'Ports that are not published cannot be reached by routing to the container’s address.',
    ]);
  return undefined;
}

function forwardRule(rule: RuleView, shape: RuleShape): RuleKnowledge | undefined {
  const target = shape.target ?? '';
  const [inside, outside] = [valueOf(shape, 'in'), valueOf(shape, 'out')];
  if (target === 'DOCKER-ISOLATION-STAGE-2')
    return say(`From ${inside ?? ''} to elsewhere: is it another Docker network?`);
  if (target.startsWith('DOCKER'))
    return say(outside === undefined ? `On to ${target}` : `Packets for ${outside} go on to ${target}`);
  if (target === 'RETURN') return say('Nothing forbids it: back to FORWARD');
  if (rule.chain === 'DOCKER-INTERNAL' && target === 'DROP')
    return say(
      condition(shape, 'src') === undefined
        ? `Internal network: nothing leaves ${inside ?? ''}`
        : `Internal network: nothing from outside enters ${outside ?? ''}`,
    );
  if (rule.chain.startsWith('DOCKER-ISOLATION') && target === 'DROP')
    return say(
      inside === undefined
        ? `Another Docker network, ${outside ?? ''}: dropped`
        : `From ${inside} to ${outside ?? ''}: Docker networks are isolated from each other`,
    );
  if (target === 'ACCEPT' && condition(shape, 'ctstate') !== undefined)
    return say(`Replies and related packets may enter ${outside ?? ''}`);
  if (inside !== undefined && outside !== undefined && condition(shape, 'out')?.negated !== true)
    return say(`Containers on ${inside} ${target === 'DROP' ? 'may not' : 'may'} talk to each other (icc)`);
  if (target === 'ACCEPT') return say(`Containers on ${inside ?? ''} may reach the outside`);
  if (rule.chain === 'DOCKER-INGRESS' && target === 'DNAT')
    return say(`Swarm port ${valueOf(shape, 'dport') ?? ''} goes to the ingress network`);
  return undefined;
}

function resolverRule(shape: RuleShape): RuleKnowledge | undefined {
  if (shape.target === 'DNAT')
    return say(
      `DNS to 127.0.0.11 goes to Docker’s resolver, ${shape.targetOptions.get('--to-destination') ?? ''}`,
      [],
      undefined,
      resolver,
    );
  if (shape.target === 'SNAT')
    return say('Answers of Docker’s resolver come from port 53 again', [], undefined, resolver);
  return undefined;
}

/** Docker's rules in built-in chains; recognised by their shape, and only where Docker's chains are there. */
function hookRule(ruleSet: RuleSetView, rule: RuleView, shape: RuleShape): RuleKnowledge | undefined {
  const target = shape.target ?? '';
  if (target === 'DOCKER_OUTPUT' || target === 'DOCKER_POSTROUTING')
    return say(
      target === 'DOCKER_OUTPUT'
        ? 'DNS to 127.0.0.11 is sent to Docker’s resolver'
        : 'Answers of Docker’s resolver get port 53 back',
      [],
      undefined,
      resolver,
    );
  if (target === 'DOCKER' && rule.table === 'nat') {
    return rule.chain === 'OUTPUT'
      ? say(
          'Connections of this host to its own addresses: published ports',
          condition(shape, 'dst') === undefined ? [] : ['Localhost is excepted: docker-proxy serves it.'],
        )
      : say('Packets to an address of this host: published ports');
  }
  if (target === 'DOCKER-USER') return say('The administrator’s rules for containers come first');
  if (target.startsWith('DOCKER'))
    return say(
      rule.chain === 'FORWARD' && condition(shape, 'out') === undefined
        ? `Forwarded packets pass ${target}`
        : `Packets for ${valueOf(shape, 'out') ?? ''} pass ${target}`,
    );

  const hasDocker =
    chainIn(ruleSet, 'nat', 'DOCKER') !== undefined || chainIn(ruleSet, 'filter', 'DOCKER') !== undefined;
  if (!hasDocker) return undefined;
  if (rule.table === 'nat' && rule.chain === 'POSTROUTING' && (target === 'MASQUERADE' || target === 'SNAT'))
    return masquerade(shape, target);
  if (rule.table === 'raw' && rule.chain === 'PREROUTING') return rawRule(shape);
  if (rule.table === 'filter' && rule.chain === 'FORWARD' && isBridge(valueOf(shape, 'in') ?? valueOf(shape, 'out')))
    return forwardRule(rule, shape);
  return undefined;
}

/** By the names that Docker gives to its bridges. */
export function isBridge(name: string | undefined): boolean {
  return name !== undefined && (/^docker[0-9]+$/.test(name) || name.startsWith('br-') || name === 'docker_gwbridge');
}

function masquerade(shape: RuleShape, target: string): RuleKnowledge | undefined {
  const becomes =
    target === 'SNAT' ? `get the source ${shape.targetOptions.get('--to-source') ?? ''}` : 'are masqueraded';
  const [src, dst] = [valueOf(shape, 'src'), valueOf(shape, 'dst')];
  if (shape.form === '!out src' && isBridge(valueOf(shape, 'out')))
    return say(`Containers of ${src ?? ''} ${becomes} on their way out`);
  if (src !== undefined && src === dst)
    return say(`A container reaching itself through its published port: packets ${becomes}`);
  if (shape.form === 'out src-type' && isBridge(valueOf(shape, 'out')))
    return say(`This host to containers on ${valueOf(shape, 'out') ?? ''}: packets ${becomes}`);
  return undefined;
}

function rawRule(shape: RuleShape): RuleKnowledge | undefined {
  const dst = valueOf(shape, 'dst');
  if (shape.target === 'DROP') {
    if (valueOf(shape, 'in') === 'lo' && dst !== undefined)
      return say(`Port ${valueOf(shape, 'dport') ?? ''} published on ${dst} cannot be reached from other hosts`);
    if (isBridge(valueOf(shape, 'in')))
      return say(`Container ${dst ?? ''} cannot be reached past its bridge`, [
        'A neighbour that routes to the container’s address directly is stopped, whatever the filter table allows.',
      ]);
  }
  if (shape.target === 'ACCEPT' && valueOf(shape, 'in') === 'loopback0')
    return say('Windows Subsystem for Linux: mirrored loopback traffic may reach the port');
  return undefined;
}
