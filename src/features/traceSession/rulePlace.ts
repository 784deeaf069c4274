import type { Line, SourceFile } from '../../core/syntax/tree';
import type { TraceInput } from '../traceReport/traceInput';
import type { StepId } from '../../shared/traceReport';
import { eventAt, stepsAtLine } from '../traceReport/makeReport';

/** Where the rule of a step stood, to find the step again after the file was edited. */
export interface PlaceOfRule {
  readonly line: Line;
  readonly table: string;
  readonly chain: string;
  readonly number: number;
}

export function rulePlace(input: TraceInput, step: StepId): PlaceOfRule | undefined {
  const { rule } = eventAt(input, step);
  return rule && { line: rule.line, table: rule.chain.table, chain: rule.chain.name, number: rule.number };
}

/**
 * Lines that an edit did not touch are the same objects; of one that it did touch the place in the chain is what
 * remains.
 */
export function stepAtPlace(
  input: TraceInput,
  file: SourceFile,
  { line, table, chain, number }: PlaceOfRule,
): StepId | undefined {
  if (file.lines[line.index] === line) return stepsAtLine(input, line.index + 1)[0];
  const rule = [...(input.ruleSet?.tables.values() ?? [])].find(({ name }) => name === table)?.chains.get(chain)?.rules[
    number - 1
  ];
  return rule && stepsAtLine(input, rule.line.index + 1)[0];
}
