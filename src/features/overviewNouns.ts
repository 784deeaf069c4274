import type { HostKind } from './overview';

/** What the facts of a host are called in text. */
export const NOUNS: Readonly<Record<HostKind, string>> = {
  route: 'route', address: 'address', listener: 'listening socket', rule: 'policy rule', set: 'set', sysctl: 'sysctl', connection: 'connection',
};
