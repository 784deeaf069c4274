import { isTableName, type Rule } from '../../core/ruleset/ruleSet';
import { changeOfLine } from '../../core/syntax/typedLine';
import type { StepId, StepTry } from '../../shared/traceReport';
import { eventAt } from './makeReport';
import type { TraceInput } from './traceInput';

/** What one may wonder about a step: the packet without this rule, or with another policy. */
export function stepTries(input: TraceInput, step: StepId): readonly StepTry[] {
  const { event, rule } = eventAt(input, step);
  if (rule) return ruleTries(rule);
  if (event?.kind !== 'policy' || !isTableName(event.chain.table)) return [];
  const other = event.verdict === 'ACCEPT' ? 'DROP' : 'ACCEPT';
  const { name, table } = event.chain;
  const program = input.family === 4 ? 'iptables' : 'ip6tables';
  return [
    {
      kind: 'typed',
      label: `What if the policy were ${other}?`,
      text: `${program} ${table === 'filter' ? '' : `-t ${table} `}-P ${name} ${other}`,
    },
  ];
}

function ruleTries({ line, chain: { table } }: Rule): readonly StepTry[] {
  const change = changeOfLine(line);
  if (change !== undefined) return [{ kind: 'back', label: 'Take this change back', index: change }];
  return isTableName(table) ? [{ kind: 'off', label: 'What if this rule were gone?' }] : [];
}
