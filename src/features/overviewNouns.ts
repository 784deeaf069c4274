import type { HostKind } from './overview';

/** What the facts of a host are called in text. */
export const NOUNS: Readonly<Record<HostKind, string>> = {
  route: 'route',
  address: 'address',
  listener: 'listening socket',
  rule: 'policy rule',
  set: 'set',
  sysctl: 'sysctl',
  connection: 'connection',
};

/** `1 address`, `2 addresses`. */
export function countedNoun(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : noun.endsWith('s') ? `${noun}es` : `${noun}s`}`;
}
