import { ROUTE_TABLE } from '../../net/kernelRoutes';
import type { RoutingTableFacts } from '../../syntax/facts';

/** The first number for tables that have only a name: no host uses numbers as high. */
const FIRST_UNKNOWN = 0x7f000000;

/**
 * The numbers of routing tables by their names: those of rt_tables, and for any other name one that is its own
 * throughout the file.
 */
export class TableNumbers {
  private readonly numbers = new Map<string, number>();
  /** For showing a table. */
  readonly names = new Map<number, string>();
  private invented = 0;

  constructor(facts: readonly RoutingTableFacts[]) {
    for (const { name, number } of facts) this.add(name, number);
    for (const [name, number] of Object.entries(ROUTE_TABLE)) this.add(name, number);
  }

  /** The words of a route or policy rule, with a number in place of the name of a table. */
  numbered(words: string): string {
    return words.replace(
      /(^| )(table|lookup) ([A-Za-z_][^\s]{0,63})(?= |$)/,
      (_, before: string, word: string, name: string) => `${before}${word} ${this.numberOf(name)}`,
    );
  }

  private numberOf(name: string): number {
    return this.numbers.get(name) ?? this.add(name, FIRST_UNKNOWN + this.invented++);
  }

  private add(name: string, number: number): number {
    this.numbers.set(name, number);
    this.names.set(number, name);
    return number;
  }
}
