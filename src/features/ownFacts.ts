import { sameMachine, type Machine } from '../core/syntax/machine';
import { Shape } from '../core/syntax/shape';
import type { Section, SourceFile } from '../core/syntax/sourceFile';
import type { Line } from '../core/syntax/tree';
import type { Dump, FileModel } from './fileModel';
import { isOneLine, joinedRanges, rangesText } from './lineRanges';
import { machineName, machinePlace } from './machinePlace';
import { ownerOfRules } from './ruleSetName';

/** What a file states of one of the hosts that it shows. */
export interface OwnFacts {
  /** The file without what it states of the other hosts; the same object where there are none. */
  readonly file: SourceFile;
  /** What it states of others, in the order of the file. */
  readonly others: readonly Section[];
  /** Nothing states whose rules these are: what was taken as theirs. undefined where that is not in doubt. */
  readonly taken: Machine | undefined;
}

/**
 * What the file states of the host of a rule set: a command that was run on another machine, in another pod or in
 * another network namespace says nothing of it. What no prompt and no wrapper assigns to a machine counts for each.
 */
export function ownFactsOf({ file }: Pick<FileModel, 'file'>, dump: Dump): OwnFacts {
  const place = dump.section.lines[0]?.index ?? 0;
  const key = `${place} ${JSON.stringify(dump.machine ?? null)}`;
  let known = found.get(file);
  if (!known) found.set(file, (known = new Map<string, OwnFacts>()));
  let host = known.get(key);
  if (!host) known.set(key, (host = findHost(file, dump, place)));
  return host;
}

/** Whoever keeps something for a file finds it again by the same object. */
const found = new WeakMap<SourceFile, Map<string, OwnFacts>>();

function findHost(file: SourceFile, dump: Dump, place: number): OwnFacts {
  const placed = file.sections.filter((section) => machineOfFacts(section) !== undefined);
  const taken = dump.machine ? undefined : nearest(file, placed, dump, place);
  const own = dump.machine ?? taken;
  const left = new Set(file.sections.filter((section) => !sameMachine(machineOfSection(section), own)));
  if (left.size === 0 || own === undefined) return { file, others: [], taken: undefined };
  const sections = file.sections.filter((section) => !left.has(section));
  return { file: { ...file, sections, machine: own }, others: placed.filter((section) => left.has(section)), taken };
}

function machineOfSection(section: Section): Machine | undefined {
  return section.kind === 'rules' || section.kind === 'nft' ? section.machine : machineOfFacts(section);
}

/** Where the command ran that states something of the host it runs on, not of pods or containers that it lists. */
export function machineOfFacts(section: Section): Machine | undefined {
  switch (section.kind) {
    case 'interfaces':
    case 'routes':
    case 'policy-rules':
    case 'routing-tables':
    case 'sockets':
    case 'sets':
    case 'sysctls':
    case 'connections':
      return section.machine;
    case 'addresses':
      return section.addresses.every(({ of }) => of === 'host') ? section.machine : undefined;
    case 'packets':
    case 'environment':
    case 'rules':
    case 'nft':
      return undefined;
  }
}

function distinct(machines: readonly Machine[]): readonly Machine[] {
  const kept: Machine[] = [];
  for (const machine of machines) if (!kept.some((other) => sameMachine(other, machine))) kept.push(machine);
  return kept;
}

/** The machine that the lines above the rules name, else the one of which something stands nearest to them. */
function nearest(file: SourceFile, placed: readonly Section[], dump: Dump, place: number): Machine | undefined {
  const machines = distinct(placed.flatMap((section) => machineOfFacts(section) ?? []));
  const owner = ownerOfRules({ file }, dump)?.split(' ').at(-1);
  const named = owner === undefined ? inTextAbove(file, machines, place) : called(machines, [owner])[0];
  if (named) return named;
  const distance = (section: Section): number => Math.abs((section.lines[0]?.index ?? 0) - place);
  const [closest] = [...placed].sort((a, b) => distance(a) - distance(b));
  return closest && machineOfFacts(closest);
}

/** The one machine whose name is in the text just above the rules: `The rules of gate3:`. */
function inTextAbove({ lines }: SourceFile, machines: readonly Machine[], place: number): Machine | undefined {
  for (let i = place - 1; i >= Math.max(0, place - MOST_TEXT); i--) {
    const { shape, text } = lines[i] as Line;
    if (!PROSE.has(shape)) return undefined;
    const [named, other] = called(machines, text.slice(0, LONGEST_TEXT).match(/[\w-]+(?:\.[\w-]+)*/g) ?? []);
    if (named) return other ? undefined : named;
  }
  return undefined;
}

const PROSE: ReadonlySet<Shape> = new Set([Shape.Blank, Shape.Comment, Shape.Text, Shape.Fence]);
/** So many lines above rules may say whose they are. */
const MOST_TEXT = 5;
const LONGEST_TEXT = 300;

function called(machines: readonly Machine[], names: readonly string[]): readonly Machine[] {
  return machines.filter(
    ({ name, within }) => names.includes(name ?? '') || names.includes(within.split(' ').at(-1) ?? ''),
  );
}

/** What was not used, and why, in sentences; none where the file shows one host. */
export function ownFactsNotes({ others, taken }: OwnFacts): readonly string[] {
  const groups = new Map<string, Section[]>();
  for (const section of others) {
    const machine = machineOfFacts(section);
    if (!machine) continue;
    const words = machinePlace(machine);
    groups.set(words, [...(groups.get(words) ?? []), section]);
  }
  const notes = [...groups].map(
    ([words, sections]) => `${placesOf(sections)}: run ${words}, and not used for these rules`,
  );
  return taken === undefined
    ? notes
    : [
        'nothing states on which host these rules are; what the file shows of ' +
          `${machineName(taken)} is assumed to be of the same host`,
        ...notes,
      ];
}

/** `line 3`, `lines 9–12, 20–24`, 1-based. */
function placesOf(sections: readonly Section[]): string {
  const ranges = joinedRanges(
    sections.flatMap(({ lines }) => {
      const [first, last] = [lines[0]?.index, lines.at(-1)?.index];
      return first === undefined || last === undefined ? [] : [[first + 1, last + 1] as const];
    }),
  );
  const left = ranges.length - MOST_RANGES;
  return (
    `line${isOneLine(ranges) ? '' : 's'} ${rangesText(ranges.slice(0, MOST_RANGES))}` +
    `${left > 0 ? ` and ${left} more` : ''}`
  );
}

const MOST_RANGES = 6;
