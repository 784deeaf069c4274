import { AppendLine } from '../syntax/appendLine';
import { Command, type CommandParts } from '../syntax/command';
import { Shape } from '../syntax/shape';
import type { RulesSection } from '../syntax/sourceFile';
import type { CommandNode, EmbeddedLine, Line, LineNode, Word } from '../syntax/tree';
import { ofLegacy } from '../xtables/backend';
import type { TableName } from '../xtables/view';
import { unknownTableHelp } from './advice';
import { AppendedTables } from './boundTables';
import { chainOf, changeName, changePolicy, deleteChains, flushChains, makeChain } from './chainCommands';
import { checkPlaces } from './checkPlaces';
import { checkSharedNames, sharedNames, type SharedName } from './checkSharedNames';
import { CommandOutcomes, MAY_FAIL } from './commandOutcomes';
import { EMPTY_HEADER } from './header';
import type { LineRule } from './lineRule';
import { linkTable } from './linkTable';
import { newTable, type OpenChain, type OpenTable } from './openTable';
import { parseRule } from './parseRule';
import { programOf } from './program';
import type { InterfacesOfRule } from './listedInterfaces';
import { RuleChanges } from './ruleChanges';
import { ruleNumber } from './ruleNumber';
import { isTableName, type LineProblem } from './ruleSet';

/** Runs commands on the tables of one host, and checks each table once it is complete. */
export abstract class TableBinder extends RuleChanges {
  protected readonly tables = new Map<TableName, OpenTable>();
  protected readonly family: 4 | 6;
  /** The table of commands that name none. */
  protected unnamed: TableName | undefined;
  /** The table that was open where the program ended. */
  protected unloaded: OpenTable | undefined;
  /** Commands that were typed after the text was read. */
  protected typed: ReadonlySet<Line> = new Set();
  protected needsConntrack = false;
  protected needsDefrag = false;
  /** What the rules of a table shared that has been begun anew. */
  protected readonly replaced = new Map<TableName, readonly SharedName[]>();
  protected readonly appended = new AppendedTables();
  protected readonly outcomes = new CommandOutcomes();
  private readonly reportedNames = new Set<Line>();

  constructor(section: RulesSection, interfacesOf?: InterfacesOfRule) {
    super(section, programOf(section.family ?? 4, section.backend, interfacesOf));
    this.family = section.family ?? 4;
  }

  protected finishTables(): void {
    this.checkNames([...this.tables.values()].map((table) => [table.name, sharedNames(this.finishTable(table))]));
  }

  /** For each table, also against what it held before: the kernel makes new rules before it deletes the old ones. */
  protected checkNames(ofTables: readonly (readonly [TableName, readonly SharedName[]])[]): void {
    const check = (names: readonly SharedName[]): void =>
      checkSharedNames(names, this.reportedNames, (line, at, code, message) => this.report(line, at, code, message));
    check(ofTables.flatMap(([, names]) => names));
    for (const [table, names] of ofTables)
      if (this.replaced.has(table)) check([...(this.replaced.get(table) as readonly SharedName[]), ...names]);
  }

  protected finishTable(table: OpenTable, again = false): readonly LineRule[] {
    const { limited, needsConntrack, needsDefrag } = linkTable(table);
    if (needsConntrack) this.needsConntrack = true;
    if (needsDefrag) this.needsDefrag = true;
    if (table === this.unloaded || again) return limited;
    const before = this.problems.length;
    const chains = [...table.chains.values()];
    checkPlaces(chains, limited, this.program.backend, (line, at, code, message, severity) =>
      this.report(line, at, code, message, severity),
    );
    this.appended.finished.push({ table, problems: { from: before, to: this.problems.length } });
    return this.withoutRefused(chains, this.problems.slice(before)) ? this.finishTable(table, true) : limited;
  }

  /** Removes what the kernel has refused of commands; true where there was any. */
  private withoutRefused(chains: readonly OpenChain[], problems: readonly LineProblem[]): boolean {
    const refused = new Set(
      problems
        .filter(({ severity, line }) => severity === 'error' && line.shape === Shape.ProgramCommand)
        .map(({ line }) => line),
    );
    if (refused.size === 0) return false;
    for (const chain of chains)
      if (chain.rules.some(({ line }) => refused.has(line)))
        chain.rules = chain.rules.filter(({ line }) => !refused.has(line));
    return true;
  }

  /** A line of a dump in other text, of a list, or a command line. */
  protected readLine(line: Line): void {
    if (line instanceof AppendLine && this.takeUnread(line)) return this.appended.appends();
    const { runsIf, mayFail, mayBeAfter = [] } = line as Partial<EmbeddedLine>;
    for (const { condition, problem } of mayBeAfter) if (this.outcomes.holds(condition)) this.problems.push(problem);
    if (runsIf && !this.outcomes.holds(runsIf)) return this.outcomes.note(line, false);
    const before = this.problems.length;
    this.readEachLine(line);
    const failed = this.problems
      .slice(before)
      .some(({ severity, code }) => severity === 'error' || code === 'no-such-rule' || code === 'unknown-chain');
    if (failed && (mayFail || runsIf))
      this.problems.splice(before, Infinity, ...this.problems.slice(before).filter(({ code }) => !MAY_FAIL.has(code)));
    this.outcomes.note(line, !failed);
  }

  private readEachLine(line: Line): void {
    for (const problem of line.problems) this.problems.push({ ...problem, line });
    const { node } = line;
    if (node.kind !== 'command') return this.readNode(line, node);
    this.runCommand(line, node instanceof Command ? node.readOnce() : node);
  }

  protected open(name: TableName): OpenTable {
    let table = this.tables.get(name);
    if (table === undefined) {
      table = newTable(name);
      this.tables.set(name, table);
    }
    return table;
  }

  /** All of the table is in the text. */
  protected openWhole(name: TableName): OpenTable {
    this.whole.add(name);
    const table = this.open(name);
    table.whole = true;
    return table;
  }

  protected runCommand(line: Line, node: CommandParts | CommandNode): void {
    const table = node.table
      ? this.tableOf(line, node.table)
      : (this.current ?? (this.unnamed && this.open(this.unnamed)));
    if (!table) return;
    this.appended.runs(line, node);
    if (node.table && (this.part.form === 'save' || this.part.form === 'restore') && !this.typed.has(line)) {
      this.report(
        line,
        node.table,
        'table-option',
        'the -t option (seen in the line) cannot be used in iptables-restore input: the line "*table" names the table',
      );
    }
    if (!'AIRDC'.includes(node.operation) || (node.operation === 'D' && node.position))
      this.checkNothingElse(line, node, table);
    const at = this.chainLine(line, table);
    switch (node.operation) {
      case 'N':
        return makeChain(at, node);
      case 'P':
        return changePolicy(at, node);
      case 'F': {
        const chain = node.chain && table.chains.get(node.chain.text);
        if (chain) this.refusals.flush(chain);
        return flushChains(at, node);
      }
      case 'X':
        return deleteChains(at, node);
      case 'E':
        return changeName(at, node);
      case 'A': {
        const { newest } = table;
        this.changeRules(line, table, node);
        if (table.newest !== newest) this.appended.spoil();
        return;
      }
      case 'I':
      case 'R':
      case 'D':
      case 'C':
        return this.changeRules(line, table, node);
      case 'Z':
      case 'L':
      case 'S': {
        const chain = node.chain && chainOf(at, node);
        if (chain && node.position) this.positionOf(line, node, chain);
        if (node.operation === 'S' && this.section.asInput)
          this.checkListed(line, node, chain ? [chain] : [...table.chains.values()]);
        return;
      }
    }
  }

  /** iptables-restore 1.8.9 lists no rule that jumps to a chain: it looks for a target of that name and ends. */
  private checkListed(line: Line, node: CommandParts | CommandNode, chains: readonly OpenChain[]): void {
    const number = node.position && ruleNumber(node.position.text);
    const listed = chains.flatMap(({ rules }) => (number === undefined ? rules : rules.slice(number - 1, number)));
    const jumping = listed.find(({ jump }) => jump !== undefined);
    const message =
      `-S ends iptables-restore 1.8.9 at a rule that jumps to a chain (line ${(jumping?.line.index ?? 0) + 1}): ` +
      'omit -S, iptables-save lists rules';
    if (jumping) this.addComplaint(line, node.operationWord, ofLegacy(this.program.backend, 'not-allowed', message));
  }

  /** -N, -F and their like take no part of a rule; matches that were only named are ignored. */
  private checkNothingElse(line: Line, node: CommandParts | CommandNode, table: OpenTable): void {
    if (node.words.length === 0) return;
    const { problems, headers, target, counters } = parseRule(node.words, {
      ...this.program,
      table: table.name,
      chain: '',
      chains: table.chains,
      operation: node.operation,
    });
    for (const problem of problems) if (!problem.atCommit) this.problems.push({ ...problem, line });
    const rule = headers[0] !== EMPTY_HEADER || target.kind !== 'none' || (counters && node.operation !== 'P');
    if (rule)
      this.report(
        line,
        node.words[0] ?? node.operationWord,
        'not-allowed',
        `-${node.operation} takes no rule specification`,
      );
  }

  private tableOf(line: Line, word: Word): OpenTable | undefined {
    const name = asTable(word.text);
    if (name) return this.open(name);
    this.report(line, word, 'unknown-table', unknownTableHelp(word));
    return undefined;
  }

  /** A line that is not a command. */
  protected abstract readNode(line: Line, node: LineNode): void;
}

export function asTable(name: string | undefined): TableName | undefined {
  return name !== undefined && isTableName(name) ? name : undefined;
}
