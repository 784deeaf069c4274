import { endsOfLabel } from './labels';
import type { TraceEvent } from '../../core/netfilter/events';
import { lineWords } from '../../core/syntax/typedLine';
import { rulePlace } from '../traceReport/verdict';
import { selectedPath, type RuleEvent } from '../traceReport/traceInput';
import type { Evaluation } from '../traceSession/evaluate';
import { proxiesOf } from './proxies';
import { takenOf } from './taken';

/**
 * That a proxy gets back what it has sent: by which rule, and which one is missing. `evaluation`: the packet that comes
 * back to it; `label`: of the leg that it sends again.
 */
export function loopWords(evaluation: Evaluation, label: string, when: string | undefined): string {
  const [who] = endsOfLabel(label);
  const taken = takenOf(evaluation, true);
  const against = taken && proxiesOf(evaluation)?.againstLoop?.(taken);
  const by = capturedBy(evaluation);
  return (
    `${when === undefined ? 'This' : `If ${when}, this`} is a loop: what ${who} sends comes back to ` +
    `${who}${taken ? `, to port ${taken.port}` : ''}${by === undefined ? '' : `, by ${by}`}, and is sent again.` +
    `${against === undefined ? '' : ` ${against}`}`
  );
}

/** The rule that led the packet to the socket. */
function capturedBy({ input }: Evaluation): string | undefined {
  const captured = input && selectedPath(input).events.find(captures);
  return captured && `${lineWords(captured.rule.line)}, ${rulePlace(captured.rule)}`;
}

function captures(event: TraceEvent): event is RuleEvent {
  if (event.kind !== 'rule' || !event.matched) return false;
  const { effect } = event;
  return (
    effect?.kind === 'redirect' ||
    effect?.kind === 'tproxy' ||
    (effect?.kind === 'nat' && effect.half === 'destination')
  );
}
