import { lineWords } from '../../core/syntax/typedLine';
import { rulePlace } from '../traceReport/verdict';
import { selectedPath } from '../traceReport/traceInput';
import type { Evaluation } from '../traceSession/evaluate';
import { proxiesOf } from './proxies';
import { takenOf } from './taken';

/**
 * That a proxy gets back what it has sent: by which rule, and which one is missing. `evaluation`: the packet that comes
 * back to it; `label`: of the leg that it sends again.
 */
export function loopWords(evaluation: Evaluation, label: string, when: string | undefined): string {
  const who = label.split(' → ')[0] as string;
  const taken = takenOf(evaluation, true);
  const against = (taken && proxiesOf(evaluation)?.againstLoop?.(taken)) ?? '';
  const by = capturedBy(evaluation);
  return [
    `${when === undefined ? 'This' : `If ${when}, this`} is a loop: what ${who} sends comes back to ` +
      `${who}${taken ? `, to port ${taken.port}` : ''}${by === undefined ? '' : `, by ${by}`}, and is sent again.`,
    against,
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

/** The rule that led the packet to the socket. */
function capturedBy({ input }: Evaluation): string | undefined {
  const rule = input && selectedPath(input).events.find((event) => event.kind === 'rule' && captures(event));
  return rule?.kind === 'rule' ? `${lineWords(rule.rule.line)}, ${rulePlace(rule.rule)}` : undefined;
}

type RuleEvent = Extract<ReturnType<typeof selectedPath>['events'][number], { readonly kind: 'rule' }>;

function captures({ matched, effect }: RuleEvent): boolean {
  return (
    matched &&
    (effect?.kind === 'redirect' ||
      effect?.kind === 'tproxy' ||
      (effect?.kind === 'nat' && effect.half === 'destination'))
  );
}
