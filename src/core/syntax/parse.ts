import { splitLines } from '../text/splitLines';
import { detectLanguage } from './detect';
import { parseLine } from './line';
import { readSections } from './readSections';
import { shapesOf } from './shapesOf';
import type { SourceFile } from './sourceFile';
import type { Line } from './tree';
import { mayBeDamaged } from './wrappings/repair';

export interface ParseOptions {
  readonly fileName?: string;
  readonly languageId?: string;
}

/**
 * Reads any text: a dump, restore input, a log, notes with dumps in them. Never throws and loses nothing
 * (`printSourceFile` gives the text back). The file's name gives the family of rules that do not state it themselves.
 */
export function parseSourceFile(text: string, options: ParseOptions = {}): SourceFile {
  const lines: Line[] = [];
  const asItIs =
    detectLanguage({ fileName: options.fileName ?? '' }) === 'iptables' || options.languageId === 'iptables';
  const intact = asItIs || !mayBeDamaged(text);
  splitLines(text, (line, eol) => {
    lines.push(parseLine(line, eol, lines.length, intact));
  });
  const shapes = shapesOf(lines);
  return { lines, shapes, asItIs, ...readSections(lines, shapes, familyOfName(options)) };
}

/**
 * 6 for `rules.v6`, `ip6tables-save.txt`, `dump.ip6tables`, and 4 for their likes; undefined where the name says
 * nothing.
 */
function familyOfName({ fileName = '', languageId = '' }: ParseOptions): 4 | 6 | undefined {
  const name = fileName.slice(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1).toLowerCase();
  if (name.endsWith('.v6') || name.includes('ip6tables') || languageId === 'ip6tables') return 6;
  if (name.endsWith('.v4')) return 4;
  return undefined;
}
