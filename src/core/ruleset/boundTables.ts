import type { CommandNode, Line } from '../syntax/tree';
import type { CommandParts } from '../syntax/command';
import { Shape } from '../syntax/shape';
import type { TableName } from '../xtables/view';
import type { OpenTable } from './openTable';
import type { RuleSet } from './ruleSet';

/** A place in the list of problems: `from` is in it, `to` is not. */
export interface ProblemRange {
  readonly from: number;
  readonly to: number;
}

/**
 * A table in which nothing but `:CHAIN` lines and, after them, `-A` lines were read: what a rule means depends on no
 * other rule, so one can be replaced by another.
 */
export interface AppendedTable {
  readonly table: OpenTable;
  /** The line `*table`. */
  readonly line: Line;
  /** The problems of its lines as they were read, in the order of the lines. */
  readonly read: ProblemRange;
}

/** What is remembered of how a rule set was bound, for binding the same text with one rule changed. */
export interface Bound {
  readonly tables: readonly AppendedTable[];
  /** The problems found once a table was read: loops, and rules in places where the kernel refuses them. */
  readonly finished: readonly { readonly table: OpenTable; readonly problems: ProblemRange }[];
  /** Every line of the section was read as it stands: none was skipped, and none was taken for another. */
  readonly asWritten: boolean;
}

const bounds = new WeakMap<RuleSet, Bound>();

/** undefined for rules that were changed by commands, or come from something else than one section with tables. */
export function boundOf(ruleSet: RuleSet): Bound | undefined {
  return bounds.get(ruleSet);
}

export function rememberBound(ruleSet: RuleSet, bound: Bound): void {
  bounds.set(ruleSet, bound);
}

/** Watches the binder for tables whose rules can be exchanged. */
export class AppendedTables {
  readonly finished: { table: OpenTable; problems: ProblemRange }[] = [];
  asWritten = true;
  private readonly begun = new Set<TableName>();
  private readonly found = new Map<TableName, AppendedTable>();
  private open: { readonly table: OpenTable; readonly line: Line; readonly from: number } | undefined;
  private hasRules = false;
  private spoiled = false;
  private givenUp = false;

  /** `*table`. `problems`: how many were found above. */
  begin(table: OpenTable, line: Line, problems: number): void {
    this.spoiled = this.begun.has(table.name);
    if (this.spoiled) this.found.delete(table.name);
    this.begun.add(table.name);
    this.open = { table, line, from: problems };
    this.hasRules = false;
  }

  /** COMMIT, or the end of the text, before anything is reported of the table as a whole. */
  end(problems: number): void {
    const { open } = this;
    this.open = undefined;
    if (open && !this.spoiled)
      this.found.set(open.table.name, { table: open.table, line: open.line, read: { from: open.from, to: problems } });
  }

  /** `:CHAIN`. After a rule it would matter to that rule where it stands. */
  declares(): void {
    if (this.hasRules) this.spoiled = true;
  }

  /** A rule that was taken over, or is known to have no fault. */
  appends(): void {
    this.hasRules = true;
  }

  runs({ shape }: Line, { operation, table }: CommandParts | CommandNode): void {
    this.hasRules = true;
    if (operation !== 'A' || shape !== Shape.Rule) this.spoiled = true;
    // It may be about another table, which was read already.
    if (table) this.giveUp();
  }

  /** A chain was made that no line declares. */
  spoil(): void {
    this.spoiled = true;
  }

  /** The text is not what a dump is. */
  giveUp(): void {
    this.givenUp = true;
  }

  get bound(): Bound {
    const tables = this.givenUp ? [] : [...this.found.values()];
    return { tables, finished: this.finished, asWritten: this.asWritten };
  }
}
