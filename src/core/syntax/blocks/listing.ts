import { AppendLine } from '../appendLine';
import { placeOfBuiltIn } from '../builtInChains';
import { saysRowsOmitted } from '../missingRules';
import { plain } from '../classified';
import { DerivedLine } from '../derived';
import { readEcho } from '../echo';
import type { ListedWord } from '../listing/form';
import { readListedText } from '../listing/readText';
import { beginsRow, guessColumns, readColumns, readRow, type RowField, type ListingColumns } from '../listing/row';
import { quotedWord } from '../quotedWord';
import { Shape } from '../shape';
import type { EmbeddedLine, Line, Listed, Listing } from '../tree';
import type { Block, BlockReader } from './block';

/**
 * What `iptables -L` prints, as rules: each line `Chain …` becomes the `-P` or `-N` of its chain, each row the `-A` of
 * its rule. A listing ends where a built-in chain follows that does not come after those above: they are in the order
 * of the hooks, before all others.
 */
export const listing: BlockReader = { begins: [Shape.ListingChain], read: readListing };

/**
 * Rows without the line `Chain …` right below the command that lists the chain: what `iptables -L CHAIN | grep X` lets
 * through. They are rules of that chain, which is not declared: the others are not there.
 */
export const filteredListing: BlockReader = { begins: [Shape.Echo], read: readFiltered };

function readFiltered(lines: readonly Line[], shapes: Uint8Array, from: number): Block | undefined {
  if (shapes[from + 1] !== Shape.ListingRow) return undefined;
  const line = lines[from] as Line;
  const listed = readEcho(line)?.listed;
  if (!listed) return undefined;
  const { rows, to } = readRows(lines, from + 1, undefined);
  const name = { text: listed.text, start: listed.start, end: listed.end, inverted: false };
  const chain = { line, name, rows };
  const whole: Listing = {
    family: familyOf([chain]),
    interfaces: rows.every((row) => row.kind !== 'row' || row.columns.interfaces),
  };
  const rules = rows.map((row) =>
    row.kind === 'row' ? rule(chain, { ...row, skips: undefined }, whole) : notRead(row, whole),
  );
  return { to, lines: [line, ...rules] };
}

function readListing(lines: readonly Line[], _shapes: Uint8Array, from: number): Block | undefined {
  const chains: ListedChain[] = [];
  const made = new Set<string>();
  let place = -1;
  let to = from;
  let next = from;
  let between: Line[] = [];
  while (lines[next]?.shape === Shape.ListingChain) {
    const chain = readChain(lines, next, between);
    if (!chain) break;
    const at = chain.builtIn ? placeOfBuiltIn(chain.name.text) : Infinity;
    // What a loop prints of the next pod or table begins with the same chains.
    if (at < place || (at === place && chain.builtIn) || made.has(chain.name.text)) break;
    made.add(chain.name.text);
    place = at;
    chains.push(chain);
    to = chain.to;
    next = to;
    between = [];
    for (let line = lines[next]; line && (line.shape === Shape.Blank || saysRowsOmitted(line)); line = lines[++next])
      if (line.shape !== Shape.Blank) between.push(line);
  }
  if (chains.length === 0) return undefined;
  const whole: Listing = {
    family: familyOf(chains),
    interfaces:
      chains.every(({ rows }) => rows.every((row) => row.kind !== 'row' || row.columns.interfaces)) &&
      chains.every(({ columns }) => columns?.interfaces ?? true),
  };
  return {
    to,
    lines: chains.flatMap((chain) => [
      ...chain.above,
      declaration(chain, whole),
      ...chain.rows.map((row) => (row.kind === 'row' ? rule(chain, row, whole) : notRead(row, whole))),
    ]),
  };
}

interface ListedChain {
  /** Lines between it and the chain above that say that something was omitted. */
  readonly above: readonly Line[];
  readonly line: Line;
  readonly name: RowField;
  readonly builtIn: boolean;
  readonly policy: RowField | undefined;
  readonly columns: ListingColumns | undefined;
  readonly rows: readonly (NumberedRow | OtherLine)[];
  /** The line after its last one. */
  readonly to: number;
}

type NamedChain = Pick<ListedChain, 'name'>;

interface NumberedRow {
  readonly kind: 'row';
  readonly line: Line;
  readonly columns: ListingColumns;
  /** Counted from 1 among those shown of its chain. */
  readonly number: number;
  /** Numbers of rows between it and the one above, which the listing does not show. */
  readonly skips: Listed['skips'];
}

/** A line between rows that is none: it says that rows were omitted, or is one that cannot be read. */
interface OtherLine {
  readonly kind: 'omission' | 'unread';
  readonly line: Line;
}

function readChain(lines: readonly Line[], at: number, above: readonly Line[]): ListedChain | undefined {
  const line = lines[at] as Line;
  CHAIN.lastIndex = line.contentStart;
  const found = CHAIN.exec(line.text);
  if (!found) return undefined;
  const [start, end] = found.indices?.[1] ?? [0, 0];
  const policy = found.indices?.[2];
  const below = lines[at + 1];
  const columns = below && readColumns(below.text, below.contentStart);
  return {
    above,
    line,
    columns,
    ...readRows(lines, columns ? at + 2 : at + 1, columns),
    builtIn: policy !== undefined,
    name: { text: line.text.slice(start, end), start, end, inverted: false },
    policy: policy && {
      text: line.text.slice(policy[0], policy[1]),
      start: policy[0],
      end: policy[1],
      inverted: false,
    },
  };
}

/** `to`: the line after the last one of the rows. */
function readRows(
  lines: readonly Line[],
  from: number,
  columns: ListingColumns | undefined,
): Pick<ListedChain, 'rows' | 'to'> {
  const rows: (NumberedRow | OtherLine)[] = [];
  const numbers = new RowNumbers();
  let to = from;
  for (let i = from; i < lines.length; i++) {
    const each = lines[i] as Line;
    if (endsRows(each)) break;
    const its = columns ?? guessColumns(each.text, each.contentStart);
    const row = readRow(each.text, each.contentStart, its);
    if (row) {
      rows.push({ kind: 'row', line: each, columns: its, ...numbers.of(its.numbers ? each : undefined) });
    } else if (saysRowsOmitted(each)) {
      rows.push({ kind: 'omission', line: each });
      numbers.omit();
    } else if (beginsRow(each.text, each.contentStart, its) || isRowAhead(lines, i + 1, its)) {
      // A line that is not a row belongs to the chain where it begins like one, or where rows go on after it: a comment
      // with a line break, a line cut in two.
      rows.push({ kind: 'unread', line: each });
      numbers.omit();
    } else break;
    to = i + 1;
  }
  return { rows, to };
}

/** Counts the rows of a chain, and finds those that are missing by the numbers that `--line-numbers` printed. */
class RowNumbers {
  private shown = 0;
  private last = 0;
  private omitted = false;

  omit(): void {
    this.omitted = true;
  }

  /** The next row; undefined: it has no number. */
  of(line: Line | undefined): Pick<NumberedRow, 'number' | 'skips'> {
    const number = ++this.shown;
    const printed = line ? Number.parseInt(line.text.slice(line.contentStart), 10) : NaN;
    const from = this.last + 1;
    const skips = !this.omitted && printed > from ? { from, to: printed - 1 } : undefined;
    this.last = Number.isNaN(printed) ? this.last : printed;
    this.omitted = false;
    return { number, skips };
  }
}

/** With an extra word for the counters: `(policy DROP 4 packets, 27K bytes)`. */
const CHAIN = /Chain (\S+) \((?:policy ([A-Z]+)|\d+ references?)\b/dy;

function isRowAhead(lines: readonly Line[], from: number, columns: ListingColumns): boolean {
  for (let i = from; i < Math.min(lines.length, from + MOST_BETWEEN); i++) {
    const line = lines[i] as Line;
    if (endsRows(line)) return false;
    if (readRow(line.text, line.contentStart, columns)) return true;
  }
  return false;
}

const MOST_BETWEEN = 3;

function endsRows({ shape }: Line): boolean {
  return shape === Shape.Blank || shape === Shape.ListingChain || shape === Shape.Fence;
}

/** The family of the first address or protocol that has one. */
function familyOf(chains: readonly Pick<ListedChain, 'rows'>[]): 4 | 6 | undefined {
  for (const { rows } of chains) {
    for (const each of rows) {
      if (each.kind !== 'row') continue;
      const { line, columns } = each;
      const row = readRow(line.text, line.contentStart, columns);
      if (!row) continue;
      for (const { text } of [row.source, row.destination]) {
        if (text.includes(':')) return 6;
        if (/^\d+\.\d+\.\d+\.\d+(?:\/|$)/.test(text)) return 4;
      }
      if (/^(?:icmpv6|ipv6-icmp)$/.test(row.protocol.text)) return 6;
      if (row.protocol.text === 'icmp') return 4;
    }
  }
  return undefined;
}

function declaration({ line, name, policy }: ListedChain, listing: Listing): EmbeddedLine {
  const derived = new DerivedLine();
  derived.put(policy ? '-P ' : '-N ', line, line.contentStart, line.contentStart + 5);
  put(derived, line, [name, ...(policy ? [policy] : [])]);
  return listedAs(derived, { listing, unread: [] });
}

function rule(chain: NamedChain, row: NumberedRow, listing: Listing): EmbeddedLine {
  const { derived, unread } = derive(chain, row);
  const made = unread.length === 0 ? derived.made() : undefined;
  const shown: Listed = { listing, unread, ...(row.skips && { skips: row.skips }) };
  // Rules of one pattern are read once, as in a dump; a rule with missing words has a pattern of its own.
  if (made && /^(?:\[\d+:\d+\] )?-A /.test(made.text)) return new ListedLine(made.index, made.text, chain, row, shown);
  return listedAs(derived, shown);
}

/** It stays text; where it is a row that cannot be read, it is one of the listing all the same. */
function notRead({ kind, line }: OtherLine, listing: Listing): Line {
  if (kind === 'omission') return line;
  const unread: EmbeddedLine = {
    index: line.index,
    text: line.text,
    eol: line.eol,
    contentStart: line.contentStart,
    ...plain.text,
    listed: { listing, unread: [line.text.slice(line.contentStart).trim()] },
    toOuter: (column) => column,
  };
  return unread;
}

function listedAs(derived: DerivedLine, listed: Listed): EmbeddedLine {
  return { ...(derived.read()[0] as EmbeddedLine), listed };
}

/** `-A CHAIN …` of a row, and the words of the row that are not understood. */
function derive(
  { name }: NamedChain,
  { line, columns, number }: NumberedRow,
): { readonly derived: DerivedLine; readonly unread: readonly string[] } {
  const derived = new DerivedLine();
  const from = line.contentStart;
  const row = readRow(line.text, from, columns);
  if (!row) return { derived, unread: [] };
  const { counters, target, protocol, fragment, inInterface, outInterface, source, destination } = row;
  const begin = `${counters ? `[${counters.packets}:${counters.bytes}] ` : ''}-A ${quotedWord(name.text)}`;
  const text = readListedText(line.text, row.rest, target?.text, `not-shown-${name.text}-${number}`);
  const words: ListedWord[] = [];
  const add = (option: string, field: RowField, value: string): void => {
    const { start, end } = field;
    if (field.inverted) words.push({ text: '!', start, end });
    words.push({ text: option, start, end });
    if (value !== '') words.push({ text: value, start, end });
  };
  if (!isAny(source)) add('-s', source, networkName(source.text));
  if (!isAny(destination)) add('-d', destination, networkName(destination.text));
  if (inInterface && !isAnyInterface(inInterface)) add('-i', inInterface, inInterface.text);
  if (outInterface && !isAnyInterface(outInterface)) add('-o', outInterface, outInterface.text);
  if (protocol.inverted || !/^(?:0|all)$/.test(protocol.text)) add('-p', protocol, protocol.text);
  if (fragment) add('-f', fragment, '');
  words.push(...text.matches);
  if (target) words.push({ ...target, text: row.goto ? '-g' : '-j' }, target, ...text.target);
  derived.put(words.length > 0 ? `${begin} ` : begin, line, from, target?.start ?? from);
  put(derived, line, words);
  return { derived, unread: text.unread.map(({ start, end }) => line.text.slice(start, end)) };
}

function put(derived: DerivedLine, line: Line, words: readonly ListedWord[]): void {
  // Each with the blank after it, so that its end is that of what it stands for.
  for (const [i, { text, start, end }] of words.entries())
    derived.put(i < words.length - 1 ? `${quotedWord(text)} ` : quotedWord(text), line, start, end);
}

/** A rule of a listing: nothing is kept of how it was read, because the places of its words are rarely needed. */
class ListedLine extends AppendLine implements EmbeddedLine {
  private places: EmbeddedLine['toOuter'] | undefined = undefined;

  constructor(
    index: number,
    text: string,
    private readonly chain: NamedChain,
    private readonly row: NumberedRow,
    readonly listed: Listed,
  ) {
    super(index, text, '\n', 0);
  }

  get toOuter(): EmbeddedLine['toOuter'] {
    return (this.places ??= derive(this.chain, this.row).derived.made()?.toOuter ?? (() => this.row.line.contentStart));
  }
}

function isAny({ text, inverted }: RowField): boolean {
  return !inverted && /^(?:anywhere|0\.0\.0\.0\/0|::\/0)$/.test(text);
}

function isAnyInterface({ text, inverted }: RowField): boolean {
  return !inverted && (text === '*' || text === 'any');
}

/** Names that iptables takes from /etc/networks, which says so wherever it has them. */
function networkName(text: string): string {
  return text === 'anywhere'
    ? '0/0'
    : text
        .replace(/^loopback(?=\/)/, '127.0.0.0')
        .replace(/^link-local(?=\/)/, '169.254.0.0')
        .replace(/^default(?=\/|$)/, '0.0.0.0');
}
