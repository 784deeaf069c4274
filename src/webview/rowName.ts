import type { Mark } from '../shared/protocol';
import type { VisibleRow } from './visibleRows';

/** What the sign before a row says. */
const SAID: Readonly<Record<Mark, string>> = {
  no: 'no match',
  yes: 'match',
  jump: 'jump',
  return: 'return',
  accept: 'accepted',
  drop: 'dropped',
  nat: 'translated',
  unknown: 'not certain',
  info: '',
  absent: '',
  end: 'the end',
};

/** What a screen reader says between the words that a row shows. */
export interface SpokenParts {
  /** Before the number of the line, and after it. */
  readonly front: string;
  readonly colon: string;
  /** After all else: the hook and the table, which the heading above shows. */
  readonly end: string;
}

/** `no match, line 7: -A INPUT -i lo -j ACCEPT, in eth0 ≠ lo, INPUT · filter`: the row, with these words in it. */
export function spokenParts({ row, group }: VisibleRow): SpokenParts {
  const end = group.quiet ? '' : `, ${group.title}`;
  if (row.kind === 'fold') return { front: '', colon: '', end };
  const sign = row.why.startsWith(SAID[row.mark]) ? '' : SAID[row.mark];
  const tried = row.kind === 'rule' && row.whatIf !== undefined;
  const front = [sign, tried ? 'what if, change ' : row.line === undefined ? '' : 'line ']
    .filter((word, i) => i > 0 || word !== '')
    .join(', ');
  return { front, colon: !group.quiet && (sign !== '' || row.line !== undefined || tried) ? ': ' : '', end };
}
