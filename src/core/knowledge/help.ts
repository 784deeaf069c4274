import { packs } from './packs';

/** What besides the output of iptables-save may be pasted, to be put after `the output of iptables-save`: `, or …`. */
export function pastedToo(or: string): string {
  return packs.flatMap(({ pasted }) => (pasted === undefined ? [] : `${or}${pasted}`)).join('');
}

/** Whose proxies a journey continues after: `an X pod or node`. */
export function journeysOf(): string {
  return packs.flatMap(({ journeys }) => journeys?.of ?? []).join(', ');
}
