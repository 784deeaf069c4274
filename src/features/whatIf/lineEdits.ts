import type { Line } from '../../core/syntax/tree';
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
