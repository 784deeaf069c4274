import { allTables, type Table } from '../core/ruleset/ruleSet';
import { visible } from '../core/text/visible';
import type { AnyTableName, Hook } from '../core/xtables/view';
import { readTraceLine } from '../core/net/kernelTrace/traceLine';
import type { Line } from '../core/syntax/tree';
import { packetsOfFile } from './filePackets';
import { kernelTraceOf } from './kernelTrace/kernelTraceOf';
import { counted } from './traceReport/traceInput';
import { ruleSetName } from './ruleSetName';
import { allSectionsOf, ruleSetOf, type Dump, type FileModel } from './fileModel';

/** A line of links above a line of the file, 0-based. */
export interface Lens {
  readonly line: number;
  readonly dump: string;
  /** The chain whose traffic the link is about; undefined: any packet of the rule set. */
  readonly chain: { readonly table: AnyTableName; readonly hook: Hook } | undefined;
  /** The text of a line that shows a packet, which the link traces. */
  readonly packet?: string;
  readonly title: string;
  /** What is beside the link, without a link: `6 rules`. */
  readonly note: string;
}

/**
 * Above each built-in chain that does something, and each line that shows a packet. With `dumps` also above each rule
 * set: in notes and logs, where it has no file of its own.
 */
export function lensesOf(model: FileModel, { dumps }: { readonly dumps: boolean }): readonly Lens[] {
  return [
    ...(dumps ? fileLens(model) : []),
    ...onceEach(model.dumps.flatMap((dump) => [...(dumps ? dumpLens(model, dump) : []), ...chainLenses(dump)])),
    ...packetLenses(model),
  ];
}

/** A table inet is among the rules of both families; a packet says of which it is. */
function onceEach(lenses: readonly Lens[]): readonly Lens[] {
  const known = new Set<string>();
  return lenses.filter(({ line, chain, note }) => {
    const key = `${line} ${chain?.table ?? ''} ${chain?.hook ?? ''} ${note}`;
    return !known.has(key) && known.add(key);
  });
}

/** Where the eye is when the file opens. Rules that begin there have a link of their own. */
function fileLens({ dumps, defaultDump, file }: FileModel): readonly Lens[] {
  const first = Math.min(...dumps.flatMap(({ section }) => section.lines[0]?.index ?? []));
  if (!defaultDump || first <= NEAR_TOP) return [];
  const note = dumps.length === 1 ? ruleSetName({ file }, defaultDump) : counted(dumps.length, 'rule set');
  return [{ line: 0, dump: defaultDump.id, chain: undefined, title: 'Trace a packet', note: visible(note) }];
}

/** Lines of a file that are in sight with its first one. */
const NEAR_TOP = 5;

/** Of a log of thousands of packets, the first ones have a link. */
const MOST_PACKETS = 100;

function packetLenses({ file, defaultDump }: FileModel): readonly Lens[] {
  if (!defaultDump) return [];
  const traced = kernelTraceOf(file).packets;
  const first = new Set(traced.map(({ line }) => line));
  // A packet of a kernel's trace is in many lines.
  const isFirst = (text: string, { index }: Line): boolean =>
    first.size === 0 || first.has(index) || readTraceLine(text) === undefined;
  return packetsOfFile(file, MOST_PACKETS, isFirst).map(({ text, line, packet }) => ({
    line: line.index,
    dump: defaultDump.id,
    chain: undefined,
    packet: text,
    title: first.has(line.index) ? 'Trace this packet beside the kernel’s trace' : 'Trace this packet',
    note: visible(packet.expression),
  }));
}

function dumpLens(model: FileModel, dump: Dump): readonly Lens[] {
  const { id, section } = dump;
  const line = section.lines[0]?.index;
  if (line === undefined) return [];
  let rules = 0;
  for (const table of tablesOf(dump)) for (const chain of table.chains.values()) rules += chain.rules.length;
  return [
    {
      line,
      dump: id,
      chain: undefined,
      title: visible(`Trace a packet through ${ruleSetName(model, dump)}`),
      note: counted(rules, 'rule'),
    },
  ];
}

/** Chains that hold no rules and accept everything would only be in the way: each lens pushes the lines apart. */
function chainLenses(dump: Dump): readonly Lens[] {
  const lenses: Lens[] = [];
  for (const table of tablesOf(dump)) {
    for (const { hook, line, rules, policy } of table.chains.values()) {
      if (hook === undefined || line === undefined || (rules.length === 0 && policy !== 'DROP')) continue;
      lenses.push({
        line: line.index,
        dump: dump.id,
        chain: { table: table.name, hook },
        title: `Trace a packet through ${hook}`,
        note: counted(rules.length, 'rule'),
      });
    }
  }
  return lenses.sort((a, b) => a.line - b.line);
}

/** The tables of both back ends and of nft. */
function tablesOf(dump: Dump): readonly Table[] {
  return allSectionsOf(dump).flatMap((section) => allTables(ruleSetOf(section)));
}

/** The start of a packet expression that comes by a hook. */
export function directionOf(hook: Hook): 'in' | 'out' | 'forward' {
  switch (hook) {
    case 'PREROUTING':
    case 'INPUT':
      return 'in';
    case 'OUTPUT':
    case 'POSTROUTING':
      return 'out';
    case 'FORWARD':
      return 'forward';
  }
}
