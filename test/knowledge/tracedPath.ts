import { formatAddress } from '../../src/core/net/address';
import { printRule } from '../../src/core/ruleset/printRule';
import { badgeOf } from '../../src/features/traceReport/verdict';
import { traceOf } from '../traceReport/traceOf';

/** What became of a packet on the only path that it takes. */
export interface TracedPath {
  /** The rules that it matched, as iptables-save prints them, in the order of the walk. */
  readonly matched: readonly string[];
  /** `DELIVERED :80`, `DROPPED`, `SENT`. */
  readonly end: string;
  /** Its destination in the end, `10.0.0.1:80`. */
  readonly to: string;
  /** Its mark in the end. */
  readonly mark: number;
  /** The interface by which it leaves; undefined where it does not. */
  readonly leavesBy: string | undefined;
}

/** Traces a packet, given as people type it, through the rules in a text. Throws where the outcome is not certain. */
export function tracedPath(text: string, packet: string): TracedPath {
  const { outcomes } = traceOf(text, packet).traced;
  const [walked, ...others] = outcomes;
  // The first path has the usual value of what nothing states it; those after it may doubt that, and nothing else.
  const open = others.some(({ assumptions }) => assumptions.every(({ premise }) => premise === undefined));
  if (walked === undefined || open) throw new Error(`${outcomes.length} outcomes of ${packet}`);
  return {
    matched: walked.events.flatMap((event) => (event.kind === 'rule' && event.matched ? [printRule(event.rule)] : [])),
    end: badgeOf(walked).text,
    to: `${formatAddress(walked.end.packet.destination)}:${walked.end.packet.destinationPort}`,
    mark: walked.end.packet.mark,
    leavesBy: walked.end.outInterface,
  };
}
