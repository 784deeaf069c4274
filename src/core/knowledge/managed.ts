import type { Packet } from '../net/packet';
import type { TableName } from '../xtables/view';
import type { RuleSetView } from './view';

/** One command of iptables: `I` before rule `position` (1 where there is none), or `A` at the end. */
export interface PlacedRule {
  readonly table: TableName;
  readonly chain: string;
  readonly operation: 'I' | 'A';
  readonly position?: number;
  /** Matches and target, as iptables-save writes them. */
  readonly rule: string;
}

/** A chain of table filter that a program leaves to the administrator and does not overwrite. */
export interface UserChain {
  /** The built-in chain that leads to it. */
  readonly of: string;
  readonly chain: string;
  /** Whose it is, in a short sentence. */
  readonly note: string;
  /** What becomes of rules elsewhere. */
  readonly elsewhere: string;
}

/** A packet that is to be let through by the words of the program itself. */
export interface AllowQuestion {
  /** The built-in chain of table filter that dropped it. */
  readonly chain: string;
  readonly packet: Packet;
  /** A chain of table filter is there. */
  readonly has: (chain: string) => boolean;
}

/** A command of the program that makes a rule at the end of a chain of table filter. */
export interface AllowCommand {
  readonly title: string;
  readonly text: string;
  readonly chain: string;
  readonly note: string;
}

/** A packet that rules of the program lead elsewhere, and that is to be left as it is. */
export interface LeaveQuestion {
  readonly packet: Packet;
  /** The table in which it was led elsewhere. */
  readonly table: TableName;
  /** Chains of this table that the packet came to before. */
  readonly visited: ReadonlySet<string>;
  readonly rules: RuleSetView;
  /** Matches for packets to the same port: `-p tcp -m tcp --dport 80`. */
  readonly toPort: string;
}

/** A setting of the program that leaves packets alone, and the rule that comes of it. */
export interface LeaveSetting {
  readonly title: string;
  /** The lines to be written. */
  readonly lines: readonly string[];
  readonly makes: PlacedRule;
  readonly note: string;
}

/** A command line that changes rules in a way that the line does not state. */
export interface CommandLine {
  /** Is in each line that matches. */
  readonly word: string;
  readonly pattern: RegExp;
  readonly program: string;
}
