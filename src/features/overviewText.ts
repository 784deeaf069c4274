import { visible } from '../core/text/visible';
import type { Overview } from './overview';
import { reasonText } from './unread';
import { countedNoun, NOUNS } from './overviewNouns';

/** At most this many lines that were not read are listed; nobody reads more of them, and they are counted. */
const MOST_UNREAD = 50;
const MOST_PACKETS = 50;
const MOST_OPEN = 50;

/** The overview as a person reads it in a terminal. */
export function overviewText({ ruleSets, host, packets, openTables, unread }: Overview): string {
  const out: string[] = [];
  const part = (title: string, lines: readonly string[]): void => {
    if (lines.length > 0)
      out.push(`${out.length > 0 ? '\n' : ''}${title}\n`, ...lines.map((line) => `  ${visible(line)}\n`));
  };
  part(
    'Rules',
    ruleSets.map(({ title, backend, fragment, tables, lines }, i) => {
      const content = Object.entries(tables)
        .map(([name, { chains, rules }]) => `${name} ${countedNoun(rules, 'rule')} in ${countedNoun(chains, 'chain')}`)
        .join(', ');
      return (
        `${i + 1}  ${placeOf(lines)}  ${title}${backend ? `, ${backend}` : ''}${fragment ? ', a fragment' : ''}: ` +
        `${content}`
      );
    }),
  );
  part(
    'Host',
    host.map(
      ({ kind, lines, count, examples, place }) =>
        `${placeOf(lines)}  ${countedNoun(count, NOUNS[kind])}` +
        `${place === undefined ? '' : ` ${place}`}${examples === '' ? '' : `: ${examples}`}`,
    ),
  );
  part(
    'Packets',
    limited(packets, MOST_PACKETS, ({ line, expression }) => [`line ${line}  ${expression}`]),
  );
  part(
    'Tables that the file does not state',
    limited(openTables, MOST_OPEN, ({ chain, lines, table, reason, said, candidates }) => [
      `${placeOf([lines[0] ?? 0, lines.at(-1) ?? 0])}  ${chain}: ${table}, ` +
        `${said ? 'as you stated' : `a guess: ${reason} (--table ` + `${chain}=${candidates.find((each) => each !== table) ?? table} changes it)`}`,
    ]),
  );
  part(
    'Not read',
    limited(unread, MOST_UNREAD, (each) => [`line ${each.line}: ${reasonText(each)}`, `    ${each.text}`]),
  );
  return out.join('');
}

function placeOf([first, last]: readonly [number, number]): string {
  return first === last ? `line ${first}` : `lines ${first}–${last}`;
}

function limited<T>(all: readonly T[], most: number, lines: (each: T) => readonly string[]): readonly string[] {
  return [...all.slice(0, most).flatMap(lines), ...(all.length > most ? [`… and ${all.length - most} more`] : [])];
}
