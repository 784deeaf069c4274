import { Command, type CommandParts } from '../syntax/command';
import type { CommandNode, Counters, Line, LineNode, Problem, RulesSection, Word } from '../syntax/tree';
import type { Columns } from '../text/columns';
import type { Hook, TableName } from '../xtables/view';
import { checkPlaces, type LimitedPart } from './checkPlaces';
import { LineRule } from './lineRule';
import { parseRule, type ParsedRule } from './parseRule';
import { printRuleBody } from './printRule';
import { BUILTIN_CHAINS, isTableName, type Chain, type Jump, type LineProblem, type RuleSet } from './ruleSet';

/** While binding, chains and rules grow; the rest of the program sees them as read-only. */
interface OpenTable {
  readonly name: TableName;
  readonly chains: Map<string, OpenChain>;
}

interface OpenChain extends Chain {
  name: string;
  reach: number;
  policy: 'ACCEPT' | 'DROP' | undefined;
  rules: LineRule[];
  line: Line | undefined;
  counters: Counters | undefined;
}


/** The longest chain name: XT_EXTENSION_MAXNAMELEN less the final zero. */
const LONGEST_CHAIN_NAME = 28;

/**
 * The rule set that a section stands for: what the kernel would hold after iptables-restore had loaded it, or after the commands
 * had run one by one. Never throws; what is wrong becomes a problem, and the rest still means something.
 */
export function bindRules(section: RulesSection): RuleSet {
  return new Binder(section).bind();
}

class Binder {
  private readonly tables = new Map<TableName, OpenTable>();
  private readonly problems: LineProblem[] = [];
  private readonly family: 4 | 6;
  private current: OpenTable | undefined;
  private currentLine: Line | undefined;
  private unknownTable = false;
  private limited: LimitedPart[] = [];
  private needsConntrack = false;

  constructor(private readonly section: RulesSection) {
    this.family = section.family ?? 4;
  }

  bind(): RuleSet {
    const inTables = this.section.form === 'save' || this.section.form === 'restore';
    if (!inTables) this.current = this.open(asTable(this.section.defaultTable) ?? 'filter');
    for (const line of this.section.lines) this.readLine(line, line.node, inTables);
    if (inTables && this.current && this.currentLine) {
      this.report(this.currentLine, { start: this.currentLine.contentStart, end: this.currentLine.text.length }, 'missing-commit',
        `table ${this.current.name} has no COMMIT: iptables-restore would load nothing of it. Add a line COMMIT behind its rules`);
    }
    for (const table of this.tables.values()) this.finishTable(table);
    return {
      family: this.family, backend: this.section.backend ?? 'legacy', section: this.section,
      tables: this.tables, problems: this.problems, needsConntrack: this.needsConntrack,
    };
  }

  private finishTable(table: OpenTable): void {
    const chains = [...table.chains.values()];
    for (const chain of chains) {
      for (let i = 0; i < chain.rules.length; i++) {
        const rule = chain.rules[i] as LineRule;
        rule.number = i + 1;
        if (rule.jump) this.resolve(rule, rule.jump, table);
      }
    }
    const limited = this.limited.filter(({ rule }) => rule.chain.table === table.name && table.chains.get(rule.chain.name)?.rules[rule.number - 1] === rule);
    checkPlaces(chains, limited, (line, at, code, message, severity) => this.report(line, at, code, message, severity));
  }

  private resolve(rule: LineRule, jump: Jump, table: OpenTable): void {
    jump.to = table.chains.get(jump.chain);
    if (jump.to?.hook) this.report(rule.line, jump, 'unknown-target', `"${jump.chain}" is a built-in chain: rules cannot jump to it`);
  }

  private readLine(line: Line, node: LineNode, inTables: boolean): void {
    for (const problem of line.problems) this.problems.push({ ...problem, line });
    switch (node.kind) {
      case 'table':
        if (this.current && inTables) {
          this.report(line, node.name, 'missing-commit', `table ${this.current.name} above has no COMMIT: iptables-restore would load nothing of it`);
        }
        return this.startTable(line, node.name);
      case 'commit':
        if (!this.current && !this.unknownTable) this.report(line, wholeLine(line), 'commit-without-table', 'COMMIT without a table: there is no line "*table" above');
        this.current = undefined;
        this.unknownTable = false;
        return;
      case 'chain':
        return this.declareChain(line, node.name, node.policy, node.counters);
      case 'command':
        if (node instanceof Command && this.takeAgain(node)) return;
        return this.runCommand(line, node instanceof Command ? node.readOnce() : node);
      default:
        return;
    }
  }

  private startTable(line: Line, name: Word): void {
    this.currentLine = line;
    const table = asTable(name.text);
    this.unknownTable = table === undefined;
    if (table === undefined) {
      this.current = undefined;
      this.report(line, name, 'unknown-table', `there is no table "${name.text}": iptables has raw, mangle, nat, filter and security`);
      return;
    }
    this.current = this.open(table);
  }

  private open(name: TableName): OpenTable {
    let table = this.tables.get(name);
    if (table === undefined) {
      table = { name, chains: new Map() };
      this.tables.set(name, table);
      for (const hook of BUILTIN_CHAINS[name]) this.addChain(table, hook, hook, 'ACCEPT', undefined, undefined);
    }
    return table;
  }

  private addChain(table: OpenTable, name: string, hook: Hook | undefined, policy: 'ACCEPT' | undefined, line: Line | undefined, counters: Counters | undefined): OpenChain {
    const chain: OpenChain = { table: table.name, name, hook, policy, rules: [], line, counters, reach: 0 };
    table.chains.set(name, chain);
    return chain;
  }

  private declareChain(line: Line, name: Word, policy: Word | undefined, counters: Counters | undefined): void {
    const table = this.current;
    if (!table) {
      if (!this.unknownTable) this.report(line, name, 'no-table', 'a chain outside of a table: a line "*table" must stand above');
      return;
    }
    let chain = table.chains.get(name.text);
    if (chain === undefined) {
      this.checkChainName(line, name);
      chain = this.addChain(table, name.text, undefined, undefined, line, counters);
    } else if (chain.hook === undefined && chain.line !== undefined && this.section.form === 'restore' && !this.section.noflush) {
      chain.rules = [];
    }
    chain.line = line;
    chain.counters = counters;
    if (chain.hook !== undefined) this.setPolicy(line, chain, policy);
    else if (policy && policy.text !== '-') this.report(line, policy, 'bad-policy', `only built-in chains have a policy; "${name.text}" is user-defined: write "-"`);
  }

  private setPolicy(line: Line, chain: OpenChain, policy: Word | undefined): void {
    if (policy === undefined || policy.text === '-') return;
    if (policy.text === 'ACCEPT' || policy.text === 'DROP') chain.policy = policy.text;
    else this.report(line, policy, 'bad-policy', `a policy is ACCEPT or DROP, not "${policy.text}"`);
  }

  private checkChainName(line: Line, name: Word): void {
    if (name.text.length > LONGEST_CHAIN_NAME) {
      this.report(line, name, 'chain-name', `"${name.text}" is too long: chain names have at most ${LONGEST_CHAIN_NAME} characters`);
    } else if (name.text.startsWith('-') || name.text.startsWith('!')) {
      this.report(line, name, 'chain-name', `a chain name cannot start with "${name.text.charAt(0)}"`);
    }
  }

  private runCommand(line: Line, node: CommandParts | CommandNode): void {
    const table = node.table ? this.tableOf(line, node.table) : this.current;
    if (!table) {
      if (!this.unknownTable && !node.table) this.report(line, node.operationWord, 'no-table', 'a rule outside of a table: a line "*table" must stand above');
      return;
    }
    if (node.table && (this.section.form === 'save' || this.section.form === 'restore')) {
      this.report(line, node.table, 'table-option', 'the -t option (seen in the line) cannot be used in iptables-restore input: the line "*table" names the table');
    }
    switch (node.operation) {
      case 'N':
        if (!node.chain) return this.report(line, node.operationWord, 'missing-value', '-N needs the name of a chain');
        if (table.chains.has(node.chain.text)) return this.report(line, node.chain, 'chain-exists', `chain "${node.chain.text}" exists already`, this.restoring() ? 'error' : 'warning');
        this.checkChainName(line, node.chain);
        this.addChain(table, node.chain.text, undefined, undefined, line, undefined);
        return;
      case 'P': {
        const chain = this.chainOf(line, table, node);
        if (chain && chain.hook === undefined) this.report(line, node.chain ?? node.operationWord, 'bad-policy', `only built-in chains have a policy; "${chain.name}" is user-defined`);
        else if (chain) this.setPolicy(line, chain, node.argument);
        return;
      }
      case 'F':
        if (node.chain === undefined) for (const chain of table.chains.values()) chain.rules = [];
        else {
          const chain = this.chainOf(line, table, node);
          if (chain) chain.rules = [];
        }
        return;
      case 'X':
        return this.deleteChains(line, table, node);
      case 'E':
        return this.renameChain(line, table, node);
      case 'A': case 'I': case 'R': case 'D':
        return this.changeRules(line, table, node);
      default:
        return;
    }
  }

  private restoring(): boolean {
    return this.section.form !== 'list';
  }

  private tableOf(line: Line, word: Word): OpenTable | undefined {
    const name = asTable(word.text);
    if (name) return this.open(name);
    this.report(line, word, 'unknown-table', `there is no table "${word.text}": iptables has raw, mangle, nat, filter and security`);
    return undefined;
  }

  private chainOf(line: Line, table: OpenTable, node: CommandParts | CommandNode): OpenChain | undefined {
    if (!node.chain) {
      this.report(line, node.operationWord, 'missing-value', `${node.operationWord.text} needs the name of a chain`);
      return undefined;
    }
    const chain = table.chains.get(node.chain.text);
    if (chain) return chain;
    this.report(line, node.chain, 'unknown-chain', `there is no chain "${node.chain.text}" in table ${table.name}: declare it above with ":${node.chain.text} - [0:0]" or -N`);
    return undefined;
  }

  private deleteChains(line: Line, table: OpenTable, node: CommandParts | CommandNode): void {
    if (node.chain === undefined) {
      for (const [name, chain] of table.chains) if (chain.hook === undefined && chain.rules.length === 0 && !isReferenced(table, name)) table.chains.delete(name);
      return;
    }
    const chain = this.chainOf(line, table, node);
    if (!chain) return;
    if (chain.hook !== undefined) this.report(line, node.chain, 'chain-in-use', 'a built-in chain cannot be deleted');
    else if (chain.rules.length > 0) this.report(line, node.chain, 'chain-in-use', `chain "${chain.name}" is not empty: flush it first with -F`);
    else if (isReferenced(table, chain.name)) this.report(line, node.chain, 'chain-in-use', `chain "${chain.name}" is still jumped to`);
    else table.chains.delete(chain.name);
  }

  private renameChain(line: Line, table: OpenTable, node: CommandParts | CommandNode): void {
    const chain = this.chainOf(line, table, node);
    const name = node.argument;
    if (!chain || !name) return;
    if (table.chains.has(name.text)) return this.report(line, name, 'chain-exists', `chain "${name.text}" exists already`);
    table.chains.delete(chain.name);
    for (const rule of chain.rules) forget(rule);
    for (const other of table.chains.values()) {
      for (const rule of other.rules) {
        if (rule.jump?.chain !== chain.name) continue;
        forget(rule);
        rule.jump.chain = name.text;
      }
    }
    chain.name = name.text;
    table.chains.set(name.text, chain);
  }

  private changeRules(line: Line, table: OpenTable, node: CommandParts | CommandNode): void {
    let chain = this.chainOf(line, table, node);
    if (!chain && node.chain && node.operation === 'A') chain = this.addChain(table, node.chain.text, undefined, undefined, undefined, undefined);
    if (!chain) return;
    const position = this.positionOf(line, node, chain);
    if (position === undefined) return;
    if (node.operation === 'D' && node.position) {
      chain.rules.splice(position - 1, 1);
      return;
    }
    const parsed = this.parse(node, table, chain);
    for (const problem of parsed.problems) this.problems.push({ ...problem, line });
    if (parsed.otherFamily) return;
    if (node.operation === 'A' && parsed.headers.length === 1) {
      const rule = this.makeRule(line, chain, 0, parsed);
      this.append(chain, rule);
      if (line.node instanceof Command && parsed.problems.length === 0 && !node.table) line.node.made = rule;
      return;
    }
    const rules = parsed.headers.map((_, i) => this.makeRule(line, chain, i, parsed));
    for (const rule of rules) this.note(rule);
    if (node.operation === 'A') for (const rule of rules) chain.rules.push(rule);
    else if (node.operation === 'I') for (const rule of rules) chain.rules.splice(position - 1, 0, rule);
    else if (node.operation === 'R') chain.rules.splice(position - 1, 1, ...rules.slice(0, 1));
    else for (const rule of rules) this.deleteRule(line, node, chain, rule);
  }

  private positionOf(line: Line, node: CommandParts | CommandNode, chain: OpenChain): number | undefined {
    if (!node.position) {
      if (node.operation !== 'R') return 1;
      this.report(line, node.operationWord, 'missing-value', '-R needs the number of the rule to replace');
      return undefined;
    }
    const position = /^\d{1,9}$/.test(node.position.text) ? Number(node.position.text) : 0;
    const last = chain.rules.length + (node.operation === 'I' ? 1 : 0);
    if (position >= 1 && position <= last) return position;
    this.report(line, node.position, 'rule-number', `chain "${chain.name}" has ${chain.rules.length} rules: the number must be from 1 to ${last}`);
    return undefined;
  }

  private parse(node: CommandParts | CommandNode, table: OpenTable, chain: OpenChain): ParsedRule {
    return parseRule(node.words, { family: this.family, table: table.name, chain: chain.name, chains: table.chains });
  }

  private makeRule(line: Line, chain: OpenChain, headerIndex: number, parsed: ParsedRule): LineRule {
    return new LineRule(this.family, chain, line, headerIndex, parsed.target.kind === 'jump' ? parsed.target : undefined, parsed);
  }

  /** A rule whose line has not changed since the rule set was made last is taken over without reading its words. */
  private takeAgain(node: Command): boolean {
    const known = node.made;
    const table = this.current;
    if (!(known instanceof LineRule) || !table || known.family !== this.family || known.chain.table !== table.name) return false;
    const chain = table.chains.get(known.chain.name);
    const rule = chain && known.again(chain, table.chains);
    if (!rule) return false;
    this.append(chain, rule);
    node.made = rule;
    return true;
  }

  private append(chain: OpenChain, rule: LineRule): void {
    chain.rules.push(rule);
    this.note(rule);
  }

  private note(rule: LineRule): void {
    const { needsConntrack, limits } = rule.traits;
    if (needsConntrack) this.needsConntrack = true;
    for (const { extension, data, at } of limits) this.limited.push({ rule, extension, data, at });
  }

  private deleteRule(line: Line, node: CommandParts | CommandNode, chain: OpenChain, rule: LineRule): void {
    const text = printRuleBody(rule, this.family);
    const index = chain.rules.findIndex((each) => printRuleBody(each, this.family) === text);
    if (index >= 0) chain.rules.splice(index, 1);
    else this.report(line, node.operationWord, 'no-such-rule', `chain "${chain.name}" has no rule like this to delete`, this.section.noflush ? 'warning' : 'error');
  }

  private report(line: Line, at: Columns, code: string, message: string, severity: Problem['severity'] = 'error'): void {
    this.problems.push({ severity, code, message, start: at.start, end: at.end, line });
  }
}

function asTable(name: string | undefined): TableName | undefined {
  return name !== undefined && isTableName(name) ? name : undefined;
}

function wholeLine(line: Line): Columns {
  return { start: line.contentStart, end: line.text.length };
}

function isReferenced(table: OpenTable, name: string): boolean {
  for (const chain of table.chains.values()) if (chain.rules.some(({ jump }) => jump?.chain === name)) return true;
  return false;
}

/** A rule that a rename changes is no longer what its line says: it keeps what was read, and is read anew next time. */
function forget(rule: LineRule): void {
  rule.keep();
  if (rule.line.node instanceof Command) rule.line.node.made = undefined;
}
