import { visible } from '../core/text/visible';
import { reasonText, type UnreadLine } from '../features/unread';

/** At most this many unread lines are listed below a trace; `overview` lists all of them. */
const MOST_UNREAD = 10;

/** What a trace did not read, below it; empty where that is nothing. */
export function unreadText(unread: readonly UnreadLine[], name: string): string {
  if (unread.length === 0) return '';
  const shown = unread.slice(0, MOST_UNREAD).map((each) => `  line ${each.line}: ${visible(reasonText(each))}\n`);
  const more = unread.length - shown.length;
  return (
    `\nNot read:\n${shown.join('')}` +
    `${more > 0 ? `  … and ${more} more: iptables-lens overview ${visible(name)}\n` : ''}`
  );
}
