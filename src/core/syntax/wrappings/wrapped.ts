import type { EmbeddedLine } from '../tree';
import { listedCommand } from './commandLists';
import { goMapRules } from './goMaps';
import { jsonMember } from './jsonMember';
import { linesOf, type ParseWithin } from './linesOf';
import { loggedTexts, withoutFields } from './logged';

/**
 * The lines that a line of prose holds in the fields of a log or as a list of words, for a line that by itself says
 * nothing; undefined where there are none.
 */
export function wrappedLines(
  text: string,
  start: number,
  end: number,
  parseLine: ParseWithin,
): readonly EmbeddedLine[] | undefined {
  PRINTED.lastIndex = start;
  if (PRINTED.test(text)) return undefined;
  const member = jsonMember(text, start, end);
  if (member) return linesOf([member.text], parseLine, member.isMessage);
  const map = goMapRules(text, start, end);
  const tables = map && linesOf([map], parseLine);
  if (tables) return tables;
  const texts = loggedTexts(text, start, end);
  const logged = texts && linesOf(texts, parseLine);
  if (logged) return logged;
  const listed = listedCommand(text, start, end);
  const command = listed && linesOf([listed], parseLine);
  if (command) return command;
  const bare = withoutFields(text, start, end);
  return bare && linesOf([bare], parseLine);
}

/** A script does not run what it prints. Where that goes to iptables-restore, the reader of scripts finds it. */
const PRINTED = /(?:[$#+][ \t]+)?(?:echo|printf)[ \t]/y;
