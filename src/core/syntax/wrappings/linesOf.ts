import type { Rewritten } from '../../text/rewriting';
import { splitLines } from '../../text/splitLines';
import { Shape } from '../shape';
import { standingIn } from '../standingIn';
import type { EmbeddedLine, Line } from '../tree';
import { loggedCommand } from './loggedCommand';

/** Reads a line that is within another one. */
export type ParseWithin = (text: string, eol: string) => Line;

/**
 * The lines of texts that were taken out of a line; undefined where they are all prose, unless they are wanted
 * `anyway`.
 */
export function linesOf(
  texts: readonly Rewritten[],
  parseLine: ParseWithin,
  anyway = false,
): readonly EmbeddedLine[] | undefined {
  const lines: EmbeddedLine[] = [];
  let relevant = false;
  for (const { text, place } of texts) {
    let offset = 0;
    splitLines(text, (lineText, eol) => {
      const first = offset;
      offset += lineText.length + eol.length;
      const command = loggedCommand(lineText);
      const line = parseLine(command?.text ?? lineText, eol);
      const toOuter = (column: number): number =>
        place(first + (command ? command.place(column) : Math.min(Math.max(column, 0), lineText.length)));
      for (const inner of line.embedded ?? [line]) {
        if (isRelevant(inner.shape)) relevant = true;
        lines.push(standingIn(inner, inner === line ? toOuter : through(inner as EmbeddedLine, toOuter)));
      }
    });
  }
  return relevant || anyway ? lines : undefined;
}

/** No level, name or time has this form. */
function isRelevant(shape: Shape): boolean {
  return shape !== Shape.Blank && shape !== Shape.Text && shape !== Shape.Comment && shape !== Shape.Fence;
}

function through({ toOuter }: EmbeddedLine, next: (column: number) => number): (column: number) => number {
  return (column) => next(toOuter(column));
}
