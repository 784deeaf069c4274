import type { AppendLine } from '../syntax/appendLine';
import type { CommandParts } from '../syntax/command';
import { readInputLine } from '../syntax/restoreInput';
import type { RulesSection } from '../syntax/sourceFile';
import type { Backend } from '../xtables/backend';
import type { ReportPlace } from './checkPlaces';
import { problemsOfEnd } from './endOfProgram';
import type { LineRule } from './lineRule';
import type { OpenChain, OpenTable } from './openTable';
import { programOf } from './program';
import { RuleChanges } from './ruleChanges';
import type { LineProblem } from './ruleSet';

/** What a line `-A CHAIN …` is in a table that has been read. */
export interface BoundLine {
  readonly chain: OpenChain;
  /** None where iptables refuses the line; several where it lists addresses. */
  readonly rules: readonly LineRule[];
  readonly problems: readonly LineProblem[];
}

/** Reads single lines as the binder does that has bound the table, and puts nothing into it. */
export class LineBinder extends RuleChanges {
  constructor(
    section: RulesSection,
    readonly table: OpenTable,
  ) {
    super(section, programOf(section.family ?? 4, section.backend));
    this.current = table;
    this.whole.add(table.name);
  }

  get backend(): Backend {
    return this.program.backend;
  }

  /** undefined where that depends on other lines. */
  read(line: AppendLine): BoundLine | undefined {
    const parts = this.partsOf(line);
    const chain = parts?.chain && this.table.chains.get(parts.chain.text);
    if (!parts || !chain || parts.operation !== 'A' || parts.table) return undefined;
    const { rules } = chain;
    chain.rules = [];
    chain.byText = undefined;
    this.problems.length = 0;
    this.changeRules(line, this.table, parts);
    const made = chain.rules;
    chain.rules = rules;
    chain.byText = undefined;
    // The kernel checks the table as a whole.
    if (!this.refusals.isEmpty) return undefined;
    return { chain, rules: made, problems: [...this.problems] };
  }

  /** What is found by checking the table as a whole. */
  problemsFrom(look: (report: ReportPlace) => void): readonly LineProblem[] {
    this.problems.length = 0;
    look((line, at, code, message, severity) => this.report(line, at, code, message, severity));
    return [...this.problems];
  }

  /** The words of a line in which iptables-restore finds nothing but a rule. */
  private partsOf(line: AppendLine): CommandParts | undefined {
    if (!this.section.asInput) return line.node.readOnce();
    const input = readInputLine(line, true, this.program.family);
    const { parts, problems, otherFamily } = input;
    if (!parts || input.line !== line || line.eol === '\r\n' || problems.length > 0 || otherFamily) return undefined;
    const context = {
      ...this.program,
      table: this.table.name,
      chain: parts.chain?.text ?? '',
      chains: this.table.chains,
    };
    return problemsOfEnd(line, parts, problems, context) ? undefined : parts;
  }
}
