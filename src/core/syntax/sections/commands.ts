import { Command } from '../command';
import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { Line } from '../tree';
import { takeAdded } from './added';
import { readHostCommand } from './hostCommands';
import { takeSysctls } from './sysctls';

/**
 * Reads a list of `iptables …` command lines. Other lines of the script or trace between them are passed over. Where
 * IPv4 and IPv6 commands alternate, each family becomes a section of its own lines.
 */
export function readCommands(reader: SectionReader, from: number): number {
  const { lines, context } = reader;
  const count = lines.length;
  let end = from;
  let i = from;
  let four = 0;
  let six = 0;
  const settings: number[] = [];
  let pending: number[] = [];
  while (i < count) {
    const line = lines[i];
    if (line?.shape === Shape.ProgramCommand) {
      // What stands behind the last command is read by whoever comes to it.
      settings.push(...pending);
      pending = [];
      if (familyOf(line) === 6) six++;
      else four++;
      end = ++i;
    } else if (line?.shape === Shape.HostCommand || line?.shape === Shape.Sysctl) {
      pending.push(i++);
    } else if (line && mayStandBetweenCommands(line)) i++;
    else break;
  }
  const base = {
    kind: 'rules' as const,
    form: 'commands' as const,
    role: 'input' as const,
    backend: context.backend,
    version: undefined,
    title: undefined,
    noflush: true,
  };
  const all = reader.slice(from, end);
  if (four > 0 && six > 0) {
    reader.take({ ...base, family: 4, lines: all.filter((line) => line.shape === Shape.ProgramCommand && familyOf(line) !== 6) });
    reader.take({ ...base, family: 6, lines: all.filter((line) => line.shape === Shape.ProgramCommand && familyOf(line) === 6) });
  } else {
    reader.take({ ...base, family: six > 0 ? 6 : 4, lines: all });
  }
  takeAdded(reader, all.filter((line) => line.shape === Shape.IpAdd));
  for (const at of settings) {
    if (lines[at]?.shape === Shape.HostCommand) readHostCommand(reader, at);
    else takeSysctls(reader, at, at + 1);
  }
  return end;
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

function familyOf(line: Line): 4 | 6 | undefined {
  return line.node instanceof Command ? line.node.family : undefined;
}
