import type { Columns } from '../../core/text/columns';
import type { ExpressionProblem } from '../../core/net/packetExpression';

/** Words of the input with their place in it: UTF-16 columns, `end` exclusive. */
export interface Piece extends Columns {
  readonly text: string;
}

/** The packet with which a program begins to talk, as its command line states it. */
export interface FirstPacket {
  /** What it was read from, as people call it: `a curl command`, `a URL`. */
  readonly from: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp' | 'icmp';
  /** An address or a name. */
  readonly to: Piece;
  /** undefined: of ICMP. */
  readonly port: number | undefined;
  /** `-4`, `-6`. */
  readonly family?: 4 | 6 | undefined;
  readonly source?: Source | undefined;
  /** Other words of the expression: `ttl 5`, `df`. */
  readonly words?: readonly string[] | undefined;
  /** What was ignored or assumed, a sentence each. */
  readonly notes?: readonly string[] | undefined;
}

/** What a command line says of the sender. */
interface Source {
  readonly address?: Piece | undefined;
  readonly iface?: string | undefined;
  readonly port?: number | undefined;
}

/** `fe80::1%eth0` without the zone. */
export function withoutZone(address: string): string {
  return address.split('%', 1)[0] as string;
}

/** What is wrong, at a place. */
export function problemAt({ start, end }: Columns, message: string): ExpressionProblem {
  return { start, end, message };
}

export function isInputProblem(value: object | undefined): value is ExpressionProblem {
  return value !== undefined && 'message' in value;
}

/** A number from `least` to `most`, written in decimal; undefined for anything else. */
export function wholeNumber(text: string, least: number, most: number): number | undefined {
  return /^\d{1,10}$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined;
}

/** The part of a word from one column of its value to another; the whole word where quotes moved its columns. */
export function partOf(word: Piece, from: number, to: number): Piece {
  const text = word.text.slice(from, to);
  return word.end - word.start === word.text.length
    ? { text, start: word.start + from, end: word.start + to }
    : { ...word, text };
}
