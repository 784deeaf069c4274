import type { SaidTables } from '../../core/ruleset/oneHost/saidTables';
import { modelOf, type Dump, type FileModel } from '../fileModel';
import { GrowingMap } from './growingMap';

/** What the lines before an expectation say of the file and of the host. Never changed: each line makes another. */
export interface Settings {
  /** The file with the rules as it is written; undefined: the one beside. */
  readonly file: string | undefined;
  /** Which of its rule sets, from 1; undefined: the one that shows the state of the host best. */
  readonly set: number | undefined;
  /** An object like the contract's `topology`, with `listeners` and `sets` besides, or the file that holds one. */
  readonly host: { readonly value: unknown } | { readonly path: string } | undefined;
  /** Kernel settings that are stated beside those of the host. */
  readonly sysctls: GrowingMap<string, number>;
  /** Interfaces of this host that the file does not name. */
  readonly interfaces: GrowingMap<string, true>;
  /** Whether an address, as `formatAddress` writes it, is one of this host. */
  readonly own: GrowingMap<string, boolean>;
  /** Whether a program of this host has joined a multicast group, as `formatAddress` writes it. */
  readonly joined: GrowingMap<string, boolean>;
  /** Names of addresses. */
  readonly names: GrowingMap<string, string>;
  /** As `SaidTables`. */
  readonly tables: GrowingMap<string, string>;
  /** Answers to what nothing in the file answers, by what they are about: the last one counts. */
  readonly assumed: GrowingMap<string, Assumed>;
}

/** What `assume` says: of a condition of a rule, or of anything that a message of a trace names. */
export interface Assumed {
  /** `filter/INPUT:4`; undefined: `what` alone says it. */
  readonly rule: string | undefined;
  /** The words of the condition, or a part of them; undefined: every condition of the rule. */
  readonly what: string | undefined;
  readonly value: boolean;
}

export const NO_SETTINGS: Settings = {
  file: undefined,
  set: undefined,
  host: undefined,
  sysctls: GrowingMap.empty(),
  interfaces: GrowingMap.empty(),
  own: GrowingMap.empty(),
  joined: GrowingMap.empty(),
  names: GrowingMap.empty(),
  tables: GrowingMap.empty(),
  assumed: GrowingMap.empty(),
};

/** The file with the tables that the lines say; the same one as long as they say the same. */
export function modelMeant(model: FileModel, { tables }: Settings): FileModel {
  if (tables.size === 0) return model;
  const said: SaidTables = { ...model.tables, ...Object.fromEntries(tables) };
  let known = models.get(model);
  if (!known) models.set(model, (known = new Map<string, FileModel>()));
  const key = JSON.stringify(said);
  let found = known.get(key);
  if (!found) known.set(key, (found = modelOf(model.file, said)));
  return found;
}

const models = new WeakMap<FileModel, Map<string, FileModel>>();

/** The rule set that is under test; undefined: the file has no such one. */
export function dumpMeant({ dumps, defaultDump }: FileModel, { set }: Settings): Dump | undefined {
  return set === undefined ? defaultDump : dumps[set - 1];
}
