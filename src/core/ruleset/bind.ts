import { AppendLine } from '../syntax/appendLine';
import { type CommandParts } from '../syntax/command';
import { isCleanInput, readInputLine } from '../syntax/restoreInput';
import { Shape } from '../syntax/shape';
import type { RulesSection } from '../syntax/sourceFile';
import type { Line, LineNode, Problem, Word } from '../syntax/tree';
import type { Columns } from '../text/columns';
import { ofLegacy } from '../xtables/backend';
import type { TableName } from '../xtables/view';
import { unknownTableHelp } from './advice';
import { rememberBound } from './boundTables';
import { declareChain } from './chainCommands';
import { sharedNames } from './checkSharedNames';
import { problemsOfEnd } from './endOfProgram';
import type { InterfacesOfRule } from './listedInterfaces';
import type { LineRule } from './lineRule';
import { bindNft } from './nft/bindNft';
import { chainsFirst, withListings } from './listedRule';
import { addChain, clearTable, type OpenTable } from './openTable';
import { asTable, TableBinder } from './tableBinder';
import { HOOKS, type RuleSet } from './ruleSet';

/**
 * The rule set that a section stands for: what the kernel would hold after iptables-restore had loaded it, or after the
 * commands had run one by one. Never throws; what is wrong becomes a problem, and the rest still means something.
 * `interfacesOf` tells interfaces that a listing does not show.
 */
export function bindRules(section: RulesSection, interfacesOf?: InterfacesOfRule): RuleSet {
  return section.form === 'nft' ? bindNft(section) : new Binder(section, interfacesOf).bind();
}

class Binder extends TableBinder {
  private currentLine: Line | undefined;
  private unknownTable = false;

  bind(): RuleSet {
    const { asInput, lines, parts } = this.section;
    if (asInput) this.readInput(lines);
    else for (const part of parts ?? [this.section]) this.readPart(part);
    this.finishTables();
    const { family, backend } = this.program;
    const ruleSet: RuleSet = {
      family,
      backend,
      section: this.section,
      tables: this.tables,
      problems: withListings(this.problems, lines),
      needsConntrack: this.needsConntrack,
      needsDefrag: this.needsDefrag,
    };
    if (!parts && ruleSet.problems === this.problems) rememberBound(ruleSet, this.appended.bound);
    return ruleSet;
  }

  /** One section of the host. What is above it is bound already. */
  private readPart(part: RulesSection): void {
    const { form, fragment, omissions, defaultTable } = part;
    this.part = part;
    this.current = undefined;
    this.unnamed = form === 'commands' ? 'filter' : undefined;
    this.mayRepeat = fragment === true && this.section.parts !== undefined;
    if (form === 'list') {
      const name = asTable(defaultTable) ?? 'filter';
      this.current = fragment ? this.open(name) : this.showTable(name);
      if (fragment || omissions) declareAll(part.lines, this.current);
    }
    for (const line of chainsFirst(part.lines)) this.readLine(line);
    this.appended.end(this.problems.length);
    this.commitRules();
  }

  /** A table as it is shown: the commands above have had their effect. */
  private showTable(name: TableName): OpenTable {
    if (this.part !== this.section && this.part.form !== 'restore') this.tables.delete(name);
    return this.openWhole(name);
  }

  /** iptables-restore begins a table anew that was loaded above. Whether that one could be loaded is checked first. */
  private replaceTable(table: OpenTable): void {
    const own = sharedNames(this.finishTable(table));
    this.checkNames(
      [...this.tables.values()].map((each) => [each.name, each === table ? own : sharedNames(limitedRules(each))]),
    );
    this.replaced.set(table.name, own);
    this.appended.giveUp();
    clearTable(table);
  }

  /** A whole file for iptables-restore: what that program refuses is an error. */
  private readInput(lines: readonly Line[]): void {
    for (const line of lines) {
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

  protected readNode(line: Line, node: LineNode): void {
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
    const known = this.tables.get(table);
    if (known && this.section.asInput) this.replaceTable(known);
    this.current = this.section.parts && this.part.form === 'save' ? this.showTable(table) : this.openWhole(table);
    this.appended.begin(this.current, line, this.problems.length);
    if (this.part.omissions) {
      declareAll(linesOfTable(this.part.lines, line), this.current);
      this.appended.giveUp();
    }
  }

  private endTable(): void {
    this.appended.end(this.problems.length);
    this.commitRules();
    this.current = undefined;
    this.unknownTable = false;
  }
}

function limitedRules(table: OpenTable): readonly LineRule[] {
  return [...table.chains.values()].flatMap(({ rules }) => rules.filter(({ traits }) => traits.limits.length > 0));
}

function linesOfTable(lines: readonly Line[], table: Line): readonly Line[] {
  const from = lines.indexOf(table) + 1;
  const to = lines.findIndex(({ shape }, i) => i >= from && shape === Shape.Table);
  return lines.slice(from, to < 0 ? undefined : to);
}

/**
 * The chains of lines that were cut out of a dump: their declarations may be missing, or be below the jumps to them.
 */
function declareAll(lines: readonly Line[], table: OpenTable): void {
  for (const { shape, text } of lines) {
    const name = shape === Shape.Rule ? APPENDED.exec(text)?.[1] : undefined;
    if (name !== undefined && !table.chains.has(name) && !(HOOKS as readonly string[]).includes(name))
      addChain(table, name, undefined, undefined, undefined);
  }
}

const APPENDED = /(?:^|[ \t\]])-[AI][ \t]+([^\s"]+)/;

function wholeLine(line: Line): Columns {
  return { start: line.contentStart, end: line.text.length };
}
