import { Command } from '../command';
import { backendOf } from '../echo';
import { headingAbove } from '../heading';
import { machineOf, machineOfPrefix, type Machine } from '../machine';
import type { SectionReader } from '../sectionReader';
import { findProgram } from '../shellProgram';
import { Shape } from '../shape';
import type { Line } from '../tree';
import { takeAdded } from './added';
import { readHostCommand } from './hostCommands';
import { readOmissions } from './omissions';
import { takeSysctls } from './sysctls';

/**
 * Reads a list of `iptables …` command lines. Other lines of the script or trace between them are skipped. Where
 * commands of both families, of both back ends or of several machines alternate, those of each become a section of
 * their own.
 */
export function readCommands(reader: SectionReader, from: number): number {
  const { lines, context } = reader;
  const count = lines.length;
  const heading = headingAbove(lines, from);
  const kinds = new Map<string, CommandRun>();
  /** By where the command was passed on to, the last name of the machine: prompts may omit it. */
  const names = new Map<string, string>();
  let end = from;
  let i = from;
  const settings: number[] = [];
  let pending: number[] = [];
  while (i < count) {
    const line = lines[i];
    if (line?.shape === Shape.ProgramCommand) {
      // What comes after the last command is read by the next reader.
      settings.push(...pending);
      pending = [];
      const { family, backend, machine } = whereRun(line);
      const within = machine?.within ?? '';
      const name = machine?.name ?? names.get(within);
      if (name !== undefined) names.set(within, name);
      const key = `${family} ${backend ?? ''} ${name ?? ''} ${within}`;
      const kind = kinds.get(key);
      if (kind) kind.lines.push(line);
      else
        kinds.set(key, {
          family,
          backend,
          machine: name === undefined && within === '' ? undefined : { name, within },
          lines: [line],
        });
      end = ++i;
    } else if (line?.shape === Shape.HostCommand || line?.shape === Shape.Sysctl) {
      pending.push(i++);
    } else if (line && mayStandBetweenCommands(line)) i++;
    else break;
  }
  const all = reader.slice(from, end);
  const omissions = readOmissions(reader, from, end);
  for (const { family, backend, machine, lines: own } of kinds.values()) {
    reader.take({
      kind: 'rules',
      form: 'commands',
      role: 'input',
      family,
      backend: backend ?? context.backend,
      version: undefined,
      title: undefined,
      noflush: true,
      ...(machine && { machine }),
      ...(heading.scope !== undefined && { scope: heading.scope }),
      ...(omissions && { omissions }),
      lines: kinds.size > 1 ? own : all,
    });
  }
  takeAdded(
    reader,
    all.filter((line) => line.shape === Shape.IpAdd),
  );
  for (const at of settings) {
    if (lines[at]?.shape === Shape.HostCommand) readHostCommand(reader, at);
    else takeSysctls(reader, at, at + 1);
  }
  return end;
}

interface CommandRun {
  readonly family: 4 | 6;
  readonly backend: 'legacy' | 'nft' | undefined;
  readonly machine: Machine | undefined;
  readonly lines: Line[];
}

function whereRun(line: Line): Omit<CommandRun, 'lines'> {
  const family = line.node instanceof Command && line.node.family === 6 ? 6 : 4;
  const { text, contentStart } = line;
  // Most scripts name the program and nothing else.
  const plain = text.startsWith('iptables ', contentStart) || text.startsWith('ip6tables ', contentStart);
  const program = plain ? undefined : findProgram(text, contentStart, text.length);
  const prefix = contentStart > 0 ? machineOfPrefix(text.slice(0, contentStart)) : undefined;
  if (!program) return { family, backend: undefined, machine: prefix };
  const machine = machineOf(text, contentStart, program);
  return {
    family,
    backend: backendOf(text, program),
    machine: machine.name === undefined && machine.within === '' ? prefix : machine,
  };
}

function mayStandBetweenCommands(line: Line): boolean {
  switch (line.shape) {
    case Shape.Text:
    case Shape.Assignment:
    case Shape.Blank:
    case Shape.Comment:
    case Shape.IpAdd:
      return true;
    case Shape.Echo:
      return line.node.kind !== 'text';
    default:
      return false;
  }
}
