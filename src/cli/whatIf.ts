import { visible } from '../core/text/visible';
import type { Dump, FileModel } from '../features/fileModel';
import type { Evaluation } from '../features/traceSession/evaluate';
import { outcomeReport } from '../features/traceReport/makeReport';
import { badgeOf } from '../features/traceReport/verdict';
import { groundOf, madeWords, type Ground } from '../features/whatIf/ground';
import { splitTyped } from '../features/whatIf/splitTyped';
import { UsageError } from './arguments';

/** The file with what is tried on it, and the changes in words; undefined where nothing is. */
export interface TriedFile extends Ground {
  readonly words: readonly string[];
}

/** Reads the values of `--what-if`. What has no effect is an error: a script would take the answer for another one. */
export function triedFile(
  model: FileModel,
  dump: Dump,
  given: readonly string[],
  overrides: unknown,
): TriedFile | undefined {
  if (given.length === 0) return undefined;
  const ground = groundOf(
    model,
    dump,
    given.flatMap((text) => splitTyped(text, model.file)),
    overrides,
  );
  for (const { words, problems } of ground.made) {
    const [problem] = problems;
    if (problem)
      throw new UsageError(
        `--what-if ${words}: ${problem.start === undefined ? '' : `column ${problem.start + 1}: `}${problem.message}`,
      );
  }
  if (ground.made.length === 0) throw new UsageError('--what-if: there is nothing in it that can be tried');
  return { ...ground, words: ground.made.map(madeWords) };
}

/** `In the file as it is: DROPPED …`, for people. */
export function beforeText({ input }: Evaluation): string {
  if (!input) return 'In the file as it is, the packet cannot be traced.\n\n';
  const badges = [...new Set(input.traced.outcomes.map((walked) => badgeOf(walked).text))];
  return `In the file as it is: ${badges.join(' or ')}. ${visible(outcomeReport(input).card.headline)}\n\n`;
}
