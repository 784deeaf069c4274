import type { Line } from '../../core/syntax/tree';
import type { RuleSet } from '../../core/ruleset/ruleSet';
import type { FileEdit } from './fileEdit';

/**
 * `withEdits` makes the edits from the end on, those of one line in their order: what goes first, and of what comes the
 * last one first.
 */
export function inSafeOrder(edits: readonly FileEdit[]): readonly FileEdit[] {
  return [
    ...edits.filter(({ text }) => text === undefined),
    ...edits.filter(({ text }) => text !== undefined).reverse(),
  ];
}

export function removed(line: Line): FileEdit {
  return { line: line.index, text: undefined, beside: { line: line.index, text: line.text } };
}

export function inserted(line: number, text: string, beside: Line): FileEdit {
  return { line, text, beside: { line: beside.index, text: beside.text } };
}

/** In a script lines go, and commands come after its last line, each behind `prefix`. */
export function scriptEdits(
  { without, commands }: NonNullable<RuleSet['changed']>,
  last: Line,
  prefix: string,
): readonly FileEdit[] {
  return inSafeOrder([
    ...[...without].map(removed),
    ...commands.map(({ text }) => inserted(last.index + 1, `${prefix}${text}`, last)),
  ]);
}
