import { splitLines } from '../text/splitLines';
import { decodeJson } from './jsonDecode';
import { jsonStrings, type JsonString } from './jsonStrings';
import { Shape } from './shape';
import { standingIn } from './standingIn';
import type { EmbeddedLine, Line } from './tree';

/**
 * The lines within the strings of a JSON log entry (`{"level":"info",…,"msg":"…\n* nat\n…"}`, what a log shipper wrapped around one, a list of them),
 * or undefined where the text from `start` is no such entry. Of the strings count the message and whatever holds more than prose, at any depth. A
 * line that is JSON itself is replaced by its own lines, so that none of those given here is JSON. An entry that is cut off in the middle still
 * gives what is there. `parseLine` reads a line that stands one string deeper.
 */
export function embeddedLines(text: string, start: number, end: number, parseLine: (text: string, eol: string) => Line): readonly EmbeddedLine[] | undefined {
  const strings = jsonStrings(text, start, end);
  if (!strings) return undefined;
  const lines: EmbeddedLine[] = [];
  let found = false;
  for (const string of strings) {
    const inner = linesOf(text, string, parseLine);
    if (!isMessage(string) && !inner.some(({ shape }) => isTelling(shape))) continue;
    found = true;
    for (const line of inner) lines.push(line);
  }
  return found ? lines : undefined;
}

/** The keys under which JSON logs have their message: those of zap, Stackdriver, container runtimes, journald. */
const MESSAGE_KEYS: ReadonlySet<string> = new Set(['msg', 'message', 'log', 'MESSAGE']);

function isMessage({ key, depth }: JsonString): boolean {
  return depth === 1 && key !== undefined && MESSAGE_KEYS.has(key);
}

/** What no level, name or time looks like. */
function isTelling(shape: Shape): boolean {
  return shape !== Shape.Blank && shape !== Shape.Text && shape !== Shape.Comment && shape !== Shape.Fence;
}

function linesOf(text: string, { start, end }: JsonString, parseLine: (text: string, eol: string) => Line): readonly EmbeddedLine[] {
  const decoded = decodeJson(text, start, end);
  const lines: EmbeddedLine[] = [];
  let offset = 0;
  splitLines(decoded.text, (lineText, eol) => {
    const first = offset;
    offset += lineText.length + eol.length;
    const line = parseLine(lineText, eol);
    const toOuter = (column: number): number => decoded.column(first + Math.min(Math.max(column, 0), lineText.length));
    for (const inner of line.embedded ?? [line]) lines.push(standingIn(inner, inner === line ? toOuter : through(inner as EmbeddedLine, toOuter)));
  });
  return lines;
}

function through({ toOuter }: EmbeddedLine, next: (column: number) => number): (column: number) => number {
  return (column) => next(toOuter(column));
}
