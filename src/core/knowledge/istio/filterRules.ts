import { text, type RuleKnowledge } from '../facts';
import { condition, shapeOf, valueOf, type RuleShape } from '../shape';
import { chainIn, type RuleSetView, type RuleView } from '../view';
import { ruleOfIstio as say } from './say';
import { sources } from './settings';

/** The few rules that Istio has written into filter: a block while rules are replaced, and up to 1.4 a closed IPv6. */
export function filterRule(ruleSet: RuleSetView, rule: RuleView, shape: RuleShape): RuleKnowledge | undefined {
  return guardrail(ruleSet, rule) ?? closedIpv6(ruleSet, rule, shape);
}

/** While istio-iptables replaces its rules it blocks TCP and UDP at the head of the filter chains. */
function guardrail(ruleSet: RuleSetView, rule: RuleView): RuleKnowledge | undefined {
  if (!['INPUT', 'FORWARD', 'OUTPUT'].includes(rule.chain)) return undefined;
  const isGuard = (shape: RuleShape): boolean =>
    shape.target === 'DROP' && shape.form === 'proto' && ['tcp', 'udp'].includes(valueOf(shape, 'proto') ?? '');
  const everywhere = ['INPUT', 'FORWARD', 'OUTPUT'].every(
    (chain) =>
      (chainIn(ruleSet, 'filter', chain)?.rules ?? []).slice(0, 2).filter((each) => isGuard(shapeOf(each))).length ===
      2,
  );
  if (!everywhere || rule.number > 2 || !isGuard(shapeOf(rule))) return undefined;
  return say('Guardrail: blocks traffic while Istio replaces its rules', {
    variant: 'filter: guardrail',
    details: [
      text(
        'Written before the clean-up and removed after it, so that no traffic escapes capture in the meantime. ' +
          'A dump that shows it was taken in that moment, or the tool was interrupted.',
      ),
    ],
    changedBy: [{ kind: 'flag', name: '--reconcile', effect: 'lets istio-iptables replace rules it finds' }],
  });
}

/**
 * Up to 1.4 a pod without IPv6 capture had its IPv6 closed by three rules of INPUT, so that nothing came in past Envoy.
 * Without Istio's chains beside them they are anybody's: only this exact sequence counts, and only where the caller
 * knows that Istio is there.
 */
export function closedIpv6(ruleSet: RuleSetView, rule: RuleView, shape: RuleShape): RuleKnowledge | undefined {
  if (ruleSet.family !== 6 || rule.chain !== 'INPUT' || !isClosedInput(ruleSet)) return undefined;
  const details = [
    text(
      'The pod has no IPv6 rules for Envoy, so arriving IPv6 is refused instead of bypassing the proxy. ' +
        'ENABLE_INBOUND_IPV6 empty in the log of istio-init.',
    ),
  ];
  if (shape.target === 'ACCEPT' && condition(shape, 'ctstate') !== undefined) {
    return say('IPv6 is closed: replies to connections of the pod still come in', {
      variant: 'filter INPUT, IPv6: known connections accepted',
      details,
      source: sources.shell,
    });
  }
  if (shape.target === 'ACCEPT')
    return say('IPv6 is closed, except for localhost', {
      variant: 'filter INPUT, IPv6: ::1 accepted',
      details,
      source: sources.shell,
    });
  return say('IPv6 is closed: everything else is refused', {
    variant: 'filter INPUT, IPv6: rest rejected',
    details,
    source: sources.shell,
  });
}

/** `ESTABLISHED ACCEPT`, since 1.1 `-i lo -d ::1 ACCEPT`, `REJECT`, and nothing else. */
function isClosedInput(ruleSet: RuleSetView): boolean {
  const rules = chainIn(ruleSet, 'filter', 'INPUT')?.rules ?? [];
  if (rules.length < 2 || rules.length > 3) return false;
  const shapes = rules.map(shapeOf);
  const [first, last] = [shapes[0], shapes.at(-1)];
  if (
    first?.target !== 'ACCEPT' ||
    first.form !== 'ctstate' ||
    valueOf(first, 'ctstate') !== 'ESTABLISHED' ||
    first.conditions[0]?.values.length !== 1
  )
    return false;
  if (last?.target !== 'REJECT' || last.form !== '') return false;
  const middle = shapes.length === 3 ? shapes[1] : undefined;
  return (
    middle === undefined ||
    (middle.target === 'ACCEPT' &&
      middle.form === 'dst in' &&
      valueOf(middle, 'in') === 'lo' &&
      /^::1(\/128)?$/.test(valueOf(middle, 'dst') ?? ''))
  );
}
