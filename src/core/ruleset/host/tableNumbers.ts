import { ROUTE_TABLE } from '../../net/kernelRoutes';
import type { RoutingTableFacts } from '../../syntax/facts';

/** The first number for tables that have only a name: no host uses numbers as high. */
const FIRST_UNKNOWN = 0x7f000000;

/**
 * The numbers of routing tables by their names: those of rt_tables, and for any other name one that is its own
 * throughout the file.
 */
export class TableNumbers {
  private readonly known: Map<string, number>;
  private readonly invented = new Map<string, number>();

  constructor(facts: readonly RoutingTableFacts[]) {
    this.known = new Map(facts.map(({ name, number }) => [name, number]));
    for (const [name, number] of Object.entries(ROUTE_TABLE)) this.known.set(name, number);
  }

  /** The words of a route or policy rule, with a number in place of the name of a table. */
  numbered(words: string): string {
    return words.replace(
      /(^| )(table|lookup) ([A-Za-z_][^\s]{0,63})(?= |$)/,
      (_, before: string, word: string, name: string) => `${before}${word} ${this.numberOf(name)}`,
    );
  }

  /** Names by number, for showing a table. */
  names(): ReadonlyMap<number, string> {
    return new Map([...this.known, ...this.invented].map(([name, number]) => [number, name]));
  }

  private numberOf(name: string): number {
    const known = this.known.get(name) ?? this.invented.get(name);
    if (known !== undefined) return known;
    const number = FIRST_UNKNOWN + this.invented.size;
    this.invented.set(name, number);
    return number;
  }
}
