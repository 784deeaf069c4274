import type { Printed } from './commandOutputs';
import type { Machine } from './machine';
import type { Section } from './sourceFile';
import type { FileProblem, Line } from './tree';

/** What the lines above state about the rules, routes or sockets that follow. */
export interface Context {
  readonly title: string | undefined;
  readonly role: 'saved-state' | 'input' | undefined;
  readonly family: 4 | 6 | undefined;
  readonly backend: 'legacy' | 'nft' | undefined;
  readonly noflush: boolean;
  /** The table of `iptables -t nat -S`. */
  readonly table: string | undefined;
  /** Only some of what the program prints: one chain, or what grep let through. */
  readonly partial: boolean;
  /** Where the command above was run. */
  readonly machine: Machine | undefined;
  /** A line that says that there is more than is shown. */
  readonly more: Line | undefined;
  /** The routing table of `ip route show table 133`. */
  readonly routingTable: string | undefined;
}

export const emptyContext: Context = {
  title: undefined,
  role: undefined,
  family: undefined,
  backend: undefined,
  noflush: false,
  table: undefined,
  partial: false,
  machine: undefined,
  more: undefined,
  routingTable: undefined,
};

/** What the readers of all kinds of sections share. Each reads from a line on and gives the line where it stopped. */
export interface SectionReader {
  readonly lines: readonly Line[];
  /** `shape` of each of them. */
  readonly shapes: Uint8Array;
  context: Context;
  readonly fileFamily: 4 | 6 | undefined;
  readonly problems: FileProblem[];
  take(section: Section): void;
  slice(from: number, to: number): readonly Line[];
  /**
   * Whether the command that printed what begins at a line was asked for a part, or something filters its output;
   * undefined where the lines above do not show the command.
   */
  isFiltered(from: number): boolean | undefined;
  /** Whether the line above has another command, whose output is still to come, that prints this as well. */
  awaits(printed: Printed): boolean;
  /** The section that held exactly these lines before an edit elsewhere. */
  reusable(from: number, to: number): Section | undefined;
}
