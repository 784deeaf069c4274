import { isTableName, type Rule } from '../../core/ruleset/ruleSet';
import { changeOfLine } from '../../core/syntax/typedLine';
import type { AnyTableName } from '../../core/xtables/view';
import type { StepId, StepTry } from '../../shared/traceReport';
import { eventAt } from './makeReport';
import type { TraceInput } from './traceInput';

/** What one may wonder about a step: the packet without this rule, or with another policy. */
export function stepTries(input: TraceInput, step: StepId): readonly StepTry[] {
  const { event, rule } = eventAt(input, step);
  if (rule) return ruleTries(rule);
  if (event?.kind !== 'policy') return [];
  const other = event.verdict === 'ACCEPT' ? 'DROP' : 'ACCEPT';
  const { name, table } = event.chain;
  const label = `What if the policy were ${isTableName(table) ? other : other.toLowerCase()}?`;
  return [{ kind: 'typed', label, text: policyCommand(table, name, other, input.family) }];
}

function policyCommand(table: AnyTableName, chain: string, policy: 'ACCEPT' | 'DROP', family: 4 | 6): string {
  if (!isTableName(table)) return `nft add chain ${table} ${chain} '{ policy ${policy.toLowerCase()} ; }'`;
  const program = family === 4 ? 'iptables' : 'ip6tables';
  return `${program} ${table === 'filter' ? '' : `-t ${table} `}-P ${chain} ${policy}`;
}

function ruleTries({ line }: Rule): readonly StepTry[] {
  const change = changeOfLine(line);
  if (change !== undefined) return [{ kind: 'back', label: 'Take this change back', index: change }];
  return [{ kind: 'off', label: 'What if this rule were gone?' }];
}
