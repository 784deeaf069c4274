import { addressFamily } from '../family';
import type { SectionReader } from '../sectionReader';
import { findProgram } from '../shellProgram';
import { Shape } from '../shape';
import type { AddressFacts, RoutingTableFacts, SysctlFacts } from '../facts';
import type { Line } from '../tree';
import { readRoutingTables } from './routingTables';
import { dotted, isValue } from './sysctls';

/**
 * Reads a command whose output alone does not show what it is about, and its output: `cat /proc/sys/…`, `sysctl -n …`,
 * `hostname -I`, `cat /etc/iproute2/rt_tables`; and commands that change a setting. Gives the line after what belongs
 * to it.
 */
export function readHostCommand(reader: SectionReader, from: number): number {
  const line = reader.lines[from];
  const program = line && findProgram(line.text, line.contentStart, line.text.length);
  if (!line || !program) return from + 1;
  const rest = line.text.slice(program.end, program.limit);
  switch (program.name) {
    case 'hostname':
      return readAddresses(reader, from);
    case 'sysctl':
      return readSysctlCommand(reader, from, rest);
    case 'echo':
      return readWritten(reader, line, line.text.slice(program.start, program.limit), from);
    default:
      return /\/rt_tables/.test(rest) ? readRoutingTables(reader, from + 1) : readFiles(reader, from, rest);
  }
}

/** `hostname -I`: all addresses but those of lo, on one line. */
function readAddresses(reader: SectionReader, from: number): number {
  const addresses: AddressFacts[] = [];
  let end = from + 1;
  for (let line = reader.lines[end]; line?.shape === Shape.Text; line = reader.lines[++end]) {
    const words = line.text
      .slice(line.contentStart)
      .trim()
      .split(/[ \t]+/);
    if (!words.every((word) => addressFamily(word) !== undefined)) break;
    for (const address of words)
      addresses.push({ address, of: 'host', name: undefined, node: undefined, source: 'hostname -I', line });
  }
  if (addresses.length > 0) reader.take({ kind: 'addresses', addresses, lines: reader.slice(from, end) });
  return end;
}

/** `sysctl -w NAME=VALUE`, `sysctl -n NAME`; the output of `sysctl NAME` has the name itself. */
function readSysctlCommand(reader: SectionReader, from: number, rest: string): number {
  const line = reader.lines[from] as Line;
  const words = rest.split(/[ \t]+/).map((word) => word.replace(/^["']|(?<!["';])["';]+$/g, ''));
  const set = words.flatMap((word): SysctlFacts[] => {
    const found = /^([a-z]+[./][^\s=]*)=(-?\w+)$/.exec(word);
    return found ? [{ name: dotted(found[1] ?? ''), value: found[2] ?? '', origin: 'set', line }] : [];
  });
  if (set.length > 0) reader.take({ kind: 'sysctls', sysctls: set, lines: [line] });
  if (!words.some((word) => /^-[a-z]*[nb][a-z]*$|^--(?:values|binary)$/.test(word))) return from + 1;
  return readAnswers(
    reader,
    from,
    words.filter((word) => /^[a-z]+[./][\w./*-]+$/.test(word)),
  );
}

/** `cat /proc/sys/net/ipv4/ip_forward`: a number for each file. */
function readFiles(reader: SectionReader, from: number, rest: string): number {
  const command = reader.lines[from] as Line;
  const programs = command.text.slice(command.contentStart, command.text.length - rest.length);
  // Of several files `grep` and `head` write the names, which is a shape of its own.
  if (!/cat$|more$|less$/.test(programs) && reader.lines[from + 1]?.shape === Shape.Sysctl) return from + 1;
  return readAnswers(
    reader,
    from,
    [...rest.matchAll(PATHS)].map(([path]) => path),
  );
}

const PATHS = /\/proc\/sys\/[\w./*@:+-]+/g;

/**
 * One number for each name, in their order. A name with `*` stands for several, of which the output does not say which
 * is which: it is evidence where they are all the same.
 */
function readAnswers(reader: SectionReader, from: number, names: readonly string[]): number {
  const { lines } = reader;
  const answers: Line[] = [];
  const pattern = names.some((name) => name.includes('*'));
  const most = pattern && names.length === 1 ? MOST_INTERFACES : names.length;
  for (let i = from + 1; answers.length < most; i++) {
    const line = lines[i];
    if (line?.shape !== Shape.Text || !isValue(line.text.slice(line.contentStart))) break;
    answers.push(line);
  }
  const values = answers.map((line) => line.text.slice(line.contentStart).trim());
  const same = new Set(values).size === 1;
  const sysctls =
    pattern && !same
      ? []
      : names.flatMap((name, i): SysctlFacts[] => {
          const line = answers[i];
          return line ? [{ name: dotted(name), value: values[i] ?? '', origin: 'listed', line }] : [];
        });
  const end = from + 1 + answers.length;
  if (sysctls.length > 0) reader.take({ kind: 'sysctls', sysctls, lines: reader.slice(from, end) });
  return end;
}

const MOST_INTERFACES = 1000;

/** `echo 1 > /proc/sys/…`, `echo 1 | sudo tee /proc/sys/…`, `echo "200 isp_b" >> /etc/iproute2/rt_tables`. */
function readWritten(reader: SectionReader, line: Line, text: string, from: number): number {
  const sysctls: SysctlFacts[] = [];
  const tables: RoutingTableFacts[] = [];
  for (const part of text.split(/\becho[ \t]+/).slice(1)) {
    const setting =
      /^(?:-n[ \t]+)?["']?(-?\d{1,19})["']?[ \t]*(?:>{1,2}|\|[ \t]*(?:sudo[ \t]+)?tee(?:[ \t]+-a)?[ \t])[ \t]*["']?(\/proc\/sys\/[\w./*@:+-]+)/.exec(
        part,
      );
    if (setting) sysctls.push({ name: dotted(setting[2] ?? ''), value: setting[1] ?? '', origin: 'set', line });
    const table =
      /^(?:-e[ \t]+)?["']?(\d{1,10})(?:[ \t]+|\\t)([\w.-]{1,64})["']?[ \t]*(?:>>|\|).{0,60}\/rt_tables/.exec(part);
    if (table) tables.push({ number: Number(table[1]), name: table[2] ?? '', line });
  }
  if (sysctls.length > 0) reader.take({ kind: 'sysctls', sysctls, lines: [line] });
  if (tables.length > 0) reader.take({ kind: 'routing-tables', tables, lines: [line] });
  return from + 1;
}
