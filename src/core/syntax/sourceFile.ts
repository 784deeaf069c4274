import type {
  AddressFacts,
  EnvironmentEntry,
  InterfaceFacts,
  ListeningSocket,
  PolicyRuleFacts,
  RouteFacts,
  RoutingTableFacts,
  SysctlFacts,
  TextFacts,
} from './facts';
import type { Machine } from './machine';
import type { EmbeddedLine, FileProblem, Line } from './tree';

/**
 * Statements of nft: tables as `nft list ruleset` prints them, or commands. The lines have nodes of kind `nft`, in the
 * order of the file.
 */
export interface NftSection {
  readonly kind: 'nft';
  /** `listing`: tables in braces. `commands`: each line is one. */
  readonly form: 'listing' | 'commands';
  /** Where the program ran, by the prompt above. */
  readonly machine?: Machine;
  /** The heading in the text that introduced it. */
  readonly title: string | undefined;
  readonly lines: readonly Line[];
}

/** Where rules stand: between two lines of the file. A file may hold many of these. */
export interface RulesSection {
  readonly kind: 'rules';
  /**
   * nft: what `nft` prints or reads; its statements are in `nft`. save: iptables-save output. restore:
   * iptables-restore input. list: `iptables -S`. commands: `iptables …` command lines.
   */
  readonly form: 'save' | 'restore' | 'list' | 'commands' | 'nft';
  /**
   * What the text around states about it; the log of an init container shows what is to be loaded and, later, what is
   * loaded.
   */
  readonly role: 'saved-state' | 'input';
  /** From the header, the program that was run, or the addresses in it; undefined where nothing states it. */
  readonly family: 4 | 6 | undefined;
  readonly backend: 'legacy' | 'nft' | undefined;
  readonly version: string | undefined;
  /**
   * The heading in the text that introduced it ("Command output", "Final iptables state (IPv4)"), for the list of
   * dumps.
   */
  readonly title: string | undefined;
  /** `iptables-restore --noflush`: the input adds to what is there. */
  readonly noflush: boolean;
  /**
   * The lines are a whole file for iptables-restore, to be read as that program reads it: what it refuses is an error.
   */
  readonly asInput?: true;
  /**
   * The table that the command or the heading above names (`iptables -t nat -S`, `nat:`); undefined where the lines
   * name tables themselves or nothing states it.
   */
  readonly defaultTable?: string;
  /** Cut out of what a host has, by grep or by hand: chains, policies and rules may be missing. */
  readonly fragment?: true;
  /**
   * A table of input that adds to what there is: its chains may have other rules before these are loaded, and after,
   * also those that it declares.
   */
  readonly added?: true;
  /** Where the program ran, by the prompt, the wrapper or the log shipper. */
  readonly machine?: Machine;
  /** The part of a heading that distinguishes these rules from others: `after`, `node worker-2`. */
  readonly scope?: string;
  /** When it was saved, by the header: milliseconds, of whatever time zone. */
  readonly savedAt?: number;
  /** A line that says that the host has more rules than are shown (`# Warning: iptables-legacy tables present`). */
  readonly more?: Line;
  /** The sections of one host that make up this rule set, in the order in which they take effect. */
  readonly parts?: readonly RulesSection[];
  readonly nft?: readonly NftSection[];
  /** Tables among them (`ip filter`) that iptables has made, and that the file shows as iptables prints them. */
  readonly besideIptables?: ReadonlySet<string>;
  /** Why the lines are read as rules of `defaultTable`, where they do not name it. */
  readonly inferred?: InferredTable;
  /** Where rules are missing, in the order of the lines; undefined: nothing says that any are. */
  readonly omissions?: readonly Omission[];
  /** Rules among `lines` that the file does not show, because its program always writes them. */
  readonly assumedRules?: readonly AssumedRule[];
  readonly lines: readonly Line[];
}

/** A rule that the file does not show. */
export interface AssumedRule {
  /** It is in no file. */
  readonly line: Line;
  readonly chain: string;
  /** Without its options. */
  readonly target: string;
  /** Which program always writes it. */
  readonly program: string;
}

/** A place where rules stood that the text does not show or that cannot be read. */
export interface Omission {
  /** The line that says so, or the row with a number that is not the next one. */
  readonly line: Line;
  /** `unread`: the line is a rule itself. Else by their numbers, where those are known. */
  readonly rules: 'unread' | { readonly from: number; readonly to: number } | undefined;
  /** Where the section names its tables. */
  readonly table: string | undefined;
  /**
   * The chains of the rules right above and right below, where the section has them. Of a listing both are that in
   * which the line stands, also where that has no other row.
   */
  readonly above: string | undefined;
  readonly below: string | undefined;
}

interface InferredTable {
  /** Of the lines of which it is certain; undefined where there are none. */
  readonly decided?: { readonly why: string; readonly place?: string };
  /** The others. */
  readonly open: readonly UndecidedTable[];
  /** `lines 3–5, 9`, 1-based; undefined: from the first line of the part to its last. */
  readonly place?: string;
}

/** Lines whose table nothing in the file states. The caller may state it. */
export interface UndecidedTable {
  /**
   * The key under which the caller states it: a chain of the lines, and how many groups of lines with that chain are
   * above, `INPUT 1`.
   */
  readonly key: string;
  readonly chain: string;
  readonly lines: readonly Line[];
  /** `lines 3–5, 9`, 1-based. */
  readonly place: string;
  /** The table that they are read as rules of. */
  readonly table: string;
  /** The tables that would accept them, the likelier first. */
  readonly candidates: readonly string[];
  readonly why: string;
  /** The caller has stated the table, so it is not a guess. */
  readonly said: boolean;
}

export type Section = RulesSection | NftSection | (HostSection & RanAt);

interface RanAt {
  /** Where the command ran that printed this; undefined where no prompt or wrapper states it. */
  readonly machine?: Machine;
}

/** What a file states of a host besides rules. */
type HostSection =
  /**
   * `partial`: the listing shows some of the sockets only (the published ports of containers). `virtual`: they are
   * virtual servers of IPVS, which come before sockets.
   */
  | {
      readonly kind: 'sockets';
      readonly sockets: readonly ListeningSocket[];
      readonly partial?: true;
      readonly virtual?: true;
      readonly lines: readonly Line[];
    }
  /** `partial`: the host may have other interfaces and addresses: a listing of one interface, a configuration. */
  | {
      readonly kind: 'interfaces';
      readonly interfaces: readonly InterfaceFacts[];
      readonly partial?: true;
      readonly lines: readonly Line[];
    }
  /**
   * `added`: commands or a configuration that add to what the kernel has by itself; `partial`: a listing of some
   * routes. Others list a whole table.
   */
  | {
      readonly kind: 'routes';
      readonly routes: readonly RouteFacts[];
      readonly added?: true;
      readonly partial?: true;
      readonly lines: readonly Line[];
    }
  | {
      readonly kind: 'policy-rules';
      readonly rules: readonly PolicyRuleFacts[];
      readonly partial?: true;
      readonly lines: readonly Line[];
    }
  /**
   * `ipset save` text, parsed by core/net: the lines as they are, or those that say what `ipset list` printed, which
   * come from the lines of `textLines`.
   */
  | {
      readonly kind: 'sets';
      readonly text: string;
      readonly textLines?: readonly Line[];
      readonly lines: readonly Line[];
    }
  | { readonly kind: 'sysctls'; readonly sysctls: readonly SysctlFacts[]; readonly lines: readonly Line[] }
  | { readonly kind: 'addresses'; readonly addresses: readonly AddressFacts[]; readonly lines: readonly Line[] }
  | { readonly kind: 'routing-tables'; readonly tables: readonly RoutingTableFacts[]; readonly lines: readonly Line[] }
  | { readonly kind: 'connections'; readonly connections: readonly TextFacts[]; readonly lines: readonly Line[] }
  | { readonly kind: 'packets'; readonly packets: readonly TextFacts[]; readonly lines: readonly Line[] }
  | {
      readonly kind: 'environment';
      readonly title: 'environment' | 'variables' | 'config';
      readonly entries: readonly EnvironmentEntry[];
      readonly lines: readonly Line[];
    };

/** A file. `print` of it is the text it came from, for any text. */
export interface SourceFile {
  readonly lines: readonly Line[];
  readonly sections: readonly Section[];
  /** For lines that mean something else together with those around them, what is read in their place. */
  readonly readings: ReadonlyMap<number, readonly EmbeddedLine[]>;
  /** Problems of whole sections, such as a missing COMMIT, with the line they are shown on. */
  readonly problems: readonly FileProblem[];
  /** `shape` of each line, one byte each, so that a pass over 100,000 lines stays within the cache. */
  readonly shapes: Uint8Array;
  /**
   * A rules file by its name or language: nothing in it is repaired, because iptables-restore reads it as it stands.
   */
  readonly asItIs: boolean;
  /** The family by the file's name (`rules.v6`, `foo.ip6tables`), for rules that do not show it. */
  readonly family: 4 | 6 | undefined;
  /** The sections are those of one of the machines that the file shows; missing: they are all of them. */
  readonly machine?: Machine;
}
