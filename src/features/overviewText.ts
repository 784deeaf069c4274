import { visible } from '../core/text/visible';
import type { Overview } from './overview';
import { countedNoun, NOUNS } from './overviewNouns';

/** So many lines that were not read are listed; nobody reads more of them, and they are counted. */
const MOST_UNREAD = 50;
const MOST_PACKETS = 50;

/** The overview as a person reads it in a terminal. */
export function overviewText({ ruleSets, host, packets, unread }: Overview): string {
  const out: string[] = [];
  const part = (title: string, lines: readonly string[]): void => {
    if (lines.length > 0) out.push(`${out.length > 0 ? '\n' : ''}${title}\n`, ...lines.map((line) => `  ${visible(line)}\n`));
  };
  part('Rules', ruleSets.map(({ title, backend, fragment, tables, lines }, i) => {
    const content = Object.entries(tables).map(([name, { chains, rules }]) => `${name} ${countedNoun(rules, 'rule')} in ${countedNoun(chains, 'chain')}`).join(', ');
    return `${i + 1}  ${placeOf(lines)}  ${title}${backend ? `, ${backend}` : ''}${fragment ? ', a fragment' : ''}: ${content}`;
  }));
  part('Host', host.map(({ kind, lines, count }) => `${placeOf(lines)}  ${countedNoun(count, NOUNS[kind])}`));
  part('Packets', limited(packets.map(({ line, expression }) => `line ${line}  ${expression}`), MOST_PACKETS));
  part('Not read', limited(unread.map(({ line, text, reason }) => [`line ${line}: ${reason}`, `    ${text}`]), MOST_UNREAD).flat());
  return out.join('');
}

function placeOf([first, last]: readonly [number, number]): string {
  return first === last ? `line ${first}` : `lines ${first}–${last}`;
}

function limited<Entry>(entries: readonly Entry[], most: number): readonly (Entry | string)[] {
  return entries.length <= most ? entries : [...entries.slice(0, most), `… and ${entries.length - most} more`];
}
