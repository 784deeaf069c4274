import { fit, text, type RuleKnowledge } from '../facts';
import { condition, shapeOf, valueOf, type RuleShape } from '../shape';
import type { RuleSetView, RuleView } from '../view';
import { defaultsSource, hasZones, verdictOf, zoneOf, zonesSource } from './chains';

/** What a rule of OpenWrt's firewall3 is for; undefined for any other rule. */
export function openwrtRule(ruleSet: RuleSetView, rule: RuleView): RuleKnowledge | undefined {
  if (!hasZones(ruleSet)) return undefined;
  const shape = shapeOf(rule);
  const zone = zoneOf(rule.chain);
  if (zone !== '') return zoneRule(rule, shape, zone);
  if (/^(input|output|forwarding|prerouting|postrouting)_(\w+_)?rule$/.test(rule.chain))
    return say('A rule of the administrator, not of OpenWrt');
  if (rule.chain === 'syn_flood')
    return shape.target === 'RETURN'
      ? say('New connections within the rate pass')
      : say('New connections over the rate are dropped');
  if (rule.chain === 'reject') return say('The packet is refused, so that its sender need not wait');
  // Rules of others are in built-in chains too.
  return shape.comment?.startsWith('!fw3') === true || zoneOf(shape.target ?? '') !== '' ? hookRule(shape) : undefined;
}

function say(title: string, details: readonly string[] = [], kernelNote?: string): RuleKnowledge {
  return {
    title: fit(title),
    family: 'OpenWrt',
    details: details.map(text),
    changedBy: [],
    sources: [zonesSource, defaultsSource],
    ...(kernelNote === undefined ? {} : { kernelNote }),
  };
}

function hookRule(shape: RuleShape): RuleKnowledge | undefined {
  const target = shape.target ?? '';
  const zone = zoneOf(target);
  const [inside, outside] = [valueOf(shape, 'in'), valueOf(shape, 'out')];
  if (zone !== '')
    return say(
      inside === undefined
        ? `What leaves by ${outside ?? 'any interface'} goes to zone ${zone}`
        : `What arrives by ${inside} comes from zone ${zone}`,
      [`The zone’s own rules follow in ${target}.`],
    );
  if (target.endsWith('_rule')) return say('Rules of the administrator come first');
  if (target === 'syn_flood') return say('New TCP connections are rate-limited, against SYN floods');
  if (target === 'reject') return say(`What no zone has handled is refused`);
  if (target === 'ACCEPT' && inside === 'lo') return say('What the router sends to itself is let through');
  if (target === 'ACCEPT' && outside === 'lo') return say('What the router sends to itself is let through');
  if (target === 'ACCEPT' && condition(shape, 'ctstate') !== undefined)
    return say(
      'Packets of known connections are let through',
      [],
      'RELATED lets in ICMP errors about these connections too.',
    );
  if (target === 'DROP' && valueOf(shape, 'ctstate') === 'INVALID')
    return say('Packets that conntrack calls INVALID are dropped (drop_invalid)');
  if (target === 'TCPMSS')
    return say(`The TCP segment size is limited to what fits the path by ${outside ?? inside ?? ''} (mtu_fix)`);
  return undefined;
}

function zoneRule(rule: RuleView, shape: RuleShape, zone: string): RuleKnowledge | undefined {
  const target = shape.target ?? '';
  const named =
    shape.comment?.startsWith('!fw3: ') === true ? [`In the configuration: ${shape.comment.slice(6)}.`] : [];
  if (target.endsWith('_rule')) return say(`Rules of the administrator on zone ${zone} come first`);
  if (/_(src|dest)_(ACCEPT|DROP|REJECT)$/.test(rule.chain)) return verdictRule(rule, shape, zone);
  switch (target) {
    case 'MASQUERADE':
      return say(`What goes to zone ${zone} gets the router’s own address (masq)`, named);
    case 'SNAT':
      return say(`The source becomes ${shape.targetOptions.get('--to-source') ?? 'another one'}`, named);
    case 'DNAT':
      return say(
        `Port forward: port ${valueOf(shape, 'dport') ?? 'any'} goes to ` +
          `${shape.targetOptions.get('--to-destination') ?? ''}`,
        named,
        'Happens before the routing decision: the packet is forwarded and does not pass INPUT.',
      );
    case 'REDIRECT':
      return say(`Port ${valueOf(shape, 'dport') ?? 'any'} goes to the router itself`, named);
  }
  if (target === 'ACCEPT' && valueOf(shape, 'ctstate') === 'DNAT')
    return say(rule.chain.endsWith('_input') ? 'Redirected ports are let in' : 'Forwarded ports are let through');
  const other = zoneOf(target);
  if (other !== '' && /_dest_/.test(target) && other !== zone)
    return say(
      verdictOf(target) === 'ACCEPT'
        ? `From zone ${zone} to zone ${other}: let through`
        : `From zone ${zone} to zone ${other}: not let through`,
      named,
    );
  if (other === zone && shape.form === '')
    return say(`The rest: the policy of zone ${zone}, ${verdictOf(target)}`, [
      'Comes last; rules of the configuration come before it.',
    ]);
  return say('A rule of the configuration', named);
}

function verdictRule(rule: RuleView, shape: RuleShape, zone: string): RuleKnowledge {
  const from = rule.chain.includes('_src_');
  const iface = valueOf(shape, from ? 'in' : 'out') ?? '';
  if (shape.target === 'LOG') return say(`What is not let through is logged, at a limited rate`);
  if (valueOf(shape, 'ctstate') === 'INVALID')
    return say('Packets that conntrack calls INVALID are dropped', [
      'They would leave untranslated, with an internal address.',
    ]);
  return say(`${from ? 'From' : 'To'} zone ${zone} by ${iface}: ${shape.target ?? ''}`);
}
