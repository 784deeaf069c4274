import { Shape } from './shape';
import type { Line } from './tree';

/**
 * Where the lines of JSON that is printed for people end which are between two messages: brackets, and members that
 * hold no message. `from` itself where the line there is not one of these, or where none of them is a member, as braces
 * alone may be anything.
 */
export function jsonFrameEnd(lines: readonly Line[], from: number): number {
  let i = from;
  let members = 0;
  for (; i < lines.length; i++) {
    const line = lines[i];
    if (line?.shape !== Shape.Text) break;
    const text = line.text.trim();
    if (MEMBER.test(text)) members++;
    else if (!BRACKETS.test(text) || (members === 0 && i - from > MOST_BRACKETS)) break;
  }
  return members > 0 ? i : from;
}

/** An entry is nested no deeper. */
const MOST_BRACKETS = 12;

const MEMBER = /^"[\w.@/-]{1,60}"[ \t]*:[ \t]*(?:"(?:[^"\\]|\\.){0,2000}"|-?[\d.]{1,30}|true|false|null|[[{][\]}]?),?$/;
const BRACKETS = /^(?:[[\]{}],?|[\]}][ \t]*,[ \t]*[[{])$/;
