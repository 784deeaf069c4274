import type { Tuple } from '../net/conntrack';
import { unknown, type Answer } from '../xtables/answer';
import { ask } from '../xtables/draft';
import type { Condition } from '../xtables/extension';
import type { PacketView } from '../xtables/view';

/**
 * The answer of a condition for a packet whose port (or ICMP id) NAT has drawn at random: unknown where other numbers
 * that may have been drawn give another answer. The first, the last and some between them stand for all, so a single
 * number that a rule names is taken as not drawn.
 */
export function askDrawn(condition: Condition, view: PacketView): Answer {
  const answer = ask(condition, view);
  const { drawn } = view;
  if (!drawn || condition.stateful || typeof answer !== 'boolean') return answer;
  const [first, last] = drawn.numbers;
  if (samples(first, last).every((number) => ask(condition, withNumber(view, drawn, number)) === answer)) return answer;
  return unknown(`NAT draws the number at random, from ${first} to ${last}`);
}

/** At most this many numbers between the first and the last are asked. */
const SAMPLES = 7;

function samples(first: number, last: number): readonly number[] {
  const size = last - first;
  return [...new Set(Array.from({ length: SAMPLES + 2 }, (_, i) => first + Math.round((size * i) / (SAMPLES + 1))))];
}

/** The same view of the packet with another number in its place, and in that of its connection. */
function withNumber(view: PacketView, drawn: NonNullable<PacketView['drawn']>, number: number): PacketView {
  const { packet, conntrack } = view;
  const source = drawn.half === 'source';
  const field =
    packet.icmpId === drawn.number && conntrack?.entry?.reply.icmp
      ? 'icmpId'
      : source
        ? 'sourcePort'
        : 'destinationPort';
  const entry = conntrack?.entry && {
    ...conntrack.entry,
    reply: withReplyNumber(conntrack.entry.reply, source, number),
  };
  return {
    ...view,
    packet: packet[field] === drawn.number ? { ...packet, [field]: number } : packet,
    conntrack: conntrack && { ...conntrack, entry },
  };
}

function withReplyNumber(reply: Tuple, source: boolean, number: number): Tuple {
  if (reply.icmp) return { ...reply, icmp: { ...reply.icmp, id: number } };
  return source ? { ...reply, destinationPort: number } : { ...reply, sourcePort: number };
}
