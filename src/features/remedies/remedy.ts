import type { Remedy } from '../../shared/traceReport';
import type { Host } from '../../core/net/host';
import type { PacketRequest } from '../../core/net/packetRequest';
import type { Walked } from '../../core/netfilter/events';
import type { TraceSetting } from '../../core/netfilter/trace';
import type { RuleCommand } from '../../core/ruleset/ruleCommand';
import type { TraceInput } from '../traceReport/traceInput';
import type { WhatIf } from '../whatIf/whatIf';
import type { NearMiss } from './nearMisses';

/** What was traced, and the path to change. */
export interface Situation {
  readonly request: PacketRequest;
  readonly setting: TraceSetting;
  readonly input: TraceInput;
  readonly walked: Walked;
  /** Rules that would have accepted a dropped packet but for one thing, the nearest to the decision first. */
  readonly misses: readonly NearMiss[];
}

/** What is changed, to be traced again. */
export interface RemedyChange {
  readonly commands?: readonly RuleCommand[];
  /** Commands about something else than rules, as they are typed. */
  readonly texts?: readonly string[];
  readonly host?: Host;
  /** Another packet. */
  readonly request?: PacketRequest;
}

/**
 * How much else a change may do, the least first: packets like this one; a setting or a list of one program; what
 * arrives at one place; everything that a rule was about; the whole host. Another packet is last: it changes nothing,
 * but the question was about this one.
 */
export const REACH = ['like it', 'setting', 'place', 'rule', 'host', 'packet'] as const;
type Reach = (typeof REACH)[number];

/** A change that was found to help, and every path that the packet may take then. */
export interface Proposal extends Omit<Remedy, 'result' | 'inFile' | 'live' | 'makes' | 'packet'> {
  readonly makes?: string;
  readonly packet?: string;
  /** The change as it would be tried, where that is not `commands`. */
  readonly tried?: readonly WhatIf[];
  readonly outcomes: readonly Walked[];
  readonly reach: Reach;
}
