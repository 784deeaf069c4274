import { fit, text, type RuleKnowledge } from '../facts';
import { condition, isMark, markValue, shapeOf, valueOf, type RuleShape } from '../shape';
import type { RuleSetView, RuleView } from '../view';

export const sources = ['openwrt/packages:net/mwan3/files/lib/mwan3/mwan3.sh'];

/** What a rule of mwan3 is for; undefined for any other rule. */
export function mwan3Rule(_ruleSet: RuleSetView, rule: RuleView): RuleKnowledge | undefined {
  if (rule.table !== 'mangle') return undefined;
  if (rule.chain.startsWith('mwan3_')) return ownRule(rule, shapeOf(rule));
  return rule.target === 'mwan3_hook' && shapeOf(rule).form === ''
    ? say(
        rule.chain === 'OUTPUT'
          ? 'The uplink of what the router sends is chosen'
          : 'The uplink of what arrives is chosen',
      )
    : undefined;
}

function say(title: string, details: readonly string[] = [], kernelNote?: string): RuleKnowledge {
  return {
    title: fit(title),
    family: 'mwan3',
    details: details.map(text),
    changedBy: [],
    sources,
    ...(kernelNote === undefined ? {} : { kernelNote }),
  };
}

function ownRule(rule: RuleView, shape: RuleShape): RuleKnowledge | undefined {
  const target = shape.target ?? '';
  if (target === 'CONNMARK')
    return shape.targetOptions.has('--restore-mark')
      ? say('A connection that has an uplink keeps it', ['The mark of the connection becomes that of the packet.'])
      : say('The choice is remembered in the mark of the connection');
  if (target === 'RETURN' && valueOf(shape, 'proto') === 'ipv6-icmp') return say('Neighbour discovery is left alone');
  if (target === 'MARK') return markRule(rule, shape);
  if (!target.startsWith('mwan3_')) return undefined;
  if (target.startsWith('mwan3_policy_')) return say(`This traffic takes policy ${target.slice(13)}`);
  return isMark(valueOf(shape, 'mark'), 0) && condition(shape, 'mark')?.negated === false
    ? say(`No uplink yet: on to ${target}`, [], 'A packet that a rule above has marked does not go there.')
    : say(`On to ${target}`);
}

function markRule(rule: RuleView, shape: RuleShape): RuleKnowledge {
  const mark = markValue(shape.targetOptions.get('--set-xmark'));
  const share = valueOf(shape, 'probability');
  const what =
    mark === undefined
      ? 'marked'
      : mark.value === mark.mask
        ? 'left to the main routing table'
        : mark.value === mark.mask - lowest(mark.mask)
          ? 'unreachable'
          : mark.value === mark.mask - 2 * lowest(mark.mask)
            ? 'dropped'
            : `given to uplink ${mark.value / lowest(mark.mask)}`;
  if (rule.chain.startsWith('mwan3_policy_'))
    return say(
      `Connections are ${what}`,
      share === undefined ? [] : [`${Number(share).toFixed(3)} of what the earlier rules left.`],
      share === undefined ? undefined : 'Drawn once for a connection; all its packets take the same uplink.',
    );
  if (rule.chain.startsWith('mwan3_iface_in_')) return say(`What came in by ${valueOf(shape, 'in') ?? ''} is ${what}`);
  return say(`What goes there is ${what}`);
}

/** The lowest bit of a mask whose bits stand together. */
function lowest(mask: number): number {
  return mask & -mask || 1;
}
