import { AppendLine } from '../syntax/appendLine';
import type { CommandParts } from '../syntax/command';
import type { RulesSection } from '../syntax/sourceFile';
import type { CommandNode, Line, Problem, Word } from '../syntax/tree';
import type { Columns } from '../text/columns';
import { ofNft, type Complaint } from '../xtables/backend';
import type { TableName } from '../xtables/view';
import { adviceOf, type Advice } from './advice';
import { chainOf, type ChainLine } from './chainCommands';
import { jumpsAbove, LineRule, type SharedReading } from './lineRule';
import { readBefore, rememberRead } from './readLines';
import { withUnshown } from './listedRule';
import { addChain, addRule, changeRules, dropLines, placeOfRule, type OpenChain, type OpenTable } from './openTable';
import { parseRule } from './parseRule';
import type { ParsedRule } from './parsedRule';
import type { Program } from './program';
import { KernelRefusals } from './kernelRefusals';
import { ruleNumber } from './ruleNumber';
import type { LineProblem } from './ruleSet';
import { learnRule, ruleOfPattern } from './patternCache';

/** What commands do to the rules of chains: -A, -I, -R, -D, -C. */
export abstract class RuleChanges {
  protected readonly problems: LineProblem[] = [];
  /** The section that is read just now. */
  protected part: RulesSection;
  protected current: OpenTable | undefined;
  /** Tables of which all is known, so that a chain which is not there is not on the host either. */
  protected readonly whole = new Set<TableName>();
  /** The part shows what another part may have shown already, or what commands have done. */
  protected mayRepeat = false;

  /** Of the table that is open. */
  protected readonly refusals: KernelRefusals;
  private partsOfLines: ReadonlyMap<Line, RulesSection> | undefined;

  constructor(
    protected readonly section: RulesSection,
    protected readonly program: Program,
  ) {
    this.part = section;
    this.refusals = new KernelRefusals(program.backend);
  }

  protected chainLine(line: Line, table: OpenTable): ChainLine {
    return {
      line,
      table,
      section: this.part,
      program: this.program,
      addComplaint: (at, complaint) => this.addComplaint(line, at, complaint),
      report: (at, code, message, severity) => this.report(line, at, code, message, severity),
    };
  }

  protected changeRules(line: Line, table: OpenTable, node: CommandParts | CommandNode): void {
    const chain = this.chainFor(line, table, node);
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
    const parsed = listed
      ? withUnshown(
          read,
          listed,
          {
            ...this.program,
            table: table.name,
            chain: chain.name,
            jumpsAbove: jumpsAbove(chain.rules, chain.rules.length),
          },
          false,
        )
      : read;
    for (const problem of parsed.problems) this.addOfRule({ ...problem, line }, node, chain, table);
    if (parsed.otherFamily || this.isRefused(parsed.problems, table)) return;
    if (node.operation === 'D' || node.operation === 'C') {
      const counters = parsed.counters;
      if (counters) this.report(line, counters, 'not-allowed', `-${node.operation} takes no counters`);
    } else if (node.operation === 'R' && parsed.headers.length > 1) {
      this.report(
        line,
        node.operationWord,
        'bad-value',
        '-R replaces one rule by one: several addresses would make several',
      );
    } else if (node.operation === 'R' && this.part.asInput && this.program.backend === 'nft') {
      this.addComplaint(line, node.operationWord, ofNft('1.8.9 crashes where -R replaces a rule of the same text'));
    }
    if (node.operation === 'A' && parsed.headers.length === 1) {
      const rule = this.makeRule(line, chain, 0, parsed);
      if (this.mayRepeat && placeOfRule(chain, rule) >= 0) return;
      addRule(chain, rule);
      if (line instanceof AppendLine && parsed.problems.length === 0 && !node.table) {
        rememberRead(line, { rule, pattern: learnRule(chain, rule, node, certain) });
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

  /**
   * The chain that a command is about. One that the text does not make may be there on the host, unless all of the
   * table is shown.
   */
  private chainFor(line: Line, table: OpenTable, node: CommandParts | CommandNode): OpenChain | undefined {
    const { chain: name, operation } = node;
    const known = name && table.chains.get(name.text);
    if (known) return known;
    if (!name || this.isKnownWhole(table)) {
      const at = this.chainLine(line, table);
      const none = chainOf(at, node);
      // iptables-restore reads the rest of the text all the same.
      return (
        none ??
        (name && operation === 'A' && !this.isCommand()
          ? addChain(table, name.text, undefined, undefined, undefined)
          : undefined)
      );
    }
    const before = this.problems.length;
    chainOf(this.chainLine(line, table), node);
    const hookElsewhere = this.problems.slice(before).some(({ message }) => message.startsWith('table '));
    if (this.part.fragment && !hookElsewhere) this.problems.length = before;
    else if (this.isCommand() && !hookElsewhere) {
      const last = this.problems.pop();
      if (last && last.fix) this.problems.push(last);
      else if (last)
        this.problems.push({
          ...last,
          severity: 'warning',
          ...('AI'.includes(operation) && { code: 'assumed-chain' }),
          message: `chain "${name.text}" is not created in this text; it is assumed to exist`,
        });
    }
    if (hookElsewhere && this.isCommand()) return undefined;
    return operation === 'A' || (operation === 'I' && this.isCommand())
      ? addChain(table, name.text, undefined, undefined, undefined)
      : undefined;
  }

  /** The kernel does not see a rule that is only searched for, and sees those of a table when it is committed. */
  private addOfRule(
    problem: LineProblem,
    { operation }: CommandParts | CommandNode,
    chain: OpenChain,
    table: OpenTable,
  ): void {
    if (!problem.atCommit) this.add(problem, table);
    else if (operation === 'D' || operation === 'C') return;
    else if (this.commitsLater()) this.refusals.add(chain, problem);
    else this.add(problem, table);
  }

  /** Within `*table` … `COMMIT`, where nothing is loaded before its end. */
  private commitsLater(): boolean {
    return this.current !== undefined && (this.part.form === 'save' || this.part.form === 'restore') && !this.mayRepeat;
  }

  /** What the kernel refuses of the table that ends here; such a rule has no effect, as with any refused line. */
  protected commitRules(): void {
    const { current } = this;
    const refused = new Map<OpenChain, Set<Line>>();
    for (const { problem, chain, gone } of this.refusals.commit()) {
      this.add(problem, current);
      if (gone || problem.severity !== 'error' || !this.refuses()) continue;
      const lines = refused.get(chain);
      if (lines) lines.add(problem.line);
      else refused.set(chain, new Set([problem.line]));
    }
    for (const [chain, lines] of refused) dropLines(chain, lines);
  }

  private isCommand(): boolean {
    return this.part.form === 'commands';
  }

  /** Input of iptables-restore begins its tables anew, so that all chains of it are in the text. */
  private isKnownWhole(table: OpenTable): boolean {
    return this.part.form === 'save' || this.part.form === 'restore' || this.whole.has(table.name);
  }

  /** A command that iptables refuses has no effect. What is unknown only here may be known on the host. */
  private isRefused(problems: readonly Problem[], table: OpenTable): boolean {
    if (!this.refuses()) return false;
    const later = this.commitsLater();
    return problems.some(
      ({ severity, code, atCommit }) =>
        severity === 'error' &&
        !(atCommit && later) &&
        code !== 'unknown-match' &&
        ((code !== 'unknown-target' && code !== 'unknown-chain') || (this.isCommand() && this.whole.has(table.name))),
    );
  }

  private refuses(): boolean {
    return this.isCommand() || (this.part.form === 'restore' && this.part.role === 'input');
  }

  /**
   * Of a list whose table was inferred, or that is cut out of one, iptables has accepted every rule: what seems wrong
   * may only be missing.
   */
  protected add(problem: LineProblem, table: OpenTable | undefined): void {
    const part = this.partOf(problem.line);
    const open =
      part.fragment === true ||
      part.omissions !== undefined ||
      (part.form === 'commands' && table !== undefined && !this.whole.has(table.name));
    const missing = problem.code === 'unknown-target' || problem.code === 'unknown-chain';
    const elsewhere =
      part.inferred !== undefined &&
      (problem.code === 'wrong-table' ||
        problem.code === 'wrong-chain' ||
        problem.code === 'unknown-chain' ||
        problem.code === 'bad-policy');
    const softened =
      problem.severity === 'error' && ((open && missing && (!problem.fix || part.form !== 'commands')) || elsewhere);
    this.problems.push(softened ? { ...problem, severity: 'warning' } : problem);
  }

  private partOf(line: Line): RulesSection {
    const { parts } = this.section;
    if (!parts) return this.part;
    this.partsOfLines ??= new Map(parts.flatMap((part) => part.lines.map((each) => [each, part] as const)));
    return this.partsOfLines.get(line) ?? this.part;
  }

  protected positionOf(line: Line, node: CommandParts | CommandNode, chain: OpenChain): number | undefined {
    if (!node.position) {
      if (node.operation !== 'R') return 1;
      this.report(line, node.operationWord, 'missing-value', '-R needs the number of the rule to replace');
      return undefined;
    }
    const position = ruleNumber(node.position.text);
    const last = chain.rules.length + (node.operation === 'I' ? 1 : 0);
    if (position >= 1 && position <= last) return position;
    this.report(
      line,
      node.position,
      'rule-number',
      `chain "${chain.name}" has ${chain.rules.length} rules: the number must be from 1 to ${last}`,
    );
    return undefined;
  }

  protected parse(
    node: CommandParts | CommandNode,
    table: OpenTable,
    chain: OpenChain,
    certain?: Map<Word, readonly string[]>,
  ): ParsedRule {
    return parseRule(node.words, {
      ...this.program,
      asInput: this.part.asInput,
      fragment: this.part.fragment ?? (this.part.omissions && true),
      table: table.name,
      chain: chain.name,
      chains: table.chains,
      ...(certain ? { certain } : {}),
    });
  }

  private makeRule(
    line: Line,
    chain: OpenChain,
    headerIndex: number,
    parsed: ParsedRule,
    siblings?: SharedReading,
  ): LineRule {
    return LineRule.of(this.program, chain, line, headerIndex, parsed, siblings);
  }

  /** Whether the line could be made a rule without reading its words. */
  protected takeUnread(line: AppendLine): boolean {
    const table = this.current;
    return table !== undefined && !this.mayRepeat && (this.takeAgain(line, table) || this.takeAlike(line, table));
  }

  /** A rule whose line has not changed since the rule set was made last is taken over. */
  private takeAgain(line: AppendLine, table: OpenTable): boolean {
    const before = readBefore(line);
    if (before?.rule.program !== this.program || before.rule.chain.table !== table.name) return false;
    const chain = table.chains.get(before.rule.chain.name);
    const rule = chain && before.rule.again(chain, table.chains);
    if (!rule) return false;
    const { pattern } = before;
    addRule(chain, rule);
    rememberRead(line, { rule, pattern });
    if (pattern) chain.patterns?.add(pattern);
    return true;
  }

  private takeAlike(line: AppendLine, table: OpenTable): boolean {
    const found = ruleOfPattern(line, table, this.program);
    if (!found) return false;
    addRule(found.chain, found.rule);
    return true;
  }

  private findRule(line: Line, node: CommandParts | CommandNode, chain: OpenChain, rule: LineRule): number {
    const index = placeOfRule(chain, rule);
    if (index < 0)
      this.report(
        line,
        node.operationWord,
        'no-such-rule',
        `chain "${chain.name}" has no rule like this`,
        this.part.noflush ? 'warning' : 'error',
      );
    return index;
  }

  protected addComplaint(line: Line, { start, end }: Columns, complaint: Complaint): void {
    this.problems.push({ ...complaint, start, end, line });
  }

  protected report(
    line: Line,
    at: Columns,
    code: string,
    advice: string | Advice,
    severity: Problem['severity'] = 'error',
  ): void {
    this.add({ ...adviceOf(advice), severity, code, start: at.start, end: at.end, line }, undefined);
  }
}
