import { DerivedLine } from '../derived';
import type { Columns } from '../../text/columns';
import type { Line } from '../tree';
import { derivedStatement } from './derivedStatement';
import type { NftNode } from './node';

/** Columns of a line that are a statement of nft. */
interface Statement extends Columns {
  readonly line: Line;
}

const DEFINITION = /^(?:(?:re)?define)\s+([A-Za-z][\w./-]*)\s*=\s*([^]*)$/;
const REMOVAL = /^undefine\s+([A-Za-z][\w./-]*)/;
/** Within quotes there are no variables. Source: nftables src/scanner.l, `string`. */
const USE = /"[^"]*"?|\$([A-Za-z][\w./-]*)/g;
/**
 * Variables may hold variables; what would grow beyond this many characters, in one statement or in all, stays as it is
 * written.
 */
const LONGEST_STATEMENT = 1_000_000;
const MOST_CHARACTERS = 20_000_000;

/** What `define` has given names to. A block has its own, which end with it. Source: nft(8), "Symbolic variables". */
export class Variables {
  private readonly scopes = [new Map<string, string>()];
  private defined = false;
  private spent = 0;

  open(): void {
    this.scopes.push(new Map());
  }

  close(): void {
    if (this.scopes.length > 1) this.scopes.pop();
  }

  /**
   * Takes `define NAME = VALUE`, `redefine …` and `undefine NAME`, with their own variables put in; false for any other
   * statement.
   */
  takes(words: string): boolean {
    const scope = this.scopes.at(-1) as Map<string, string>;
    const found = DEFINITION.exec(words);
    if (found) {
      const value = (found[2] as string).trim();
      // It is one value, whatever operators are around it.
      scope.set(found[1] as string, /[&|^]|<<|>>/.test(value) && !/^[{("]/.test(value) ? `(${value})` : value);
      this.defined = true;
      return true;
    }
    const removed = REMOVAL.exec(words)?.[1];
    if (removed !== undefined) scope.delete(removed);
    return removed !== undefined;
  }

  /** The statement with values in place of variables; one that nothing has defined stays. */
  expanded(statement: Statement): Statement {
    const { line, start, end } = statement;
    if (!this.defined) return statement;
    const dollar = line.text.indexOf('$', start);
    if (dollar < 0 || dollar >= end) return statement;
    const derived = new DerivedLine();
    let from = start;
    for (const [at, to, value] of this.uses(line.text.slice(start, end))) {
      if (derived.size + value.length > LONGEST_STATEMENT || (this.spent += value.length) > MOST_CHARACTERS)
        return statement;
      derived.keep(line, from, start + at).put(value, line, start + at, start + to);
      from = start + to;
    }
    if (from === start) return statement;
    const inner = derivedStatement(derived.keep(line, from, end), (line.node as NftNode).part);
    return inner ? { line: inner, start: 0, end: inner.text.length } : statement;
  }

  private *uses(words: string): Iterable<readonly [start: number, end: number, value: string]> {
    for (const found of words.matchAll(USE)) {
      const value =
        found[1] === undefined
          ? undefined
          : this.scopes.findLast((scope) => scope.has(found[1] as string))?.get(found[1]);
      if (value !== undefined) yield [found.index, found.index + found[0].length, value];
    }
  }
}
