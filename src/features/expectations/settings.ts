import type { SaidTables } from '../../core/ruleset/oneHost/saidTables';
import type { Dump, FileModel } from '../fileModel';

/** What the lines before an expectation say of the file and of the host. Never changed: each line makes another. */
export interface Settings {
  /** The file with the rules as it is written; undefined: the one beside. */
  readonly file: string | undefined;
  /** Which of its rule sets, from 1; undefined: the one that shows the state of the host best. */
  readonly set: number | undefined;
  /** An object like the contract's `topology`, with `listeners` and `sets` besides, or the file that holds one. */
  readonly host: { readonly value: unknown } | { readonly path: string } | undefined;
  /** Kernel settings that are stated beside those of the host. */
  readonly sysctls: Readonly<Record<string, number>>;
  /** Whether an address, as `formatAddress` writes it, is one of this host. */
  readonly own: ReadonlyMap<string, boolean>;
  /** Names of addresses. */
  readonly names: ReadonlyMap<string, string>;
  readonly tables: SaidTables;
  /** Answers to what nothing in the file answers. */
  readonly assumed: readonly Assumed[];
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
  sysctls: {},
  own: new Map(),
  names: new Map(),
  tables: {},
  assumed: [],
};

/** The rule set that is under test; undefined: the file has no such one. */
export function dumpMeant({ dumps, defaultDump }: FileModel, { set }: Settings): Dump | undefined {
  return set === undefined ? defaultDump : dumps[set - 1];
}
