import { findFamily } from '../family';
import { tableOfHeading } from '../heading';
import { isSpoiledRule, saysRowsOmitted } from '../missingRules';
import { jsonFrameEnd } from '../jsonFrame';
import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { Header, Line, Listing } from '../tree';
import { reportOpen, reportText, tableName } from './rulesProblems';

/** Finds the end of a dump or list, and collects what its lines state about it. */
export class RulesScan {
  readonly tables = new Set<string>();
  header: Header | undefined;
  /** A chain was declared. */
  declared = false;
  /** There are rules outside of any table, or policies. */
  bareRules = false;
  listing: Listing | undefined;
  /** Built-in chains with a policy, of a list. */
  policies: Set<string> | undefined;
  /** Chains that a list declares with -N. */
  private readonly chains = new Set<string>();
  /** A line that says that there is more than is shown. */
  more: Line | undefined;
  /** The line after the last one of the section. */
  end: number;
  /** The line of the table that is open. */
  private open: Line | undefined;
  private at: number;
  /** A rule of a list was read, or a chain of it. */
  private hasRules = false;

  constructor(
    private readonly reader: SectionReader,
    private readonly from: number,
  ) {
    this.more = reader.context.more;
    this.end = from;
    this.at = from;
  }

  /** Reads up to a line that is no longer part of the section. */
  read(): void {
    const { lines } = this.reader;
    for (let line = lines[this.at]; line !== undefined; line = lines[this.at]) if (!this.takes(line)) break;
    if (this.open) reportOpen(this.reader, this.open);
  }

  /** Nothing but lines like rules, without a table, chain or header that confirms it. */
  get isBare(): boolean {
    return this.tables.size === 0;
  }

  /** Skips a line; false: the section ends before it. */
  private takes(line: Line): boolean {
    switch (line.shape) {
      case Shape.Rule:
        return this.open ? this.passAll(Shape.Rule) : this.takesBareRule(line);
      case Shape.Chain:
        return this.takesChain(line);
      case Shape.Table:
        return this.takesTable(line);
      case Shape.Commit:
        this.open = undefined;
        this.pass();
        // Without a table the upper part of the dump was not copied: what is here is a table whose name is not known.
        return !this.isBare;
      case Shape.Header:
        return this.takesHeader(line);
      case Shape.Comment:
        // `# nat` between rules without a table is the heading of the next ones.
        if (
          this.isBare &&
          (this.bareRules || this.declared) &&
          tableOfHeading(line.text.slice(line.contentStart)) !== undefined
        )
          return false;
        this.at++;
        return true;
      case Shape.Blank:
        this.at++;
        return true;
      case Shape.Echo:
      case Shape.HostCommand:
        // In a rules file `# iptables-save` is a comment; after a dump it is the next command.
        if (line.node.kind !== 'comment' || this.open === undefined) return false;
        this.at++;
        return true;
      case Shape.Text:
        return line.listed || saysRowsOmitted(line) || isSpoiledRule(line) ? this.passesOver() : this.takesText();
      case Shape.Log:
      case Shape.Assignment:
        return this.takesText();
      default:
        return false;
    }
  }

  private pass(): void {
    this.end = ++this.at;
  }

  /** Passes over all lines of a shape that follow, which is what most lines of a large dump are. */
  private passAll(shape: Shape): true {
    const { shapes } = this.reader;
    this.at++;
    while (this.at < shapes.length && shapes[this.at] === shape) this.at++;
    this.end = this.at;
    return true;
  }

  private takesBareRule(line: Line): boolean {
    if (!this.isBare) return false;
    const listing = line.listed?.listing;
    if (this.bareRules && listing !== this.listing) return false;
    this.listing = listing;
    this.bareRules = true;
    if (line.node.kind !== 'command' || line.node.operation !== 'P') {
      this.hasRules = true;
      const made = listing === undefined ? chainMadeBy(line) : undefined;
      // A chain that is made twice is the beginning of another list, as of the next pod of a loop.
      if (made !== undefined && this.chains.has(made)) return false;
      if (made !== undefined) this.chains.add(made);
    } else {
      // `iptables -S` prints the policies first.
      if (this.hasRules && listing === undefined && this.reader.awaits('rules')) return false;
      // A second policy for the same chain is the beginning of another list.
      const chain = line.node.chain?.text ?? '';
      this.policies ??= new Set();
      if (this.policies.has(chain) || beginsAnother(chain, this.policies)) return false;
      this.policies.add(chain);
    }
    this.pass();
    return true;
  }

  private takesChain({ node }: Line): boolean {
    if (this.open) {
      this.declared = true;
      return this.passAll(Shape.Chain);
    }
    if (!this.isBare || this.bareRules) return false;
    if (node.kind === 'chain' && node.policy === undefined) return false;
    this.declared = true;
    if (node.kind === 'chain' && node.policy?.text !== '-') (this.policies ??= new Set()).add(node.name.text);
    this.pass();
    return true;
  }

  private takesTable(line: Line): boolean {
    const { reader, tables } = this;
    if (this.bareRules || (this.declared && this.isBare)) return false;
    if (this.open) reportOpen(reader, this.open);
    const name = tableName(line);
    const another =
      tables.has(name) ||
      (this.header?.family === undefined &&
        tables.size > 0 &&
        tables.size <= TABLES_OF_KERNEL &&
        changesFamily(reader.lines, this.from, this.at));
    this.open = another ? undefined : line;
    if (another) return false;
    tables.add(name);
    this.pass();
    return true;
  }

  private takesHeader(line: Line): boolean {
    const { reader, tables, header } = this;
    const found = line.node.kind === 'comment' ? line.node.header : undefined;
    if (found?.role !== 'generated') {
      // Above a dump, it belongs to no section.
      if (this.at === this.from) return false;
      if (found?.more) this.more ??= line;
      this.at++;
      if (!this.isBare) this.end = this.at;
      return true;
    }
    if (this.bareRules || (this.declared && this.isBare)) return false;
    if (header && differs(header, found)) return false;
    // No table after the header above: that program printed nothing.
    if (this.isBare ? header !== undefined : header === undefined) return false;
    const next = nextTable(reader.lines, this.at + 1);
    if (next !== undefined && tables.has(next)) return false;
    if (this.open) reportOpen(reader, this.open);
    this.open = undefined;
    this.header ??= found;
    this.at++;
    return true;
  }

  /** A section goes on behind what was omitted of it. */
  private passesOver(): true {
    this.at++;
    return true;
  }

  private takesText(): boolean {
    const { lines } = this.reader;
    const behindFrame = jsonFrameEnd(lines, this.at);
    if (behindFrame > this.at) {
      this.at = behindFrame;
      return true;
    }
    if (this.open === undefined) return false;
    let next = this.at + 1;
    while (next < lines.length && isPassedOver(lines[next])) next++;
    const behind = lines[next]?.shape;
    // Where nothing of the table follows, the dump is cut off here, or its last line is being typed.
    if (behind !== Shape.Rule && behind !== Shape.Commit && behind !== Shape.Chain) return false;
    reportText(this.reader, this.at, next);
    this.at = next;
    return true;
  }
}

/** The chain of an `-N`. */
function chainMadeBy(line: Line | undefined): string | undefined {
  if (line?.shape !== Shape.Rule) return undefined;
  const { node } = line;
  return node.kind === 'command' && node.operation === 'N' ? node.chain?.text : undefined;
}

/** Whether the list before line `end` makes the chain as well that the next line makes. */
export function isMadeAgain(lines: readonly Line[], from: number, end: number): boolean {
  let next = end;
  while (lines[next]?.shape === Shape.Blank) next++;
  const made = chainMadeBy(lines[next]);
  return made !== undefined && lines.slice(from, end).some((line) => chainMadeBy(line) === made);
}

/**
 * Policies come in the order of the hooks, so that `-P INPUT` after `-P POSTROUTING` begins the list of another table.
 */
function beginsAnother(chain: string, policies: ReadonlySet<string>): boolean {
  if (chain !== 'PREROUTING' && chain !== 'INPUT') return false;
  const later =
    chain === 'INPUT' ? ['FORWARD', 'OUTPUT', 'POSTROUTING'] : ['INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];
  return later.some((name) => policies.has(name));
}

const TABLES_OF_KERNEL = 5;

function isPassedOver(line: Line | undefined): boolean {
  if (line === undefined) return false;
  switch (line.shape) {
    case Shape.Text:
    case Shape.Log:
    case Shape.Assignment:
    case Shape.Blank:
    case Shape.Comment:
      return true;
    default:
      return false;
  }
}

/** The table that the dump goes on with after a header. */
function nextTable(lines: readonly Line[], from: number): string | undefined {
  // A header is right above its table; the bound is for files of nothing but headers.
  const end = Math.min(lines.length, from + 100);
  for (let i = from; i < end; i++) {
    const line = lines[i];
    if (line?.shape === Shape.Table) return tableName(line);
    if (line === undefined || (line.shape !== Shape.Blank && line.node.kind !== 'comment')) return undefined;
  }
  return undefined;
}

function differs(a: Header, b: Header): boolean {
  return a.family !== b.family || a.backend !== b.backend || a.version !== b.version;
}

/**
 * Whether the table at `at` holds addresses of another family than the tables from `from` on: some programs write their
 * IPv6 input right after the IPv4 one.
 */
function changesFamily(lines: readonly Line[], from: number, at: number): boolean {
  const before = findFamily(lines, from, at);
  if (before === undefined) return false;
  let end = at + 1;
  while (end < lines.length && lines[end]?.shape !== Shape.Commit && lines[end]?.shape !== Shape.Table) end++;
  const behind = findFamily(lines, at, end);
  return behind !== undefined && behind !== before;
}
