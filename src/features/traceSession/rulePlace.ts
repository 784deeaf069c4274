import type { SourceFile } from '../../core/syntax/sourceFile';
import type { Line } from '../../core/syntax/tree';
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
 * Lines that an edit did not touch are the same objects. Of one that it did touch, the nearest rule of the chain with
 * the same words is taken (text pasted before a line touches it), else the one at the same place.
 */
export function stepAtPlace(
  input: TraceInput,
  file: SourceFile,
  { line, table, chain, number }: PlaceOfRule,
): StepId | undefined {
  if (file.lines[line.index] === line) return stepsAtLine(input, line.index + 1)[0];
  const { rules = [] } =
    [...(input.ruleSet?.tables.values() ?? [])].find(({ name }) => name === table)?.chains.get(chain) ?? {};
  const same = rules.filter((each) => each.line.text === line.text);
  const [rule = rules[number - 1]] = same.sort((a, b) => Math.abs(a.number - number) - Math.abs(b.number - number));
  return rule && stepsAtLine(input, rule.line.index + 1)[0];
}
