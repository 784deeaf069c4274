import { isTableName } from '../../core/ruleset/ruleSet';
import type { TraceEvent, Walked } from '../../core/netfilter/events';
import { decisiveEvent, ruleSpan } from '../traceReport/verdict';
import { commandText, type Proposal, type RuleCommand, type Situation } from './remedy';
import { getsThrough, traceChanged } from './traceChanged';

/** A RETURN spared the packet from being redirected: what becomes of it without that rule. */
export function redirectAfterAll(situation: Situation): readonly Proposal[] {
  const {
    walked,
    input: { family },
  } = situation;
  const index = decisiveEvent(walked);
  const event = index === undefined ? undefined : walked.events[index];
  if (event?.kind !== 'rule' || event.effect?.kind !== 'verdict' || event.effect.verdict !== 'RETURN') return [];
  const { rule } = event;
  const { table } = rule.chain;
  if (!isTableName(table)) return [];
  const command: RuleCommand = { table, chain: rule.chain.name, operation: 'D', position: rule.number, rule: '' };
  const outcomes = traceChanged(situation, { commands: [command] });
  if (!outcomes || !getsThrough(outcomes) || !outcomes.every(isRedirected)) return [];
  return [
    {
      title: [{ text: 'Redirect it after all: without ' }, ruleSpan(rule.line)],
      commands: [commandText(command, family)],
      note: '',
      rules: [command],
      outcomes,
    },
  ];
}

function isRedirected({ events }: Walked): boolean {
  return events.some((event: TraceEvent) => event.kind === 'translate' && event.half === 'destination');
}
