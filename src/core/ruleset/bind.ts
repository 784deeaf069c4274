import { AppendLine } from '../syntax/appendLine';
import { Command, type CommandParts } from '../syntax/command';
import { isCleanInput, readInputLine } from '../syntax/restoreInput';
import { Shape } from '../syntax/shape';
import type { CommandNode, EmbeddedLine, Line, LineNode, Problem, RulesSection, Word } from '../syntax/tree';
import type { Columns } from '../text/columns';
import { ofLegacy } from '../xtables/backend';
import type { TableName } from '../xtables/view';
import { unknownTableHelp } from './advice';
import { AppendedTables, rememberBound } from './boundTables';
import { chainOf, changeName, changePolicy, declareChain, deleteChains, flushChains, makeChain } from './chainCommands';
import { checkPlaces } from './checkPlaces';
import { checkSharedNames, sharedNames, type SharedName } from './checkSharedNames';
import { CommandOutcomes, MAY_FAIL } from './commandOutcomes';
import { problemsOfEnd } from './endOfProgram';
import { EMPTY_HEADER } from './header';
import type { LineRule } from './lineRule';
import { linkTable } from './linkTable';
import { bindNft } from './nft/bindNft';
import { chainsFirst, withListings } from './listedRule';
import { addChain, clearTable, newTable, type OpenChain, type OpenTable } from './openTable';
import { parseRule } from './parseRule';
import { programOf } from './program';
import { RuleChanges } from './ruleChanges';
import { ruleNumber } from './ruleNumber';
import { HOOKS, isTableName, type LineProblem, type RuleSet, type Table } from './ruleSet';

/**
 * The rule set that a section stands for: what the kernel would hold after iptables-restore had loaded it, or after the
 * commands had run one by one. Never throws; what is wrong becomes a problem, and the rest still means something.
 */
export function bindRules(section: RulesSection, change?: RuleSetChange): RuleSet {
  if (section.form === 'nft') return bindNft(section);
  return new Binder(section, change).bind();
}

/** The same section, and commands after it. */
export interface RuleSetChange {
  /** Lines `iptables -t TABLE …` of no file. */
  readonly commands: readonly Line[];
  /**
   * The rule set of the section, whose other tables are taken over: a node's 100,000 rules of nat are not read again
   * for one of filter.
   */
  readonly from: RuleSet;
  readonly tables: ReadonlySet<TableName>;
}

class Binder extends RuleChanges {
  private readonly tables = new Map<TableName, OpenTable>();
  private readonly family: 4 | 6;
  private currentLine: Line | undefined;
  /** The table of commands that name none. */
  private unnamed: TableName | undefined;
  /** The table that was open where the program ended. */
  private unloaded: OpenTable | undefined;
  private unknownTable = false;
  /** Tables that the change leaves as they are, and whether lines of one are passed over. */
  private readonly taken = new Map<TableName, Table<TableName>>();
  private passing = false;
  private needsConntrack = false;
  private needsDefrag = false;
  private readonly outcomes = new CommandOutcomes();
  /** What the rules of a table shared that has been begun anew. */
  private readonly replaced = new Map<TableName, readonly SharedName[]>();
  private readonly reportedNames = new Set<Line>();
  private readonly appended = new AppendedTables();

  constructor(
    section: RulesSection,
    private readonly change?: RuleSetChange,
  ) {
    super(section, programOf(section.family ?? 4, section.backend));
    this.family = section.family ?? 4;
  }

  bind(): RuleSet {
    const { asInput, lines, parts } = this.section;
    if (asInput) this.readInput(lines);
    else for (const part of parts ?? [this.section]) this.readPart(part);
    if (this.change) this.runChange(this.change);
    this.checkNames([...this.tables.values()].map((table) => [table.name, sharedNames(this.finishTable(table))]));
    const ruleSet: RuleSet = {
      ...this.program,
      section: this.section,
      tables:
        this.taken.size === 0 ? this.tables : new Map<TableName, Table<TableName>>([...this.tables, ...this.taken]),
      problems: withListings(this.problems, lines),
      needsConntrack: this.needsConntrack,
      needsDefrag: this.needsDefrag,
    };
    if (!this.change && !parts && ruleSet.problems === this.problems) rememberBound(ruleSet, this.appended.bound);
    return ruleSet;
  }

  /** One section of the host. What stands above it is there already. */
  private readPart(part: RulesSection): void {
    const { form, fragment, defaultTable } = part;
    this.part = part;
    this.current = undefined;
    this.unnamed = form === 'commands' ? 'filter' : undefined;
    this.mayRepeat = fragment === true && this.section.parts !== undefined;
    if (form === 'list') {
      const name = asTable(defaultTable) ?? 'filter';
      if (this.change && !this.change.tables.has(name)) return;
      this.current = fragment ? this.open(name) : this.showTable(name);
      if (fragment) declareAll(part.lines, this.current);
    }
    for (const line of chainsFirst(part.lines)) this.readLine(line);
    this.appended.end(this.problems.length);
    this.commitRules();
  }

  /** A table as it is shown: commands above have done what they did. */
  private showTable(name: TableName): OpenTable {
    if (this.part !== this.section && this.part.form !== 'restore') this.tables.delete(name);
    this.whole.add(name);
    return this.open(name);
  }

  private runChange({ commands, from, tables }: RuleSetChange): void {
    this.current = undefined;
    this.mayRepeat = false;
    for (const line of commands) this.readLine(line);
    for (const [name, table] of from.tables) if (!tables.has(name)) this.taken.set(name, table);
    this.needsConntrack = from.needsConntrack;
    this.needsDefrag = from.needsDefrag;
  }

  /** Of each table, also against what it held before: the kernel makes new rules before it lets go of the old ones. */
  private checkNames(ofTables: readonly (readonly [TableName, readonly SharedName[]])[]): void {
    const check = (names: readonly SharedName[]): void =>
      checkSharedNames(names, this.reportedNames, (line, at, code, message) => this.report(line, at, code, message));
    check(ofTables.flatMap(([, names]) => names));
    for (const [table, names] of ofTables)
      if (this.replaced.has(table)) check([...(this.replaced.get(table) as readonly SharedName[]), ...names]);
  }

  /** iptables-restore begins a table anew that was loaded above: that it could be loaded is checked first. */
  private replaceTable(table: OpenTable): void {
    const own = sharedNames(this.finishTable(table));
    this.checkNames(
      [...this.tables.values()].map((each) => [each.name, each === table ? own : sharedNames(limitedRules(each))]),
    );
    this.replaced.set(table.name, own);
    this.appended.giveUp();
    clearTable(table);
  }

  private finishTable(table: OpenTable, again = false): readonly LineRule[] {
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

  /** Takes out what the kernel has refused of commands. Whether there was any. */
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

  /** A whole file for iptables-restore: what that program refuses is an error. */
  private readInput(lines: readonly Line[]): void {
    for (const line of lines) {
      if (this.passing && line instanceof AppendLine) continue;
      if (line instanceof AppendLine && isCleanInput(line) && this.takeUnread(line)) {
        this.appended.appends();
        continue;
      }
      const inTable = this.current !== undefined || this.unknownTable;
      const input = this.withReturn(line, inTable) ?? readInputLine(line, inTable, this.family);
      if (input.parts && this.current && this.endsProgram(line, input.parts, input.problems, this.current)) return;
      for (const problem of input.problems) {
        if (problem.code === 'no-final-newline')
          this.addComplaint(line, problem, ofLegacy(this.program.backend, problem.code, problem.message));
        else this.problems.push({ ...problem, line });
      }
      if (input.line !== line || input.otherFamily) this.appended.asWritten = false;
      if (input.otherFamily) continue;
      if (input.node.kind === 'command' && input.parts) this.runCommand(input.line, input.parts);
      else if (input.node.kind === 'table') {
        if (inTable) this.reportOpenTable();
        this.startTable(line, input.node.name);
      } else if (input.node.kind === 'commit') {
        if (!inTable)
          this.report(
            line,
            wholeLine(line),
            'commit-without-table',
            'COMMIT without a table: there is no "*table" line above',
          );
        this.endTable();
      } else if (input.node.kind !== 'command') this.readNode(line, input.node);
    }
    this.appended.end(this.problems.length);
    if (this.current || this.unknownTable) this.reportOpenTable();
    this.commitRules();
  }

  /** Whether iptables-restore ends at this line, without having loaded the table. */
  private endsProgram(line: Line, parts: CommandParts, found: readonly Problem[], table: OpenTable): boolean {
    const problems = problemsOfEnd(line, parts, found, {
      ...this.program,
      table: table.name,
      chain: parts.chain?.text ?? '',
      chains: table.chains,
    });
    if (!problems) return false;
    for (const problem of problems) this.problems.push({ ...problem, line });
    this.refusals.forget();
    this.appended.giveUp();
    this.unloaded = table;
    return true;
  }

  /** A rule whose line ends with CR LF, where the CR does no harm: it became part of a comment, say. */
  private withReturn(line: Line, inTable: boolean): ReturnType<typeof readInputLine> | undefined {
    if (line.eol !== '\r\n' || !this.current) return undefined;
    const input = readInputLine(
      {
        index: line.index,
        text: `${line.text}\r`,
        eol: '\n',
        contentStart: line.contentStart,
        problems: [],
        shape: Shape.Text,
        node: { kind: 'text' },
      },
      inTable,
      this.family,
    );
    if (!input.parts || !'AIRDC'.includes(input.parts.operation)) return undefined;
    const chain = this.current.chains.get(input.parts.chain?.text ?? '');
    const harmless =
      chain &&
      ![...input.problems, ...this.parse(input.parts, this.current, chain).problems].some(
        ({ severity, atCommit }) => severity === 'error' && !atCommit,
      );
    return harmless ? input : undefined;
  }

  /** A line of a dump in other text, of a list, or a command line. */
  private readLine(line: Line): void {
    if (line instanceof AppendLine && (this.passing || this.takeUnread(line))) return this.appended.appends();
    const { runsIf, mayFail } = line as Partial<EmbeddedLine>;
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

  private readNode(line: Line, node: LineNode): void {
    if (node.kind === 'table') this.startTable(line, node.name);
    else if (node.kind === 'commit') this.endTable();
    else if (node.kind === 'chain' && this.current) {
      this.appended.declares();
      declareChain(this.chainLine(line, this.current), node);
    }
  }

  private reportOpenTable(): void {
    const line = this.currentLine;
    if (line)
      this.report(
        line,
        wholeLine(line),
        'missing-commit',
        'this table has no COMMIT: iptables-restore would load nothing of it. Add a COMMIT line after its rules',
      );
  }

  private startTable(line: Line, name: Word): void {
    this.appended.end(this.problems.length);
    this.commitRules();
    this.currentLine = line;
    const table = asTable(name.text);
    this.unknownTable = table === undefined;
    if (table === undefined) {
      this.current = undefined;
      this.report(line, name, 'unknown-table', unknownTableHelp(name));
      return;
    }
    this.passing = this.change !== undefined && !this.change.tables.has(table);
    if (this.passing) {
      this.current = undefined;
      return;
    }
    const known = this.tables.get(table);
    if (known && this.section.asInput) this.replaceTable(known);
    this.current = this.section.parts && this.part.form === 'save' ? this.showTable(table) : this.open(table);
    this.whole.add(table);
    this.appended.begin(this.current, line, this.problems.length);
  }

  private endTable(): void {
    this.appended.end(this.problems.length);
    this.commitRules();
    this.passing = false;
    this.current = undefined;
    this.unknownTable = false;
  }

  private open(name: TableName): OpenTable {
    let table = this.tables.get(name);
    if (table === undefined) {
      table = newTable(name);
      this.tables.set(name, table);
    }
    return table;
  }

  private runCommand(line: Line, node: CommandParts | CommandNode): void {
    const table = node.table
      ? this.tableOf(line, node.table)
      : (this.current ?? (this.unnamed && this.open(this.unnamed)));
    if (!table) return;
    this.appended.runs(line, node);
    if (
      node.table &&
      (this.part.form === 'save' || this.part.form === 'restore') &&
      !this.change?.commands.includes(line)
    ) {
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
    const message = `-S ends iptables-restore 1.8.9 at a rule that jumps to a chain (line ${(jumping?.line.index ?? 0) + 1}): leave -S out, iptables-save lists rules`;
    if (jumping) this.addComplaint(line, node.operationWord, ofLegacy(this.program.backend, 'not-allowed', message));
  }

  /** -N, -F and their like take no part of a rule; matches that were only named are passed over. */
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
}

function limitedRules(table: OpenTable): readonly LineRule[] {
  return [...table.chains.values()].flatMap(({ rules }) => rules.filter(({ traits }) => traits.limits.length > 0));
}

/**
 * The chains of lines that were cut out of a dump: their declarations may be missing, or stand below the jumps to them.
 */
function declareAll(lines: readonly Line[], table: OpenTable): void {
  for (const { shape, text } of lines) {
    const name = shape === Shape.Rule ? APPENDED.exec(text)?.[1] : undefined;
    if (name !== undefined && !table.chains.has(name) && !(HOOKS as readonly string[]).includes(name))
      addChain(table, name, undefined, undefined, undefined);
  }
}

const APPENDED = /(?:^|[ \t\]])-[AI][ \t]+([^\s"]+)/;

function asTable(name: string | undefined): TableName | undefined {
  return name !== undefined && isTableName(name) ? name : undefined;
}

function wholeLine(line: Line): Columns {
  return { start: line.contentStart, end: line.text.length };
}
