import type { Packet } from '../net/packet';
import type { RuleCommand } from '../ruleset/ruleCommand';
import type { AnyTableName } from '../xtables/view';
import type { RuleSetView, RuleView } from './view';

/** A chain of table filter that a program leaves to the administrator and does not overwrite. */
export interface UserChain {
  /** The built-in chain from which it is reached. */
  readonly of: string;
  readonly chain: string;
  /** Whose it is, in a short sentence. */
  readonly note: string;
  /** What becomes of rules elsewhere. */
  readonly elsewhere: string;
}

/** A packet to let through, or keep out, in the words of the program itself. */
export interface ManageQuestion {
  readonly wanted: 'ACCEPT' | 'DROP';
  /** The table filter of iptables, or one of nftables with a chain of type filter. */
  readonly table: AnyTableName;
  /** The hook at which the table has it. */
  readonly chain: 'INPUT' | 'FORWARD' | 'OUTPUT';
  readonly packet: Packet;
  /** The rule for packets like it at that hook, in the words of the table: `ip saddr 9.9.9.9 tcp dport 80 accept`. */
  readonly rule: string;
  /** A chain of the table is there. */
  readonly has: (chain: string) => boolean;
  /** Chains of the table that the packet came to, in their order. */
  readonly visited: ReadonlySet<string>;
}

/** Commands or settings of the program, and the rule that comes of them. */
export interface ManagedChange {
  readonly title: string;
  /** What to run, or to write down. */
  readonly lines: readonly string[];
  readonly makes: RuleCommand;
  readonly note: string;
}

/** A packet that rules of the program redirect, and that should be left as it is. */
export interface LeaveQuestion {
  readonly packet: Packet;
  /** Chains that the packet came to before, of the table in which it was redirected. */
  readonly visited: ReadonlySet<string>;
  readonly rules: RuleSetView;
}

/** A rule that exempts a packet which the program would otherwise redirect. */
export interface CaptureQuestion {
  readonly rule: RuleView;
  readonly rules: RuleSetView;
}

/** A line in a program's own words, which makes or shows rules without stating them. */
export interface CommandLine {
  /** Is in each line that matches. */
  readonly word: string;
  readonly pattern: RegExp;
  readonly program: string;
  /** What it is where it is no command: `The status of X`. */
  readonly what?: string;
}
