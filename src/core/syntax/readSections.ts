import { readBlocks } from './blocks/readBlocks';
import { readEcho } from './echo';
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
import { readSets } from './sections/sets';
import { readSockets } from './sections/sockets';
import { readSysctls } from './sections/sysctls';
import { readConnections, readPackets } from './sections/texts';
import { readWideTable } from './sections/wideTables';
import { emptyContext, type Context, type SectionReader } from './sectionReader';
import { Shape } from './shape';
import { shapesOf } from './shapesOf';
import type { EmbeddedLine, FileProblem, Line, Section } from './tree';

export interface Sections {
  readonly sections: readonly Section[];
  readonly problems: readonly FileProblem[];
  readonly family: 4 | 6 | undefined;
  readonly readings: ReadonlyMap<number, readonly EmbeddedLine[]>;
}

/** What an edit left alone: sections whose lines lie outside `from` … `to` (in the new file) are taken over. */
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
  let context: Context = emptyContext;
  // A heading speaks of the first rules below it, and of those right behind them; not past the next prose.
  let spent = false;
  const sections: Section[] = [];
  const problems: FileProblem[] = [...found];
  const kept = new Map<Line, Section>();
  for (const section of unchanged?.sections ?? []) {
    const first = section.lines[0];
    if (first) kept.set(first, section);
  }
  const reader: SectionReader = {
    lines,
    shapes,
    context,
    fileFamily: family,
    problems,
    take(section) {
      sections.push(section);
    },
    slice(from, to) {
      return lines.slice(from, to);
    },
    reusable(from, to) {
      if (!unchanged || (from < unchanged.to && to > unchanged.from)) return undefined;
      const first = lines[from];
      const old = first && kept.get(first);
      return old && old.lines.length === to - from && old.lines[old.lines.length - 1] === lines[to - 1]
        ? old
        : undefined;
    },
  };
  const count = lines.length;
  let i = 0;
  const readRulesAt = (): void => {
    reader.context = context;
    i = readRules(reader, i);
    spent = true;
    context = {
      ...context,
      family: undefined,
      backend: undefined,
      table: undefined,
      partial: false,
      more: undefined,
      noflush: context.role === 'input' && context.noflush,
    };
  };
  while (i < count) {
    const line = lines[i];
    if (line === undefined) break;
    const before = i;
    if (line.shape === Shape.Echo || line.shape === Shape.Log) spent = false;
    if (line.shape === Shape.Text && opensNextHops(lines, i)) {
      reader.context = context;
      i = readRoutes(reader, i);
      continue;
    }
    switch (line.shape) {
      case Shape.Fence:
        context = emptyContext;
        i++;
        break;
      case Shape.Echo:
        context = { ...contextOfEcho(line), more: context.more };
        i++;
        break;
      case Shape.Log: {
        const message = readLogMessage(line);
        if (message.kind === 'variables') {
          i = readEnvironment(reader, i, message.title);
          break;
        }
        if (message.kind === 'restore-input' || message.kind === 'saved-state') {
          const command = message.kind === 'saved-state' ? context : emptyContext;
          context = {
            ...emptyContext,
            title: message.title,
            role: message.kind === 'restore-input' ? 'input' : 'saved-state',
            family: message.family ?? command.family,
            backend: message.backend ?? command.backend,
            // Whoever logs its input this way never runs iptables-restore without --noflush.
            noflush: message.kind === 'restore-input',
          };
        } else if (message.kind === 'command') {
          context = { ...emptyContext, family: message.family, backend: message.backend };
        }
        i++;
        break;
      }
      case Shape.Header:
        if (line.node.kind === 'comment' && line.node.header?.more) {
          context = { ...context, more: line };
          i++;
          break;
        }
        readRulesAt();
        break;
      case Shape.Table:
      case Shape.Chain:
      case Shape.Rule:
      case Shape.Commit:
        readRulesAt();
        break;
      case Shape.ProgramCommand:
        reader.context = context;
        i = readCommands(reader, i);
        break;
      case Shape.SocketHeader:
      case Shape.SocketRow:
        i = readSockets(reader, i);
        break;
      case Shape.RouteHeader:
      case Shape.IpRoute:
        reader.context = context;
        i = readRoutes(reader, i);
        break;
      case Shape.IpRule:
        reader.context = context;
        i = readPolicyRules(reader, i);
        break;
      case Shape.IpAdd:
        i = readRoutes(reader, i);
        break;
      case Shape.Interface:
        i = readInterfaces(reader, i);
        break;
      case Shape.Set:
        i = readSets(reader, i);
        break;
      case Shape.HostCommand:
        context = emptyContext;
        i = readHostCommand(reader, i);
        break;
      case Shape.Sysctl:
        i = readSysctls(reader, i);
        break;
      case Shape.RoutingTable:
        i = readRoutingTables(reader, i);
        break;
      case Shape.Stanza:
        i = readInterfacesFile(reader, i);
        break;
      case Shape.Netplan:
        i = readNetplan(reader, i);
        break;
      case Shape.Ini:
        i = readIniFile(reader, i);
        break;
      case Shape.WideTable:
        i = readWideTable(reader, i);
        break;
      case Shape.PodAddress:
        i = readPodAddresses(reader, i);
        break;
      case Shape.ContainerNetwork:
        i = readContainerNetworks(reader, i);
        break;
      case Shape.Connection:
        i = readConnections(reader, i);
        break;
      case Shape.Packet:
        i = readPackets(reader, i);
        break;
      case Shape.Nft:
        reader.context = context;
        i = readNftSection(reader, i);
        spent = true;
        break;
      case Shape.ListingRow:
        reportRow(reader, line);
        i++;
        break;
      case Shape.Text:
        if (spent) context = emptyContext;
        i++;
        while (i < count && (shapes[i] ?? Shape.Fence) <= Shape.Text) i++;
        break;
      default:
        i++;
    }
    if (i <= before) i = before + 1;
  }
  return { sections, problems, family };
}

function contextOfEcho(line: Line): Context {
  const echo = readEcho(line);
  if (!echo) return emptyContext;
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
