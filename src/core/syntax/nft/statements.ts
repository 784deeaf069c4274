import type { Columns } from '../../text/columns';
import { quoteEnd } from '../prefix';
import type { Line } from '../tree';
import type { NftPart } from './node';

/** A statement of nft: where it stands. It ends with its line or at a `;`, and goes on while braces are open. */
export interface NftStatement {
  readonly part: NftPart;
  /** One for each line that it is in. */
  readonly pieces: readonly (Columns & { readonly line: Line })[];
}

/** What a table holds in braces of its own, by the first word. Source: nftables src/parser_bison.y, table_block. */
const BLOCKS: Readonly<Record<string, NftPart>> = {
  chain: 'chain',
  set: 'set',
  map: 'map',
  flowtable: 'object',
  counter: 'object',
  quota: 'object',
  limit: 'object',
  ct: 'object',
  secmark: 'object',
  synproxy: 'object',
  tunnel: 'object',
};

/** `"…"` may hold any sign; `#` ends what counts of a line. */
const SIGN = /"[^"]*"?|#|[{};]/g;

/**
 * The statements of a table in braces, from the line that opens it on, and the line after its end. A table that is
 * never closed goes on as far as its lines look like one; undefined where none does. `to`: where to stop looking.
 */
export function statementsOfTable(
  lines: readonly Line[],
  from: number,
  to: number,
): { readonly statements: readonly NftStatement[]; readonly to: number } | undefined {
  const splitter = new Splitter();
  for (let i = from; i < to; i++) {
    splitter.read(lines[i] as Line);
    if (splitter.done) return { statements: splitter.statements, to: i + 1 };
  }
  return cutOff(lines, from, to);
}

/** The start of a table whose end is not there, up to a line that is not indented. */
function cutOff(lines: readonly Line[], from: number, to: number): ReturnType<typeof statementsOfTable> {
  const splitter = new Splitter();
  let end = from;
  for (; end < to; end++) {
    const line = lines[end] as Line;
    if (
      end > from &&
      line.text.trim() !== '' &&
      !/^[ \t]/.test(line.text.slice(quoteEnd(line.text, line.text.length) === 0 ? 0 : line.contentStart - 1))
    )
      break;
    splitter.read(line);
  }
  return splitter.statements.length > 1 && BLOCK_LIKE.test(textOf(splitter.statements[1] as NftStatement))
    ? { statements: splitter.statements, to: end }
    : undefined;
}

/** What may be first in a table. */
const BLOCK_LIKE =
  /^(?:(?:chain|set|map|flowtable|counter|quota|limit|secmark|synproxy)\s+[\w"]|ct\s+(?:helper|timeout|expectation)\s|flags\s|comment\s)/;

function textOf({ pieces: [piece] }: NftStatement): string {
  return piece ? piece.line.text.slice(piece.start, piece.end) : '';
}

/**
 * One statement outside of any table, such as `add element inet t m { …`: its pieces and the line after its end;
 * undefined where its braces stay open.
 */
export function commandPieces(
  lines: readonly Line[],
  from: number,
  to: number,
  start: number,
): { readonly pieces: NftStatement['pieces']; readonly to: number } | undefined {
  const pieces: (Columns & { line: Line })[] = [];
  let depth = 0;
  for (let i = from; i < to; i++) {
    const line = lines[i] as Line;
    const begin = i === from ? start : line.contentStart;
    let end = line.text.length;
    SIGN.lastIndex = begin;
    for (let found = SIGN.exec(line.text); found; found = SIGN.exec(line.text)) {
      if (found[0] === '#') {
        end = found.index;
        break;
      }
      if (found[0] === '{') depth++;
      else if (found[0] === '}') depth--;
    }
    pieces.push({ line, start: begin, end: trimmed(line.text, begin, end) });
    if (depth <= 0 && !line.text.slice(begin, end).trimEnd().endsWith('\\')) return { pieces, to: i + 1 };
  }
  return undefined;
}

class Splitter {
  readonly statements: NftStatement[] = [];
  done = false;
  /** The blocks that are open, the innermost last. */
  private readonly open: NftPart[] = [];
  /** Braces that are open within the present statement. */
  private inline = 0;
  private pieces: (Columns & { line: Line })[] = [];

  read(line: Line): void {
    const { text } = line;
    let start = line.contentStart;
    SIGN.lastIndex = start;
    let found: RegExpExecArray | null;
    let end = text.length;
    while ((found = SIGN.exec(text))) {
      const sign = found[0];
      if (sign === '#') {
        end = found.index;
        break;
      }
      if (sign.startsWith('"')) continue;
      if (sign === '{') {
        const block = this.inline === 0 ? this.blockOf(line, start, found.index) : undefined;
        if (block === undefined) this.inline++;
        else {
          this.take(line, start, found.index);
          this.finish(block);
          this.open.push(block);
          start = found.index + 1;
        }
      } else if (sign === '}') {
        if (this.inline > 0) this.inline--;
        else {
          this.take(line, start, found.index);
          this.finish();
          this.open.pop();
          this.statements.push({ part: 'end', pieces: [{ line, start: found.index, end: found.index + 1 }] });
          start = found.index + 1;
          if (this.open.length === 0) {
            this.done = true;
            return;
          }
        }
      } else if (this.inline === 0) {
        this.take(line, start, found.index);
        this.finish();
        start = found.index + 1;
      }
    }
    this.take(line, start, end);
    if (this.inline === 0 && !text.slice(start, end).trimEnd().endsWith('\\')) this.finish();
  }

  /** What a brace opens that comes after the words from `start` to `end`; undefined: it belongs to the statement. */
  private blockOf({ text }: Line, start: number, end: number): NftPart | undefined {
    if (this.open.length === 0) return 'table';
    if (this.open.length > 1 || this.pieces.length > 0) return undefined;
    return BLOCKS[/^[ \t]*(\w+)/.exec(text.slice(start, end))?.[1] ?? ''];
  }

  private take(line: Line, start: number, end: number): void {
    const from = leading(line.text, start, end);
    const to = trimmed(line.text, from, end);
    if (to > from) this.pieces.push({ line, start: from, end: to });
  }

  private finish(part = this.partOfStatement()): void {
    if (this.pieces.length > 0) this.statements.push({ part, pieces: this.pieces });
    this.pieces = [];
  }

  private partOfStatement(): NftPart {
    const [first] = this.pieces;
    const words = first ? first.line.text.slice(first.start, first.end) : '';
    switch (this.open.at(-1)) {
      case 'chain':
        return /^(?:type\s+\w+\s+hook\s|policy\s|comment\s|devices?\s|flags\s)/.test(words) ? 'property' : 'rule';
      case 'table':
        if (/^chain\s/.test(words)) return 'chain';
        return 'property';
      default:
        return /^elements\b/.test(words) ? 'elements' : 'property';
    }
  }
}

function leading(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9)) at++;
  return at;
}

function trimmed(text: string, start: number, end: number): number {
  let at = end;
  while (
    at > start &&
    (text.charCodeAt(at - 1) === 32 || text.charCodeAt(at - 1) === 9 || text.charCodeAt(at - 1) === 13)
  )
    at--;
  return at;
}
