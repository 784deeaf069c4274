import type { RulesSection } from '../syntax/sourceFile';
import type { Line, LineNode } from '../syntax/tree';
import type { TableName } from '../xtables/view';
import { checkLimits, checkPlaces, reachedRules, type ReportPlace } from './checkPlaces';
import type { LineRule } from './lineRule';
import { anyNeeds, linkJump, linkTable } from './linkTable';
import { copiedTable, isOpenTable, type OpenChain, type OpenTable } from './openTable';
import { BUILTIN_CHAINS, type Chain, type LineProblem, type RuleSet, type Table } from './ruleSet';
import { TableBinder } from './tableBinder';

/** What is changed of a rule set. */
export interface BoundChange {
  /** Lines whose rules are gone before the first command. */
  readonly without: ReadonlySet<Line>;
  /** Lines `iptables …` of no file. */
  readonly commands: readonly Line[];
  /** The tables that the commands and those rules are about. */
  readonly tables: ReadonlySet<TableName>;
}

/**
 * The rule set after commands, which itself stays as it is. No rule is read again: the tables of the change are copied,
 * and of large ones only the chains that it is about.
 */
export function bindCommands(from: RuleSet, change: BoundChange): RuleSet {
  const names = chainsOf(from, change);
  return (
    (names && new CommandBinder(from, change, names).bind()) ?? (new CommandBinder(from, change).bind() as RuleSet)
  );
}

class CommandBinder extends TableBinder {
  constructor(
    private readonly from: RuleSet,
    private readonly change: BoundChange,
    /** The chains that are copied; undefined: all of the tables. */
    private readonly chains?: ReadonlySet<string>,
  ) {
    super(from.section);
  }

  /** undefined where more than the copied chains may have changed. */
  bind(): RuleSet | undefined {
    const { from, chains, change } = this;
    const { without, commands, tables } = change;
    const taken: Table<TableName>[] = [];
    for (const table of from.tables.values())
      if (tables.has(table.name) && isOpenTable(table))
        this.tables.set(table.name, copiedTable(table, without, chains));
      else taken.push(table);
    this.problems.push(...problemsLeft(from.problems, chains ? new Map() : this.tables, without));
    this.part = asCommands(this.section);
    for (const name of TABLE_NAMES) {
      const table = this.tables.get(name);
      // A table that a whole dump does not show is empty.
      if (table ? table.whole : isDump(this.section) && !from.tables.has(name)) this.whole.add(name);
    }
    this.unnamed = 'filter';
    this.typed = new Set(commands);
    if (!(chains ? this.runWithin(commands) : this.runEach(commands))) return undefined;
    const instead = chains ? this.finishChains() : undefined;
    if (chains && !instead) return undefined;
    if (!chains) this.finishTables();
    const all = new Map<TableName, Table<TableName>>(from.tables);
    for (const [name, table] of this.tables) all.set(name, table);
    const needs = (which: 'needsConntrack' | 'needsDefrag'): boolean =>
      this[which] || (from[which] && anyNeeds(instead ? all.values() : taken, which));
    return {
      ...from,
      tables: all,
      problems: this.problems,
      needsConntrack: needs('needsConntrack'),
      needsDefrag: needs('needsDefrag'),
      ...(instead && { instead }),
    };
  }

  protected readNode(_line: Line, _node: LineNode): void {
    // Only commands change rules.
  }

  /** Runs commands of which none changes which chains packets reach; false where one may. */
  private runWithin(commands: readonly Line[]): boolean {
    return commands.every((line) => {
      this.run(line);
      const { node } = line;
      const name = node.kind === 'command' ? node.chain?.text : undefined;
      for (const table of this.tables.values()) {
        const chain = table.chains.get(name ?? '');
        const made = chain?.rules.filter((rule) => rule.line === line) ?? [];
        if (!chain || made.length === 0) continue;
        number(chain);
        const end = reachedRules(chain);
        if (!made.every((rule) => this.mayStand(rule, rule.number <= end ? chain.reach : 0))) return false;
      }
      return true;
    });
  }

  private run(line: Line): void {
    const other = this.family === 4 ? OPTION_OF_6.exec(line.text) : OPTION_OF_4.exec(line.text);
    if (!other) return this.readLine(line);
    const program = this.family === 4 ? 'iptables' : 'ip6tables';
    const at = { start: other.index, end: other.index + other[0].length };
    this.report(line, at, 'other-family', `${program} does not accept ${other[0]}`);
    this.outcomes.note(line, false);
  }

  /** Whether a new rule jumps nowhere and is in a place that the kernel accepts. */
  private mayStand(rule: LineRule, reach: number): boolean {
    const { limits } = rule.traits;
    if (rule.jump) return false;
    if (limits.length === 0) return true;
    const { backend } = this.program;
    if (
      backend === 'nft' ||
      limits.some(({ extension }) => extension.kind === 'target' && extension.shares !== undefined)
    )
      return false;
    return this.found((report) => checkLimits(rule, reach, 0, backend, report)).length === 0;
  }

  /** Runs commands as the kernel sees them, one by one: what it refuses leaves the table as it was. */
  private runEach(commands: readonly Line[]): boolean {
    for (const line of commands) {
      const before = [...this.tables.values()].map((table) => ({
        table,
        was: stateOf(table),
        wrong: this.misplaced(table),
      }));
      const known = this.problems.length;
      this.run(line);
      if (this.problems.slice(known).some(({ severity }) => severity === 'error')) continue;
      for (const table of this.tables.values()) {
        const earlier = before.find((each) => each.table === table);
        const wrong = this.misplaced(table).find((each) => !earlier?.wrong.some((other) => isSame(each, other)));
        if (!wrong) continue;
        if (earlier) restore(table, earlier.was);
        else this.tables.delete(table.name);
        const { start, end } = wrong.line === line ? wrong : { start: line.contentStart, end: line.text.length };
        this.problems.push({ ...wrong, severity: 'error', line, start, end });
        this.outcomes.note(line, false);
      }
    }
    return true;
  }

  /** What the kernel refuses of a table as it is. */
  private misplaced(table: OpenTable): readonly LineProblem[] {
    const { limited } = linkTable(table);
    return this.found((report) =>
      checkPlaces([...table.chains.values()], limited, this.program.backend, report),
    ).filter(
      ({ severity, code }) => severity === 'error' || (this.program.backend === 'nft' && code === 'nft-refuses'),
    );
  }

  private found(look: (report: ReportPlace) => void): readonly LineProblem[] {
    const before = this.problems.length;
    look((line, at, code, message, severity) => this.report(line, at, code, message, severity));
    return this.problems.splice(before);
  }

  /**
   * Numbers the rules of the copied chains: the chains in whose place they stand. undefined where packets may reach
   * rules that none reached before.
   */
  private finishChains(): ReadonlyMap<Chain, Chain> | undefined {
    const instead = new Map<Chain, Chain>();
    for (const table of this.tables.values()) {
      const before = this.from.tables.get(table.name)?.chains;
      for (const chain of table.chains.values()) {
        const original = before?.get(chain.name);
        if (original === chain) continue;
        if (original) instead.set(original, chain);
        if (opens(original, chain)) return undefined;
        number(chain);
        for (const rule of chain.rules) {
          linkJump(rule, table);
          this.needsConntrack ||= rule.traits.needsConntrack;
          this.needsDefrag ||= rule.traits.needsDefrag;
        }
      }
    }
    return instead;
  }
}

/** As the program itself is called; in input of iptables-restore such a line is skipped. */
const OPTION_OF_6 = /(?<=\s)(?:-6|--ipv6)(?=\s)/;
const OPTION_OF_4 = /(?<=\s)(?:-4|--ipv4)(?=\s)/;

function number({ rules }: OpenChain): void {
  rules.forEach((rule, i) => {
    rule.number = i + 1;
  });
}

/** A rule that let no packet through is gone, and others are left. */
function opens(original: Chain | undefined, chain: OpenChain): boolean {
  const left = new Set<Line>(chain.rules.map(({ line }) => line));
  return chain.rules.length > 0 && original?.rules.some(({ endsChain, line }) => endsChain && !left.has(line)) === true;
}

function isSame(a: LineProblem, b: LineProblem): boolean {
  return a.line === b.line && a.code === b.code && a.start === b.start;
}

/** The chains of a table, to go back to. */
type TableState = readonly (readonly [OpenChain, Pick<OpenChain, 'name' | 'policy' | 'line' | 'rules'>])[];

function stateOf({ chains }: OpenTable): TableState {
  return [...chains.values()].map((chain) => [
    chain,
    { name: chain.name, policy: chain.policy, line: chain.line, rules: [...chain.rules] },
  ]);
}

function restore(table: OpenTable, state: TableState): void {
  table.chains.clear();
  for (const [chain, was] of state) table.chains.set(was.name, Object.assign(chain, was, { byText: undefined }));
}

/** The chains that a change is about, where it is limited to them; undefined where others may change with them. */
function chainsOf(from: RuleSet, { without, commands, tables }: BoundChange): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const { node } of commands) {
    if (node.kind !== 'command' || !node.chain || !'AIDRCPFN'.includes(node.operation)) return undefined;
    names.add(node.chain.text);
  }
  let left = without.size;
  for (const name of tables) {
    for (const chain of from.tables.get(name)?.chains.values() ?? []) {
      if (left === 0) break;
      for (const { line } of chain.rules)
        if (without.has(line)) {
          names.add(chain.name);
          left--;
        }
    }
  }
  return names;
}

/** The section as one of the commands that come after it. */
function asCommands({ asInput: _asInput, parts: _parts, ...section }: RulesSection): RulesSection {
  return { ...section, form: 'commands' };
}

function isDump({ form, fragment }: RulesSection): boolean {
  return fragment !== true && (form === 'save' || form === 'restore');
}

const TABLE_NAMES = Object.keys(BUILTIN_CHAINS) as readonly TableName[];

/** The problems that remain, without those that `finishTable` finds again. */
function problemsLeft(
  problems: readonly LineProblem[],
  tables: ReadonlyMap<TableName, OpenTable>,
  without: ReadonlySet<Line>,
): readonly LineProblem[] {
  const placed = new Set(problems.flatMap(({ line, code }) => (PLACE_CODES.has(code) ? [line] : [])));
  const again = new Set<Line>();
  if (placed.size > 0)
    for (const { chains } of tables.values())
      for (const { rules } of chains.values()) for (const { line } of rules) if (placed.has(line)) again.add(line);
  return problems.filter(({ line, code }) => !without.has(line) && !(PLACE_CODES.has(code) && again.has(line)));
}

/** Problems that depend on the place of a rule. */
const PLACE_CODES: ReadonlySet<string> = new Set(['loop', 'wrong-chain']);
