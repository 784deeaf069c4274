import { packs } from './packs';

/** What besides the output of iptables-save may be pasted, to stand behind `the output of iptables-save`: `, or …`. */
export function pastedToo(or: string): string {
  return packs.flatMap(({ pasted }) => (pasted === undefined ? [] : `${or}${pasted}`)).join('');
}

/** Whose proxies a journey goes on behind: `an X pod or node`. */
export function journeysOf(): string {
  return packs.flatMap(({ journeys }) => journeys?.of ?? []).join(', ');
}
