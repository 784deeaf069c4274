import type { ConntrackView } from '../../net/conntrack';
import { invalid, type InvalidValue, type ValueType } from '../option';
import { noneOf } from './denials';
import type { Inverted } from './inverted';

/**
 * Bits of a list of states, in the order in which iptables-save prints them. Source:
 * include/uapi/linux/netfilter/xt_conntrack.h.
 */
export const STATE_BITS = {
  INVALID: 1,
  NEW: 2,
  RELATED: 4,
  ESTABLISHED: 8,
  UNTRACKED: 16,
  SNAT: 32,
  DNAT: 64,
} as const;
type StateName = keyof typeof STATE_BITS;

/** The order in which iptables tries an abbreviated name: `R` is RELATED, `S` is SNAT. */
const PLAIN: readonly StateName[] = ['INVALID', 'NEW', 'ESTABLISHED', 'RELATED', 'UNTRACKED'];

/** A comma list of states in any case and abbreviated at will, as iptables reads it. With `nat` also SNAT and DNAT. */
export function stateList(nat: boolean): ValueType<number> {
  const names: readonly StateName[] = nat ? [...PLAIN, 'SNAT', 'DNAT'] : PLAIN;
  return { metavariable: 'state[,state…]', completions: names, parse: (text) => readNames(text, names, STATE_BITS) };
}

/**
 * Reads a comma list of names, each in any case and cut short anywhere, as strncasecmp with the length of the word
 * allows.
 */
export function readNames(
  text: string,
  names: readonly string[],
  bits: Readonly<Record<string, number>>,
): number | InvalidValue {
  let mask = 0;
  for (const word of text.split(',')) {
    const name = word === '' ? undefined : names.find((each) => each.startsWith(word.toUpperCase()));
    if (name === undefined) return invalid(`"${word}" is not one of ${names.join(', ')}`);
    mask |= bits[name] as number;
  }
  return mask;
}

export function printStates(mask: number): string {
  return Object.entries(STATE_BITS)
    .filter(([, bit]) => mask & bit)
    .map(([name]) => name)
    .join(',');
}

/**
 * The states of a packet. A packet that connection tracking has not seen (raw table, tracking off) counts as INVALID,
 * as in the kernel: it has no connection and was not marked as untracked.
 */
export function packetStates(view: ConntrackView | undefined): number {
  if (view === undefined) return STATE_BITS.INVALID;
  if (view.entry === undefined) return view.state === 'UNTRACKED' ? STATE_BITS.UNTRACKED : STATE_BITS.INVALID;
  return (
    STATE_BITS[view.state] |
    (view.entry.sourceNat ? STATE_BITS.SNAT : 0) |
    (view.entry.destinationNat ? STATE_BITS.DNAT : 0)
  );
}

/** What a trace says of the state: `state NEW,DNAT`. */
export function actualStates(view: ConntrackView | undefined): string {
  return view === undefined
    ? 'state INVALID: connection tracking has not seen the packet'
    : `state ${printStates(packetStates(view))}`;
}

/** Why a packet has none of the states, or one of those that it must not have. */
export function statesDenial(view: ConntrackView | undefined, { value, inverted }: Inverted<number>): string {
  const states =
    view === undefined ? 'INVALID: connection tracking has not seen the packet' : printStates(packetStates(view));
  return inverted ? `${states} is in ${printStates(value)}` : noneOf(states, printStates(value).split(','));
}
