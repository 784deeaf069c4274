import { readdirSync, readFileSync } from 'node:fs';

/** A run of carets under a source line: the text there is one token with these scopes. Columns as in the line. */
interface Mark {
  readonly start: number;
  readonly end: number;
  readonly scopes: readonly string[];
}

export interface CaseLine {
  readonly text: string;
  readonly marks: readonly Mark[];
  /** 1-based line in the case file. */
  readonly at: number;
}

export interface CaseFile {
  readonly name: string;
  /** The scope name of the grammar that the lines are read with. */
  readonly host: string;
  readonly lines: readonly CaseLine[];
}

/**
 * The files under cases/. A line after `|` is source; the lines below it, each with one run of `^` and the scopes
 * expected there, without the `.iptables` that all of them end in. What no mark covers must have no scope of ours.
 * `// host: SCOPE` chooses another grammar than source.iptables; other `//` lines are comments.
 */
export function readCases(): CaseFile[] {
  const folder = new URL('cases/', import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.scopes'))
    .sort()
    .map((name) => parseCases(name, readFileSync(new URL(name, folder), 'utf8')));
}

function parseCases(name: string, text: string): CaseFile {
  let host = 'source.iptables';
  const lines: { text: string; marks: Mark[]; at: number }[] = [];
  text.split('\n').forEach((line, index) => {
    if (line.startsWith('|')) {
      lines.push({ text: line.slice(1), marks: [], at: index + 1 });
    } else if (line.startsWith('//')) {
      host = /^\/\/ host: (\S+)$/.exec(line)?.[1] ?? host;
    } else if (line !== '') {
      const mark = /^ (\s*)(\^+) (\S.*)$/.exec(line);
      const source = lines.at(-1);
      if (mark === null || source === undefined) throw new Error(`${name}:${index + 1}: neither source nor a mark`);
      const [, indent = '', carets = '', scopes = ''] = mark;
      source.marks.push({ start: indent.length, end: indent.length + carets.length, scopes: scopes.split(' ') });
    }
  });
  return { name, host, lines };
}
