import { decodeJson } from './jsonDecode';
import { jsonStrings, type JsonString } from './jsonStrings';
import type { EmbeddedLine } from '../tree';
import { MESSAGE_KEYS } from './messageKeys';
import { linesOf, type ParseWithin } from './linesOf';

/**
 * The lines within the strings of a JSON log entry (`{"level":"info",…,"msg":"…\n* nat\n…"}`, what a log shipper
 * wrapped around one, a list of them), or undefined where the text from `start` is no such entry. Of the strings count
 * the message and whatever holds more than prose, at any depth. A line that is JSON itself is replaced by its own
 * lines, so that none of those given here is JSON. An entry that is cut off in the middle still gives what is there.
 * `parseLine` reads a line that is one string deeper.
 */
export function embeddedLines(
  text: string,
  start: number,
  end: number,
  parseLine: ParseWithin,
): readonly EmbeddedLine[] | undefined {
  const strings = jsonStrings(text, start, end);
  if (!strings) return undefined;
  const lines: EmbeddedLine[] = [];
  let found = false;
  for (const string of strings) {
    const inner = linesOf([decodeJson(text, string.start, string.end)], parseLine, isMessage(string));
    if (!inner) continue;
    found = true;
    for (const line of inner) lines.push(line);
  }
  return found ? lines : undefined;
}

function isMessage({ key, depth }: JsonString): boolean {
  return depth === 1 && key !== undefined && MESSAGE_KEYS.has(key);
}
