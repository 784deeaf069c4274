import { skipBlanks, trimmedEnd } from '../../text/blanks';

/** Which columns a listing has: those of `-v` and of `--line-numbers` may be missing. */
export interface ListingColumns {
  readonly numbers: boolean;
  readonly counters: boolean;
  readonly interfaces: boolean;
}

/** A word of a row, with its columns; a `!` before it is not part of it. */
export interface RowField {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly inverted: boolean;
}

/** A row of `iptables -L`: the fields before what the extensions print. */
export interface ListedRow {
  /** Where both were printed to the last digit. */
  readonly counters: { readonly packets: string; readonly bytes: string } | undefined;
  /** undefined: the rule has none. */
  readonly target: RowField | undefined;
  readonly protocol: RowField;
  /** `-f`, `!f`; undefined where the rule does not test for fragments. */
  readonly fragment: RowField | undefined;
  readonly inInterface: RowField | undefined;
  readonly outInterface: RowField | undefined;
  readonly source: RowField;
  readonly destination: RowField;
  readonly goto: boolean;
  /** The column of what matches and target print. */
  readonly rest: number;
}

/**
 * `num  pkts bytes target  prot opt in  out  source  destination`, the line below `Chain …`; undefined for any other.
 */
export function readColumns(text: string, start: number): ListingColumns | undefined {
  COLUMNS.lastIndex = start;
  const found = COLUMNS.exec(text);
  return found
    ? { numbers: found[1] !== undefined, counters: found[2] !== undefined, interfaces: found[3] !== undefined }
    : undefined;
}

const COLUMNS =
  /(num[ \t]+)?(pkts[ \t]+bytes[ \t]+)?target[ \t]+prot[ \t]+opt[ \t]+(in[ \t]+out[ \t]+)?source[ \t]+destination[ \t]*$/y;

/** The columns that a row itself shows, where the line that names them was not copied. */
export function guessColumns(text: string, start: number): ListingColumns {
  const words = text
    .slice(start, start + 400)
    .trim()
    .split(/[ \t]+/);
  const leading = words.findIndex((word) => !/^\d+[KMGTP]?$/.test(word));
  const option = words.findIndex((word) => OPTION.test(word));
  const before = Math.max(0, Math.min(leading, option < 0 ? leading : option - 1));
  const behind = option < 0 ? undefined : words[option + 1];
  return {
    numbers: before === 1 || before === 3,
    counters: before >= 2,
    interfaces: behind !== undefined && !looksLikeAddress(behind),
  };
}

/**
 * Reads a row by its words, not by their places: wide values push the others to the right, and pastes lose blanks.
 * undefined where the text is not a row with these columns. Source: iptables/iptables.c print_firewall,
 * iptables/nft-ipv4.c, iptables/nft-ipv6.c.
 */
export function readRow(
  text: string,
  start: number,
  { numbers, counters, interfaces }: ListingColumns,
): ListedRow | undefined {
  const fields = readFields(text, start);
  const first = (numbers ? 1 : 0) + (counters ? 2 : 0);
  for (let i = 0; i < first; i++) if (!/^\d+[KMGTP]?$/.test(fields[i]?.text ?? '')) return undefined;
  // A rule without target has nothing but blanks there.
  const blank = blanksBefore(text, fields[first]?.start ?? 0) >= TARGET_WIDTH;
  for (const target of blank ? [0, 1] : [1, 0]) {
    const protocol = fields[first + target];
    const behind = fields[first + target + 1];
    if (!protocol || !behind) continue;
    // ip6tables before 1.8.9 leaves the column for options empty.
    const option = OPTION.test(written(behind)) ? 1 : 0;
    if (!(option === 1 ? ANY_PROTOCOL : target === 1 ? PROTOCOL : COMMON_PROTOCOL).test(protocol.text)) continue;
    let at = first + target + 1 + option;
    const found = {
      inInterface: interfaces ? fields[at++] : undefined,
      outInterface: interfaces ? fields[at++] : undefined,
      source: fields[at++],
      destination: fields[at],
    };
    const { source, destination } = found;
    if (!source || !destination || !isAddress(source.text) || !isAddress(destination.text)) continue;
    if (option === 0 && !looksLikeAddress(source.text) && !looksLikeAddress(destination.text)) continue;
    if (target === 1 && fields[first]?.inverted) continue;
    const rest = skipBlanks(text, destination.end, text.length);
    const goto = /^\[goto\](?=[ \t]|$)/.test(text.slice(rest, rest + 7));
    return {
      ...found,
      source,
      destination,
      protocol,
      goto,
      counters: counters ? exactCounters(fields.slice(numbers ? 1 : 0)) : undefined,
      target: target === 1 ? fields[first] : undefined,
      fragment: option === 1 && behind.text !== '--' ? behind : undefined,
      rest: goto ? skipBlanks(text, rest + 6, text.length) : rest,
    };
  }
  return undefined;
}

/** Whether a text that is no row is the beginning of one, up to the column for options at least. */
export function beginsRow(text: string, start: number, { numbers, counters }: ListingColumns): boolean {
  const fields = readFields(text, start);
  const first = (numbers ? 1 : 0) + (counters ? 2 : 0);
  for (let i = 0; i < first; i++) if (!/^\d+[KMGTP]?$/.test(fields[i]?.text ?? '')) return false;
  return [first + 1, first + 2].some((at) => {
    const option = fields[at];
    return option !== undefined && OPTION.test(written(option)) && ANY_PROTOCOL.test(fields[at - 1]?.text ?? '');
  });
}

const OPTION = /^(?:--|[-!]f)$/;
/** Some have a dot in their names, as hosts have: `ax.25`. */
const ANY_PROTOCOL = /^(?:\d{1,3}|[a-zA-Z][\w.+-]*)$/;
const PROTOCOL = /^(?:\d{1,3}|(?!anywhere$)[a-zA-Z][a-zA-Z0-9_+-]*)$/;
const COMMON_PROTOCOL =
  /^(?:\d{1,3}|all|tcp|udp|udplite|icmp|icmpv6|ipv6-icmp|esp|ah|sctp|dccp|gre|igmp|ipencap|ipip|ipv6|ospf|ospfigp|vrrp|pim|l2tp|ipcomp|mobility-header)$/;
const TARGET_WIDTH = 10;
/** num, pkts, bytes, target, prot, opt, in, out, source, destination. */
const MOST_FIELDS = 10;

function readFields(text: string, start: number): readonly RowField[] {
  const fields: RowField[] = [];
  const end = trimmedEnd(text);
  WORD.lastIndex = start;
  for (
    let found = WORD.exec(text);
    found && found.index < end && fields.length < MOST_FIELDS;
    found = WORD.exec(text)
  ) {
    const inverted = found[1] !== undefined;
    fields.push({ text: found[2] ?? '', start: found.index, end: found.index + found[0].length, inverted });
  }
  return fields;
}

const WORD = /(!)?([^ \t]+)/g;

function blanksBefore(text: string, column: number): number {
  let from = column;
  while (from > 0 && (text.charCodeAt(from - 1) === 32 || text.charCodeAt(from - 1) === 9)) from--;
  return column - from;
}

function written({ text, inverted }: RowField): string {
  return inverted ? `!${text}` : text;
}

function exactCounters([packets, bytes]: readonly RowField[]): ListedRow['counters'] {
  return packets && bytes && /^\d+$/.test(packets.text) && /^\d+$/.test(bytes.text)
    ? { packets: packets.text, bytes: bytes.text }
    : undefined;
}

/** An address as a row shows it, which may be a name of a host or network. */
function isAddress(text: string): boolean {
  return /^[\w:][\w.:-]*(?:\/[\da-fA-F.:]+)?$/.test(text);
}

/** No interface and no protocol has such a name. */
function looksLikeAddress(text: string): boolean {
  return (
    /^!?(?:anywhere|\d+\.\d+\.\d+\.\d+(?:\/[\d.]+)?)$/.test(text) ||
    // Not the time of a line of a log, `18:00:18`.
    (/^!?[\da-fA-F]*:[\da-fA-F:.]*(?:\/[\da-fA-F:]+)?$/.test(text) &&
      (text.includes('::') || /^(?:[^:]*:){6}/.test(text)))
  );
}
