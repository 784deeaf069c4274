import { readBlocks } from './blocks/readBlocks';
import { CommandOutputs, type Printed } from './commandOutputs';
import { isFilteredAbove, type Echo } from './echo';
import { EnteredShell } from './enteredShell';
import { findProgram } from './shellProgram';
import { machineOf, type Machine } from './machine';
import { promptEnd } from './prompt';
import { readLogMessage } from './logMessage';
import { readCommands } from './sections/commands';
import { readEnvironment } from './sections/environment';
import { readContainerNetworks } from './sections/containerNetworks';
import { readHostCommand } from './sections/hostCommands';
import { readIniFile } from './sections/iniFile';
import { readInterfaces } from './sections/interfaces';
import { readInterfacesFile } from './sections/interfacesFile';
import { readNetplan } from './sections/netplan';
import { readNftSection } from './sections/nft';
import { readPodAddresses } from './sections/podAddresses';
import { readPolicyRules } from './sections/policyRules';
import { reportRow } from './sections/listingRows';
import { opensNextHops, readRoutes } from './sections/routes';
import { readRoutingTables } from './sections/routingTables';
import { readRules } from './sections/rules';
import { isMadeAgain } from './sections/rulesScan';
import { readSets } from './sections/sets';
import { readSockets } from './sections/sockets';
import { readSysctls } from './sections/sysctls';
import { readConnections, readPackets } from './sections/texts';
import { readWideTable } from './sections/wideTables';
import { emptyContext, type Context, type SectionReader } from './sectionReader';
import { Shape } from './shape';
import { shapesOf } from './shapesOf';
import type { Section } from './sourceFile';
import type { EmbeddedLine, FileProblem, Line } from './tree';

export interface Sections {
  readonly sections: readonly Section[];
  readonly problems: readonly FileProblem[];
  readonly family: 4 | 6 | undefined;
  readonly readings: ReadonlyMap<number, readonly EmbeddedLine[]>;
}

/** What an edit did not touch: sections whose lines lie outside `from` … `to` (in the new file) are taken over. */
export interface Unchanged {
  readonly sections: readonly Section[];
  readonly from: number;
  readonly to: number;
}

/**
 * Finds the sections of a file: one walk over the shapes of its lines. Long runs of rules and of prose are skipped
 * in tight loops, so that this is cheap enough to run after every edit of a file with 100,000 lines.
 */
export function readSections(
  lines: readonly Line[],
  shapes: Uint8Array,
  family: 4 | 6 | undefined,
  unchanged?: Unchanged,
): Sections {
  const wrapped = shapes.includes(Shape.Wrapped);
  const flat = wrapped ? lines.flatMap((line): readonly Line[] => line.embedded ?? [line]) : lines;
  const flatShapes = wrapped ? shapesOf(flat) : shapes;
  const read = readBlocks(flat, flatShapes);
  if (!wrapped && !read.changed)
    return { ...readPlain(lines, shapes, family, unchanged, read.problems), readings: read.readings };
  // An edit of a file whose lines stand for others reads all of its sections anew: they are small.
  return {
    ...readPlain(read.lines, read.shapes, family, unchanged && { ...unchanged, from: 0, to: Infinity }, read.problems),
    readings: read.readings,
  };
}

/** `lines`: with those of JSON entries in place of the entries. `found`: the problems known so far. */
function readPlain(
  lines: readonly Line[],
  shapes: Uint8Array,
  family: 4 | 6 | undefined,
  unchanged: Unchanged | undefined,
  found: readonly FileProblem[],
): Omit<Sections, 'readings'> {
  const walk = new SectionWalk(lines, shapes, family, unchanged, found);
  walk.readAll();
  return { sections: walk.sections, problems: walk.problems, family };
}

/** Reads a section from a line on, and gives the line where it stopped. */
type Reading = (reader: SectionReader, from: number) => number;

/** Sections whose meaning depends on the command or heading above them. */
const BY_CONTEXT: ReadonlyMap<Shape, Reading> = new Map<Shape, Reading>([
  [Shape.ProgramCommand, readCommands],
  [Shape.RouteHeader, readRoutes],
  [Shape.IpRoute, readRoutes],
  [Shape.IpRule, readPolicyRules],
]);

const BY_ITSELF: ReadonlyMap<Shape, Reading> = new Map<Shape, Reading>([
  [Shape.SocketHeader, readSockets],
  [Shape.SocketRow, readSockets],
  [Shape.IpAdd, readRoutes],
  [Shape.Interface, readInterfaces],
  [Shape.Set, readSets],
  [Shape.Sysctl, readSysctls],
  [Shape.RoutingTable, readRoutingTables],
  [Shape.Stanza, readInterfacesFile],
  [Shape.Netplan, readNetplan],
  [Shape.Ini, readIniFile],
  [Shape.WideTable, readWideTable],
  [Shape.PodAddress, readPodAddresses],
  [Shape.ContainerNetwork, readContainerNetworks],
  [Shape.Connection, readConnections],
  [Shape.Packet, readPackets],
]);

const PRINTED: ReadonlyMap<Shape, Printed> = new Map<Shape, Printed>([
  [Shape.Interface, 'interfaces'],
  [Shape.RouteHeader, 'routes'],
  [Shape.IpRoute, 'routes'],
  [Shape.IpRule, 'policy-rules'],
  [Shape.SocketHeader, 'sockets'],
  [Shape.SocketRow, 'sockets'],
  [Shape.Set, 'sets'],
]);

/** This many lines above a command or its output are searched for others. */
const MOST_BETWEEN = 200;

/** A section that an edit kept may have the machine of a command that is gone. */
function withoutOldMachine(section: Section): Section {
  if (section.kind === 'rules' || section.kind === 'nft' || !section.machine) return section;
  const { machine: _machine, ...rest } = section;
  return rest;
}

/** The walk over the lines, which remembers what the lines above state. */
class SectionWalk implements SectionReader {
  readonly sections: Section[] = [];
  readonly problems: FileProblem[];
  /** As it was for the section read last. */
  context: Context = emptyContext;
  private above: Context = emptyContext;
  /** A heading is about the first rules below it, and those right after them, up to the next prose. */
  private spent = false;
  private readonly shell = new EnteredShell();
  private readonly outputs = new CommandOutputs();
  /** Which of several commands in the line above printed what is read. */
  private printer: Echo | undefined;
  /** The line that is read, and the first one that `shell` has not passed. */
  private at = 0;
  private passed = 0;
  /** Where the last command was run, as far as its line shows that. */
  private ranAt: Machine | undefined;
  private answered = false;
  /** Sections of before the edit, by their first lines. */
  private readonly kept: ReadonlyMap<Line | undefined, Section>;

  constructor(
    readonly lines: readonly Line[],
    readonly shapes: Uint8Array,
    readonly fileFamily: 4 | 6 | undefined,
    private readonly unchanged: Unchanged | undefined,
    found: readonly FileProblem[],
  ) {
    this.problems = [...found];
    this.kept = new Map((unchanged?.sections ?? []).map((section) => [section.lines[0], section]));
  }

  take(section: Section): void {
    const machine = this.machineFor(section);
    this.sections.push(machine ? { ...section, machine } : withoutOldMachine(section));
  }

  /** Where the command ran that printed a section, or that is the section; undefined where no line states it. */
  private machineFor(section: Section): Machine | undefined {
    const [first] = section.lines;
    if (section.kind === 'rules' || section.kind === 'nft' || !first) return undefined;
    if (first.shape === Shape.IpAdd || first.shape === Shape.HostCommand) return this.machineOfCommand(first);
    this.passUntil(this.at);
    this.answered = true;
    return this.ranAt;
  }

  /** Nothing is known of a line without a prompt whose program runs where the line was typed. */
  private machineOfCommand({ text, contentStart }: Line): Machine | undefined {
    const program = findProgram(text, contentStart, text.length);
    if (!program) return undefined;
    const machine = this.shell.at(machineOf(text, contentStart, program));
    return machine.within === '' && promptEnd(text, contentStart, text.length) === contentStart ? undefined : machine;
  }

  private runs(command: Line, i: number): void {
    this.passUntil(i);
    this.ranAt = this.machineOfCommand(command);
    this.answered = false;
  }

  /** What stands between commands: shells that somebody opens and leaves, and commands of which nothing is read. */
  private passUntil(to: number): void {
    for (let i = Math.max(this.passed, to - MOST_BETWEEN); i < to; i++) {
      const line = this.lines[i];
      if (line?.shape !== Shape.Text) continue;
      this.shell.pass(line.text, line.contentStart);
      if (promptEnd(line.text, line.contentStart, line.text.length) > line.contentStart) this.ranAt = undefined;
    }
    this.passed = Math.max(this.passed, to);
  }

  slice(from: number, to: number): readonly Line[] {
    return this.lines.slice(from, to);
  }

  isFiltered(from: number): boolean | undefined {
    return this.printer?.partial ?? isFilteredAbove(this.lines, from);
  }

  awaits(printed: Printed): boolean {
    return this.outputs.awaits(printed);
  }

  reusable(from: number, to: number): Section | undefined {
    const { unchanged, lines } = this;
    if (!unchanged || (from < unchanged.to && to > unchanged.from)) return undefined;
    const old = lines[from] && this.kept.get(lines[from]);
    return old && old.lines.length === to - from && old.lines[old.lines.length - 1] === lines[to - 1] ? old : undefined;
  }

  readAll(): void {
    let i = 0;
    for (let line = this.lines[i]; line !== undefined; line = this.lines[i]) i = Math.max(this.readAt(line, i), i + 1);
  }

  /** Reads what begins at a line; gives the line after it. */
  private readAt(line: Line, i: number): number {
    const { shape } = line;
    this.at = i;
    const printed = PRINTED.get(shape);
    if (printed !== undefined) this.startOutput(printed);
    const itself = BY_ITSELF.get(shape);
    if (itself) return itself(this, i);
    const inContext = BY_CONTEXT.get(shape);
    if (inContext) return this.readInContext(inContext, i);
    switch (shape) {
      case Shape.Fence:
        this.above = emptyContext;
        this.outputs.end();
        // A block of its own is the output of another command, unless the one above has none yet.
        if (this.answered) {
          this.passUntil(i);
          this.ranAt = undefined;
        }
        return i + 1;
      case Shape.Echo:
        this.spent = false;
        this.runs(line, i);
        this.above = this.outputs
          .begin(line)
          .reduce<Context>((_, echo) => this.contextOf(echo, this.above.more), emptyContext);
        return i + 1;
      case Shape.Log:
        this.spent = false;
        return this.readLog(line, i);
      case Shape.Header:
        if (line.node.kind !== 'comment' || !line.node.header?.more) return this.readRulesAt(i);
        this.above = { ...this.above, more: line };
        return i + 1;
      case Shape.Table:
      case Shape.Chain:
      case Shape.Rule:
      case Shape.Commit:
        return this.readRulesAt(i);
      case Shape.HostCommand:
        this.above = emptyContext;
        this.outputs.begin(line);
        this.runs(line, i);
        return readHostCommand(this, i);
      case Shape.Nft:
        this.spent = true;
        return this.readInContext(readNftSection, i);
      case Shape.ListingRow:
        reportRow(this, line);
        return i + 1;
      case Shape.Text:
        return opensNextHops(this.lines, i) ? this.readInContext(readRoutes, i) : this.passProse(i);
      default:
        return i + 1;
    }
  }

  private startOutput(printed: Printed): void {
    this.printer = this.outputs.next(printed);
    if (this.printer) this.above = this.contextOf(this.printer, this.above.more);
  }

  private contextOf(echo: Echo, more: Line | undefined): Context {
    const context = { ...contextOfEcho(echo), more };
    return context.machine ? { ...context, machine: this.shell.at(context.machine) } : context;
  }

  private readInContext(reading: Reading, i: number): number {
    this.context = this.above;
    return reading(this, i);
  }

  private readRulesAt(i: number): number {
    this.startOutput('rules');
    const end = this.readInContext(readRules, i);
    this.spent = true;
    const { above } = this;
    this.above = {
      ...above,
      family: undefined,
      backend: undefined,
      // A loop prints the same chain again.
      table: isMadeAgain(this.lines, i, end) ? above.table : undefined,
      partial: false,
      more: undefined,
      noflush: above.role === 'input' && above.noflush,
    };
    return end;
  }

  private readLog(line: Line, i: number): number {
    const message = readLogMessage(line);
    if (message.kind === 'variables') return readEnvironment(this, i, message.title);
    if (message.kind === 'restore-input' || message.kind === 'saved-state') {
      const command = message.kind === 'saved-state' ? this.above : emptyContext;
      this.above = {
        ...emptyContext,
        title: message.title,
        role: message.kind === 'restore-input' ? 'input' : 'saved-state',
        family: message.family ?? command.family,
        backend: message.backend ?? command.backend,
        // Programs that log their input this way never run iptables-restore without --noflush.
        noflush: message.kind === 'restore-input',
      };
    } else if (message.kind === 'command') {
      this.above = { ...emptyContext, family: message.family, backend: message.backend };
    }
    return i + 1;
  }

  private passProse(from: number): number {
    if (this.spent) this.above = emptyContext;
    let i = from + 1;
    while (i < this.lines.length && (this.shapes[i] ?? Shape.Fence) <= Shape.Text) i++;
    return i;
  }
}

function contextOfEcho(echo: Echo): Context {
  const rules = echo.role !== undefined;
  return {
    ...emptyContext,
    title: rules ? echo.title : undefined,
    role: echo.role,
    family: echo.family,
    backend: echo.backend,
    noflush: echo.noflush,
    table: rules ? echo.table : undefined,
    partial: rules && echo.partial,
    machine: echo.machine,
    routingTable: rules ? undefined : echo.table,
  };
}
