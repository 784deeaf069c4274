import type { LineProblem } from '../core/ruleset/ruleSet';
import { Shape } from '../core/syntax/shape';
import type { Line } from '../core/syntax/tree';

const known = new WeakMap<readonly Line[], readonly LineProblem[]>();

/**
 * Rules in which bytes were not UTF-8 when an editor read them: it shows U+FFFD in their place, and writes that when
 * the file is saved.
 */
export function lostBytes(lines: readonly Line[]): readonly LineProblem[] {
  let found = known.get(lines);
  if (found === undefined) known.set(lines, (found = lines.flatMap(lostIn)));
  return found;
}

/** Takes over what is known of lines some of which were exchanged. */
export function lostAfter(
  before: readonly Line[],
  after: readonly Line[],
  { removed, inserted }: { readonly removed: readonly Line[]; readonly inserted: readonly Line[] },
): void {
  const found = known.get(before);
  if (found === undefined) return;
  const more = inserted.flatMap(lostIn);
  const gone = new Set(removed);
  known.set(
    after,
    found.length === 0 && more.length === 0
      ? found
      : [...found.filter(({ line }) => !gone.has(line)), ...more].sort((a, b) => a.line.index - b.line.index),
  );
}

function lostIn(line: Line): readonly LineProblem[] {
  const start = line.text.indexOf('\ufffd');
  return start >= 0 && isOfRules(line)
    ? [{ line, start, end: start + 1, severity: 'warning', code: 'lost-bytes', message: MESSAGE }]
    : NONE;
}

const NONE: readonly LineProblem[] = [];

function isOfRules({ shape }: Line): boolean {
  return shape === Shape.Rule || shape === Shape.Chain || shape === Shape.ProgramCommand;
}

const MESSAGE =
  'U+FFFD stands here in place of bytes that are not UTF-8: what the rule contains is not known, and saving ' +
  'the file writes U+FFFD. Open the file in its own encoding (Reopen with Encoding)';
