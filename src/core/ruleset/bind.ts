import { AppendLine } from '../syntax/appendLine';
import { Command, type CommandParts } from '../syntax/command';
import { isCleanInput, readInputLine } from '../syntax/restoreInput';
import { Shape } from '../syntax/shape';
import type { CommandNode, EmbeddedLine, Line, LineNode, Problem, RulesSection, Word } from '../syntax/tree';
import type { Columns } from '../text/columns';
import { ofLegacy, ofNft, type Complaint } from '../xtables/backend';
import type { TableName } from '../xtables/view';
import { adviceOf, unknownTableHelp, type Advice } from './advice';
import { chainOf, changeName, changePolicy, declareChain, deleteChains, flushChains, makeChain, type ChainLine } from './chainCommands';
import { checkPlaces } from './checkPlaces';
import { checkSharedNames, sharedNames, type SharedName } from './checkSharedNames';
import { CommandOutcomes, MAY_FAIL } from './commandOutcomes';
import { EMPTY_HEADER } from './header';
import { LineRule, type SharedReading } from './lineRule';
import { chainsFirst, withListings, withUntold } from './listedRule';
import { addChain, addRule, changeRules, clearTable, newTable, placeOfRule, type OpenChain, type OpenTable } from './openTable';
import { parseRule, type ParsedRule } from './parseRule';
import { programOf, type Program } from './program';
import { ruleNumber } from './ruleNumber';
import { learnRule, ruleWrittenAlike } from './writtenAlike';
import { isTableName, type LineProblem, type RuleSet, type Table } from './ruleSet';

/**
 * The rule set that a section stands for: what the kernel would hold after iptables-restore had loaded it, or after the commands
 * had run one by one. Never throws; what is wrong becomes a problem, and the rest still means something.
 */
export function bindRules(section: RulesSection, change?: RuleSetChange): RuleSet {
  return new Binder(section, change).bind();
}

/** The same section, and commands behind it. */
export interface RuleSetChange {
  /** Lines `iptables -t TABLE …` of no file. */
  readonly commands: readonly Line[];
  /** The rule set of the section, whose other tables are taken over: a node's 100,000 rules of nat are not read again for one of filter. */
  readonly from: RuleSet;
  readonly tables: ReadonlySet<TableName>;
}

class Binder {
  private readonly tables = new Map<TableName, OpenTable>();
  private readonly problems: LineProblem[] = [];
  private readonly program: Program;
  private readonly family: 4 | 6;
  private current: OpenTable | undefined;
  private currentLine: Line | undefined;
  /** The table that was open where the program ended. */
  private unloaded: OpenTable | undefined;
  private unknownTable = false;
  /** Tables that the change leaves as they are, and whether lines of one are passed over. */
  private readonly taken = new Map<TableName, Table>();
  private passing = false;
  private needsConntrack = false;
  private needsDefrag = false;
  private readonly outcomes = new CommandOutcomes();
  /** What the rules of a table shared that has been begun anew. */
  private readonly replaced = new Map<TableName, readonly SharedName[]>();
  private readonly toldNames = new Set<Line>();

  constructor(private readonly section: RulesSection, private readonly change?: RuleSetChange) {
    this.family = section.family ?? 4;
    this.program = programOf(this.family, section.backend);
  }

  bind(): RuleSet {
    const { form, asInput, lines } = this.section;
    if (asInput) this.readInput(lines);
    else {
      if (form === 'list' || form === 'commands') this.current = this.open(asTable(this.section.defaultTable) ?? 'filter');
      for (const line of chainsFirst(lines)) this.readLine(line);
    }
    if (this.change) this.runChange(this.change);
    this.checkNames([...this.tables.values()].map((table) => [table.name, sharedNames(this.finishTable(table))]));
    return {
      ...this.program, section: this.section,
      tables: this.taken.size === 0 ? this.tables : new Map([...this.tables, ...this.taken]), problems: withListings(this.problems, lines), needsConntrack: this.needsConntrack, needsDefrag: this.needsDefrag,
    };
  }

  private runChange({ commands, from, tables }: RuleSetChange): void {
    this.current = undefined;
    for (const line of commands) this.readLine(line);
    for (const [name, table] of from.tables) if (!tables.has(name)) this.taken.set(name, table);
    this.needsConntrack = from.needsConntrack;
    this.needsDefrag = from.needsDefrag;
  }

  /** Of each table, also against what it held before: the kernel makes new rules before it lets go of the old ones. */
  private checkNames(ofTables: readonly (readonly [TableName, readonly SharedName[]])[]): void {
    const check = (names: readonly SharedName[]): void => checkSharedNames(names, this.toldNames, (line, at, code, message) => this.report(line, at, code, message));
    check(ofTables.flatMap(([, names]) => names));
    for (const [table, names] of ofTables) if (this.replaced.has(table)) check([...(this.replaced.get(table) as readonly SharedName[]), ...names]);
  }

  /** iptables-restore begins a table anew that was loaded above: that it could be loaded is checked first. */
  private replaceTable(table: OpenTable): void {
    const own = sharedNames(this.finishTable(table));
    this.checkNames([...this.tables.values()].map((each) => [each.name, each === table ? own : sharedNames(limitedRules(each))]));
    this.replaced.set(table.name, own);
    clearTable(table);
  }

  private finishTable(table: OpenTable): readonly LineRule[] {
    const chains = [...table.chains.values()];
    const limited: LineRule[] = [];
    for (const chain of chains) {
      for (let i = 0; i < chain.rules.length; i++) {
        const rule = chain.rules[i] as LineRule;
        rule.number = i + 1;
        if (rule.traits.needsConntrack) this.needsConntrack = true;
        if (rule.traits.needsDefrag) this.needsDefrag = true;
        if (rule.traits.limits.length > 0) limited.push(rule);
        const { jump } = rule;
        if (!jump) continue;
        jump.to = table.chains.get(jump.chain);
        jump.refused = jump.to?.hook ? `rules cannot jump to the built-in chain ${jump.chain}` : undefined;
      }
    }
    if (table === this.unloaded) return limited;
    checkPlaces(chains, limited, this.program.backend, (line, at, code, message, severity) => this.report(line, at, code, message, severity));
    return limited;
  }

  /** A whole file for iptables-restore: what that program refuses is an error. */
  private readInput(lines: readonly Line[]): void {
    for (const line of lines) {
      if (this.passing && line instanceof AppendLine) continue;
      if (line instanceof AppendLine && isCleanInput(line) && this.takeUnread(line)) continue;
      const inTable = this.current !== undefined || this.unknownTable;
      const input = this.withReturn(line, inTable) ?? readInputLine(line, inTable, this.family);
      if (input.parts && this.current && this.endsProgram(line, input.parts, input.problems, this.current)) return;
      for (const problem of input.problems) {
        if (problem.code === 'no-final-newline') this.tell(line, problem, ofLegacy(this.program.backend, problem.code, problem.message));
        else this.problems.push({ ...problem, line });
      }
      if (input.otherFamily) continue;
      if (input.node.kind === 'command' && input.parts) this.runCommand(input.line, input.parts);
      else if (input.node.kind === 'table') {
        if (inTable) this.reportOpenTable();
        this.startTable(line, input.node.name);
      } else if (input.node.kind === 'commit') {
        if (!inTable) this.report(line, wholeLine(line), 'commit-without-table', 'COMMIT without a table: there is no line "*table" above');
        this.endTable();
      } else if (input.node.kind !== 'command') this.readNode(line, input.node);
    }
    if (this.current || this.unknownTable) this.reportOpenTable();
  }

  /**
   * Whether iptables-restore ends at this line, because of -h or -V: it is content, whatever stands behind, and has not loaded the table. What it looks at
   * only once it has read the whole line (addresses, the target) does not matter any more.
   */
  private endsProgram(line: Line, parts: CommandParts, told: readonly Problem[], table: OpenTable): boolean {
    if (!MAY_END.test(line.text)) return false;
    const { ends, problems } = parseRule(parts.words, { ...this.program, table: table.name, chain: parts.chain?.text ?? '', chains: table.chains });
    if (!ends) return false;
    for (const problem of told) if (problem.start < ends.start || OF_WORDS.has(problem.code)) this.problems.push({ ...problem, line });
    const later = ({ code, start }: Problem): boolean => LATER.has(code) || (code === 'attached-value' && READ_LATER.test(line.text.slice(start))) || (code === 'bad-value' && (ADDRESS_BEFORE.test(line.text.slice(0, start)) || ADDRESS_WITHIN.test(line.text.slice(start))));
    for (const problem of problems) if (!later(problem)) this.problems.push({ ...problem, line });
    if (parts.position && 'IRD'.includes(parts.operation) && ruleNumber(parts.position.text) < 1) this.report(line, parts.position, 'rule-number', `${parts.position.text} is no number of a rule`);
    this.unloaded = table;
    return true;
  }

  /** A rule whose line ends with CR LF, where the CR does no harm: it became part of a comment, say. */
  private withReturn(line: Line, inTable: boolean): ReturnType<typeof readInputLine> | undefined {
    if (line.eol !== '\r\n' || !this.current) return undefined;
    const input = readInputLine({ index: line.index, text: `${line.text}\r`, eol: '\n', contentStart: line.contentStart, problems: [], shape: Shape.Text, node: { kind: 'text' } }, inTable, this.family);
    if (!input.parts || !'AIRDC'.includes(input.parts.operation)) return undefined;
    const chain = this.current.chains.get(input.parts.chain?.text ?? '');
    const harmless = chain && ![...input.problems, ...this.parse(input.parts, this.current, chain).problems].some(({ severity }) => severity === 'error');
    return harmless ? input : undefined;
  }

  /** A line of a dump in other text, of a list, or a command line. */
  private readLine(line: Line): void {
    if (line instanceof AppendLine && (this.passing || this.takeUnread(line))) return;
    const { runsIf, mayFail } = line as Partial<EmbeddedLine>;
    if (runsIf && !this.outcomes.holds(runsIf)) return this.outcomes.note(line, false);
    const before = this.problems.length;
    this.readEachLine(line);
    const failed = this.problems.slice(before).some(({ severity, code }) => severity === 'error' || code === 'no-such-rule');
    if (failed && (mayFail || runsIf)) this.problems.splice(before, Infinity, ...this.problems.slice(before).filter(({ code }) => !MAY_FAIL.has(code)));
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
    else if (node.kind === 'chain' && this.current) declareChain(this.chainLine(line, this.current), node);
  }

  private reportOpenTable(): void {
    const line = this.currentLine;
    if (line) this.report(line, wholeLine(line), 'missing-commit', 'this table has no COMMIT: iptables-restore would load nothing of it. Add a line COMMIT behind its rules');
  }

  private startTable(line: Line, name: Word): void {
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
    this.current = this.open(table);
  }

  private endTable(): void {
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
    const table = node.table ? this.tableOf(line, node.table) : this.current;
    if (!table) return;
    if (node.table && (this.section.form === 'save' || this.section.form === 'restore') && !this.change?.commands.includes(line)) {
      this.report(line, node.table, 'table-option', 'the -t option (seen in the line) cannot be used in iptables-restore input: the line "*table" names the table');
    }
    if (!'AIRDC'.includes(node.operation) || (node.operation === 'D' && node.position)) this.checkNothingElse(line, node, table);
    const at = this.chainLine(line, table);
    switch (node.operation) {
      case 'N':
        return makeChain(at, node);
      case 'P':
        return changePolicy(at, node);
      case 'F':
        return flushChains(at, node);
      case 'X':
        return deleteChains(at, node);
      case 'E':
        return changeName(at, node);
      case 'A': case 'I': case 'R': case 'D': case 'C':
        return this.changeRules(line, table, node);
      case 'Z': case 'L': case 'S': {
        const chain = node.chain && chainOf(at, node);
        if (chain && node.position) this.positionOf(line, node, chain);
        if (node.operation === 'S' && this.section.asInput) this.checkListed(line, node, chain ? [chain] : [...table.chains.values()]);
        return;
      }
    }
  }

  private chainLine(line: Line, table: OpenTable): ChainLine {
    return { line, table, section: this.section, program: this.program, tell: (at, complaint) => this.tell(line, at, complaint), report: (at, code, message, severity) => this.report(line, at, code, message, severity) };
  }

  /** iptables-restore 1.8.9 lists no rule that jumps to a chain: it looks for a target of that name and ends. */
  private checkListed(line: Line, node: CommandParts | CommandNode, chains: readonly OpenChain[]): void {
    const number = node.position && ruleNumber(node.position.text);
    const listed = chains.flatMap(({ rules }) => (number === undefined ? rules : rules.slice(number - 1, number)));
    const jumping = listed.find(({ jump }) => jump !== undefined);
    const message = `-S ends iptables-restore 1.8.9 at a rule that jumps to a chain (line ${(jumping?.line.index ?? 0) + 1}): leave -S out, iptables-save lists rules`;
    if (jumping) this.tell(line, node.operationWord, ofLegacy(this.program.backend, 'not-allowed', message));
  }

  /** -N, -F and their like take no part of a rule; matches that were only named are passed over. */
  private checkNothingElse(line: Line, node: CommandParts | CommandNode, table: OpenTable): void {
    if (node.words.length === 0) return;
    const { problems, headers, target, counters } = parseRule(node.words, { ...this.program, table: table.name, chain: '', chains: table.chains, operation: node.operation });
    for (const problem of problems) this.problems.push({ ...problem, line });
    const rule = headers[0] !== EMPTY_HEADER || target.kind !== 'none' || (counters && node.operation !== 'P');
    if (rule) this.report(line, node.words[0] ?? node.operationWord, 'not-allowed', `-${node.operation} takes no part of a rule`);
  }

  private tableOf(line: Line, word: Word): OpenTable | undefined {
    const name = asTable(word.text);
    if (name) return this.open(name);
    this.report(line, word, 'unknown-table', unknownTableHelp(word));
    return undefined;
  }

  private changeRules(line: Line, table: OpenTable, node: CommandParts | CommandNode): void {
    let chain = chainOf(this.chainLine(line, table), node);
    if (!chain && node.chain && node.operation === 'A') chain = addChain(table, node.chain.text, undefined, undefined, undefined);
    if (!chain) return;
    const position = this.positionOf(line, node, chain);
    if (position === undefined) return;
    if (node.operation === 'D' && node.position) {
      changeRules(chain, position - 1, 1, []);
      return;
    }
    const certain = new Map<Word, readonly string[]>();
    const { listed } = line;
    const read = this.parse(node, table, chain, certain);
    const parsed = listed ? withUntold(read, listed, chain.name, false) : read;
    for (const problem of parsed.problems) this.problems.push({ ...problem, line });
    if (parsed.otherFamily) return;
    if (node.operation === 'D' || node.operation === 'C') {
      const counters = parsed.counters;
      if (counters) this.report(line, counters, 'not-allowed', `-${node.operation} takes no counters`);
    } else if (node.operation === 'R' && parsed.headers.length > 1) {
      this.report(line, node.operationWord, 'bad-value', '-R replaces one rule by one: several addresses would make several');
    } else if (node.operation === 'R' && this.section.asInput && this.program.backend === 'nft') {
      this.tell(line, node.operationWord, ofNft('1.8.9 crashes where -R replaces a rule of the same text'));
    }
    if (node.operation === 'A' && parsed.headers.length === 1) {
      const rule = this.makeRule(line, chain, 0, parsed);
      addRule(chain, rule);
      if (line instanceof AppendLine && parsed.problems.length === 0 && !node.table) {
        line.made = rule;
        learnRule(chain, rule, node, certain);
      }
      return;
    }
    const siblings = parsed.headers.length > 1 ? {} : undefined;
    const rules = parsed.headers.map((_, i) => this.makeRule(line, chain, i, parsed, siblings));
    if (node.operation === 'C') return rules.forEach((rule) => this.findRule(line, node, chain, rule));
    if (node.operation === 'A') for (const rule of rules) addRule(chain, rule);
    else if (node.operation === 'I') changeRules(chain, position - 1, 0, rules.toReversed());
    else if (node.operation === 'R') changeRules(chain, position - 1, 1, rules.slice(0, 1));
    else {
      for (const rule of rules) {
        const index = this.findRule(line, node, chain, rule);
        if (index >= 0) changeRules(chain, index, 1, []);
      }
    }
  }

  private positionOf(line: Line, node: CommandParts | CommandNode, chain: OpenChain): number | undefined {
    if (!node.position) {
      if (node.operation !== 'R') return 1;
      this.report(line, node.operationWord, 'missing-value', '-R needs the number of the rule to replace');
      return undefined;
    }
    const position = ruleNumber(node.position.text);
    const last = chain.rules.length + (node.operation === 'I' ? 1 : 0);
    if (position >= 1 && position <= last) return position;
    this.report(line, node.position, 'rule-number', `chain "${chain.name}" has ${chain.rules.length} rules: the number must be from 1 to ${last}`);
    return undefined;
  }

  private parse(node: CommandParts | CommandNode, table: OpenTable, chain: OpenChain, certain?: Map<Word, readonly string[]>): ParsedRule {
    return parseRule(node.words, { ...this.program, asInput: this.section.asInput, table: table.name, chain: chain.name, chains: table.chains, ...(certain ? { certain } : {}) });
  }

  private makeRule(line: Line, chain: OpenChain, headerIndex: number, parsed: ParsedRule, siblings?: SharedReading): LineRule {
    return LineRule.of(this.program, chain, line, headerIndex, parsed, siblings);
  }

  /** Whether the line could be made a rule without reading its words. */
  private takeUnread(line: AppendLine): boolean {
    const table = this.current;
    return table !== undefined && (this.takeAgain(line, table) || this.takeAlike(line, table));
  }

  /** A rule whose line has not changed since the rule set was made last is taken over. */
  private takeAgain(line: AppendLine, table: OpenTable): boolean {
    const known = line.made;
    if (!(known instanceof LineRule) || known.program !== this.program || known.chain.table !== table.name) return false;
    const chain = table.chains.get(known.chain.name);
    const rule = chain && known.again(chain, table.chains);
    if (!rule) return false;
    addRule(chain, rule);
    line.made = rule;
    return true;
  }

  private takeAlike(line: AppendLine, table: OpenTable): boolean {
    const found = ruleWrittenAlike(line, table, this.program);
    if (!found) return false;
    addRule(found.chain, found.rule);
    line.made = found.rule;
    return true;
  }

  private findRule(line: Line, node: CommandParts | CommandNode, chain: OpenChain, rule: LineRule): number {
    const index = placeOfRule(chain, rule);
    if (index < 0) this.report(line, node.operationWord, 'no-such-rule', `chain "${chain.name}" has no rule like this`, this.section.noflush ? 'warning' : 'error');
    return index;
  }

  private tell(line: Line, { start, end }: Columns, complaint: Complaint): void {
    this.problems.push({ ...complaint, start, end, line });
  }

  private report(line: Line, at: Columns, code: string, told: string | Advice, severity: Problem['severity'] = 'error'): void {
    this.problems.push({ ...adviceOf(told), severity, code, start: at.start, end: at.end, line });
  }
}

/** A word that may be, or hold, -h or -V. */
const MAY_END = /[ \t]-(?:-[hv]|[A-Za-z0-9]*[hV])/;
/** A line is cut into words before any is looked at. */
const OF_WORDS: ReadonlySet<string> = new Set(['too-many-words', 'word-too-long', 'line-too-long']);
/** Looked at when all options are read. */
const LATER: ReadonlySet<string> = new Set(['unknown-target', 'unknown-chain', 'bad-address', 'old-negation', 'listing-option']);

/** Options whose value is, too: addresses, and the target. */
const ADDRESS_BEFORE = /[ \t](?:-[A-Za-z0-9]*[sd]|--(?:s(?:rc?|o\w*)?|d(?:s\w*|e\w*)?))[ =\t"]*[^ \t]*$/;
const ADDRESS_WITHIN = /^--(?:s(?:rc?|o\w*)?|d(?:st?|e\w*)?)=/;
const READ_LATER = /^(?:-[A-Za-z0-9]*[sdj]|--(?:s|d(?!p)|j))/;

function limitedRules(table: OpenTable): readonly LineRule[] {
  return [...table.chains.values()].flatMap(({ rules }) => rules.filter(({ traits }) => traits.limits.length > 0));
}

function asTable(name: string | undefined): TableName | undefined {
  return name !== undefined && isTableName(name) ? name : undefined;
}

function wholeLine(line: Line): Columns {
  return { start: line.contentStart, end: line.text.length };
}

