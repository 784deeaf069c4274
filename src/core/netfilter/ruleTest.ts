import { interfaceMatches, type RuleHeader } from '../ruleset/header';
import { conditionsOf, type Rule } from '../ruleset/ruleSet';
import { headerConditions } from '../ruleset/header';
import { inBlock } from '../net/address';
import { headerView, protocolAsked } from '../xtables/protocolAsked';
import type { Answer } from '../xtables/answer';
import type { Condition } from '../xtables/extension';
import type { PacketView } from '../xtables/view';

/**
 * Whether the fixed part of a rule fits: the kernel asks this before any match, so nothing that remembers is disturbed.
 * A host name in it cannot be told here: that is left to `conditionsOfRule`.
 */
export function headerMatches(header: RuleHeader, view: PacketView): boolean {
  const { packet, inInterface, outInterface } = view;
  const { source, destination, protocol, inInterface: input, outInterface: output, fragment } = header;
  if (destination && inBlock(packet.destination, destination.value) === destination.inverted) return false;
  if (source && inBlock(packet.source, source.value) === source.inverted) return false;
  if (protocol && protocol.value !== 0 && !protocolFits(protocol, view)) return false;
  if (input && interfaceMatches(input.value, inInterface) === input.inverted) return false;
  if (output && interfaceMatches(output.value, outInterface) === output.inverted) return false;
  return !fragment || packet.fragmentOffset > 0 !== fragment.inverted;
}

function protocolFits({ value, inverted }: NonNullable<RuleHeader['protocol']>, view: PacketView): boolean {
  const protocol = protocolAsked(view);
  return protocol !== undefined && (protocol === value) !== inverted;
}

/** Everything a rule asks, in the order in which the kernel asks. */
export function conditionsOfRule(rule: Rule): readonly Condition[] {
  const list = [...headerConditions(rule.header)];
  for (const match of rule.matches) list.push(...conditionsOf(match, rule.family));
  return list;
}

/** One line of the table "condition, packet, result". */
export interface AskedCondition {
  readonly text: string;
  readonly actual: string;
  /** undefined: not asked, because an earlier condition was a no. */
  readonly answer: Answer | undefined;
}

/**
 * Asks a rule again, for showing: the answers given during the walk where there are any; else each condition that remembers nothing
 * is asked anew, up to the first no.
 */
export function explainRule(rule: Rule, whole: PacketView, answers?: readonly Answer[]): readonly AskedCondition[] {
  let stopped = false;
  const header = headerConditions(rule.header).length;
  const asked = headerView(whole);
  return conditionsOfRule(rule).map((condition, i) => {
    const view = i < header ? asked : whole;
    const given = answers?.[i];
    const answer = stopped ? undefined : answers ? given : condition.stateful ? undefined : condition.test(view);
    if (answer === false) stopped = true;
    return { text: condition.text, actual: condition.actual(view), answer };
  });
}
