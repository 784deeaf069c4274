import type { Walked } from '../../../core/netfilter/events';
import { isThrough } from '../../../core/netfilter/walkEnds';
import type { CardDecision } from '../../../shared/traceReport';
import { isOwnWay, type RuleEvent } from '../traceInput';
import { lineNumber, lineWords } from '../../../core/syntax/typedLine';
import { targetName } from '../../targetName';
import { decisiveEvent, isAccepting, rulePlace } from '../verdict';

/** Which rules made it so, the one that decided first. */
export function decisions(walked: Walked): readonly CardDecision[] {
  const { events } = walked;
  const own = isOwnWay(walked);
  const index = decisiveEvent(walked);
  const decided = index === undefined ? undefined : events[index];
  const found: CardDecision[] = [];
  if (decided?.kind === 'rule') found.push(ofRule('decided by', decided));
  else if (decided?.kind === 'policy')
    found.push({
      word: 'decided by',
      line: lineNumber(decided.chain.line),
      place: `policy of ${decided.chain.table} ${decided.chain.name}`,
      target: decided.chain.policy ?? '',
    });
  if (!isThrough(walked)) return found;
  const last = (wanted: (event: RuleEvent) => boolean): RuleEvent | undefined =>
    events.findLast(
      (event, i): event is RuleEvent =>
        event.kind === 'rule' && event.matched && event !== decided && own(i) && wanted(event),
    );
  const accepted = last(isAccepting);
  const source = last(
    ({ effect }) => effect?.kind === 'masquerade' || (effect?.kind === 'nat' && effect.half === 'source'),
  );
  if (accepted) found.push(ofRule('let through by', accepted));
  if (source) found.push(ofRule('source by', source));
  return found;
}

function ofRule(word: string, { rule }: RuleEvent): CardDecision {
  return {
    word,
    line: lineNumber(rule.line),
    place: lineNumber(rule.line) === undefined ? `${rulePlace(rule)} (${lineWords(rule.line)})` : rulePlace(rule),
    target: targetName(rule),
  };
}
