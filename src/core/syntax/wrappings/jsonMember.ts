import type { Rewritten } from '../../text/rewriting';
import { decodeJson } from './jsonDecode';
import { MESSAGE_KEYS } from './messageKeys';

/**
 * The string of a member that stands alone in its line, as in JSON that is printed for people (`gcloud logging read
 * --format=json`, `kubectl … -o json`):
 * `"textPayload": "-A OUTPUT …",`. Undefined for other lines.
 */
export function jsonMember(
  text: string,
  start: number,
  end: number,
): { readonly text: Rewritten; readonly isMessage: boolean } | undefined {
  if (text.charCodeAt(start) !== 34) return undefined;
  MEMBER.lastIndex = start;
  const found = MEMBER.exec(text);
  if (!found) return undefined;
  const from = found.index + found[0].length;
  let to = from;
  while (to < end && text.charCodeAt(to) !== 34) to += text.charCodeAt(to) === 92 ? 2 : 1;
  if (to >= end || !/^"[ \t]*,?[ \t]*$/.test(text.slice(to, end))) return undefined;
  return { text: decodeJson(text, from, to), isMessage: MESSAGE_KEYS.has(found[1] ?? '') };
}

const MEMBER = /"([\w.@/-]{1,60})"[ \t]{0,20}:[ \t]{0,20}"/y;
