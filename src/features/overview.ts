import { machineWords } from '../core/syntax/machine';
import { machinePlace } from './machinePlace';
import { machineOfFacts } from './ownFacts';
import type { RulesSection, Section, SourceFile } from '../core/syntax/sourceFile';
import { allTables, type RuleSet } from '../core/ruleset/ruleSet';
import { extent } from './extent';
import { ruleSetOf, allSectionsOf, type Dump, type FileModel } from './fileModel';
import { examplesOf } from './overviewExamples';
import { packetsOfFile } from './filePackets';
import { allOpenTables } from './openTables';
import { unreadLines, type UnreadLine } from './unread';
import { rulesShown } from './rulesOfLine';

/**
 * What was found in a file and what was not read, in the words of docs/contract.md; lines are 1-based, both ends
 * included.
 */
export interface Overview {
  readonly ruleSets: readonly RuleSetOverview[];
  readonly host: readonly HostOverview[];
  readonly packets: readonly { readonly line: number; readonly expression: string }[];
  /**
   * Lines whose table the file leaves open: the one that they are read as rules of, and those that they may be of.
   * `said`: by the caller.
   */
  readonly openTables: readonly {
    readonly chain: string;
    readonly lines: readonly number[];
    readonly table: string;
    readonly candidates: readonly string[];
    readonly reason: string;
    readonly said: boolean;
  }[];
  readonly unread: readonly UnreadLine[];
}

interface RuleSetOverview {
  readonly title: string;
  readonly family: 4 | 6;
  readonly backend: 'legacy' | 'nft' | null;
  /** Rules cut out of a dump: the jumps to their chains are not in the file. */
  readonly fragment: boolean;
  readonly tables: Readonly<Record<string, { readonly chains: number; readonly rules: number }>>;
  readonly lines: readonly [first: number, last: number];
}

export type HostKind = 'route' | 'address' | 'listener' | 'rule' | 'set' | 'sysctl' | 'connection';

export interface HostOverview {
  readonly kind: HostKind;
  readonly lines: readonly [first: number, last: number];
  readonly count: number;
  /** The first of them in short; empty where that says nothing. */
  readonly examples: string;
  /** Where the command ran that printed them; missing where no prompt or wrapper states it. */
  readonly machine?: string;
  /** The same in words, `in pod web-7`. */
  readonly place?: string;
}

export function overviewOf(model: FileModel): Overview {
  return {
    ruleSets: model.dumps.flatMap((dump) => allSectionsOf(dump).map((section) => ruleSetOverview(dump, section))),
    host: hostFactsOf(model.file),
    packets: packetsOfFile(model.file, MOST_PACKETS).map(({ text, line }) => ({
      line: line.index + 1,
      expression: text,
    })),
    openTables: allOpenTables(model).map(({ chain, lines, table, candidates, why, said }) => ({
      chain,
      lines: lines.map(({ index }) => index + 1),
      table,
      candidates,
      reason: why,
      said,
    })),
    unread: unreadLines(model),
  };
}

/** The listings of host facts in a file, in its order. */
export function hostFactsOf(file: SourceFile): readonly HostOverview[] {
  return file.sections.flatMap(hostOverview);
}

/** A capture of a million packets is not listed whole. */
const MOST_PACKETS = 10_000;

/** Nothing in the file means anything to a trace. */
export function isEmptyOverview({ ruleSets, host, packets }: Overview): boolean {
  return ruleSets.length === 0 && host.length === 0 && packets.length === 0;
}

function ruleSetOverview({ label }: Dump, section: RulesSection): RuleSetOverview {
  const ruleSet = ruleSetOf(section);
  return {
    title: label,
    family: section.family ?? 4,
    backend: section.backend ?? null,
    fragment: section.fragment === true || isFragment(ruleSet),
    tables: tablesOf(ruleSet),
    lines: placeOf(section),
  };
}

function tablesOf(ruleSet: RuleSet): RuleSetOverview['tables'] {
  const counts: Record<string, { readonly chains: number; readonly rules: number }> = {};
  for (const { name, chains } of allTables(ruleSet)) {
    let rules = 0;
    let made = 0;
    for (const chain of chains.values()) {
      const shown = rulesShown(chain);
      rules += shown.length;
      if (shown.length === 0 && chain.rules.length > 0) made++;
    }
    counts[name] = { chains: chains.size - made, rules };
  }
  return counts;
}

/** Whether chains with rules are reached from no hook, in a set of rules in which no built-in chain has any. */
function isFragment({ tables }: RuleSet): boolean {
  for (const { chains } of tables.values())
    for (const chain of chains.values()) if (chain.hook !== undefined && chain.rules.length > 0) return false;
  return [...tables.values()].some(({ chains }) =>
    [...chains.values()].some(({ hook, rules }) => hook === undefined && rules.length > 0),
  );
}

const HOST_KINDS: Readonly<Partial<Record<Section['kind'], HostKind>>> = {
  routes: 'route',
  interfaces: 'address',
  addresses: 'address',
  sockets: 'listener',
  'policy-rules': 'rule',
  sets: 'set',
  sysctls: 'sysctl',
  connections: 'connection',
};

function hostOverview(section: Section): readonly HostOverview[] {
  const kind = HOST_KINDS[section.kind];
  return kind === undefined
    ? []
    : [
        {
          kind,
          lines: placeOf(section),
          count: countOf(section),
          examples: examplesOf(section),
          ...machineIn(section),
        },
      ];
}

function machineIn(section: Section): Pick<HostOverview, 'machine' | 'place'> {
  const machine = machineOfFacts(section);
  if (!machine || (machine.name === undefined && machine.within === '')) return {};
  return { machine: machineWords(machine), place: machinePlace(machine) };
}

function countOf(section: Section): number {
  switch (section.kind) {
    case 'routes':
      return section.routes.length;
    case 'interfaces':
      return section.interfaces.reduce((sum, { addresses }) => sum + addresses.length, 0);
    case 'addresses':
      return section.addresses.length;
    case 'sockets':
      return section.sockets.length;
    case 'policy-rules':
      return section.rules.length;
    case 'sysctls':
      return section.sysctls.length;
    case 'connections':
      return section.connections.length;
    case 'sets':
      return new Set(section.text.split('\n').flatMap((line) => /^create (\S+)/.exec(line)?.[1] ?? [])).size;
    default:
      return 0;
  }
}

/** 1-based. */
function placeOf({ lines }: Section): readonly [first: number, last: number] {
  const { from, to } = extent(lines);
  return [from + 1, to + 1];
}
