import type { Traced } from '../../core/netfilter/trace';
import type { TraceEvent, Walked } from '../../core/netfilter/events';
import type { RuleSetView } from '../../core/knowledge/view';
import type { FilledField } from '../../core/net/completePacket';
import type { Host, Listener } from '../../core/net/host';
import type { PacketRequest } from '../../core/net/packetRequest';
import type { HostAssumption } from '../../core/ruleset/host/assumptions';
import type { RuleSet } from '../../core/ruleset/ruleSet';
import type { AddressNames } from '../addressNames';
import { ruleSetView } from '../ruleSetView';
import type { AskedTable } from '../tableReadings';

/** Everything that the views of a trace are made from. */
export interface TraceInput {
  readonly traced: Traced;
  readonly ruleSet: RuleSet | undefined;
  readonly family: 4 | 6;
  /** The packet as it was asked for, in the packet language. */
  readonly packet: string;
  /** Which path to show, an index of `traced.outcomes`; out of range: the first. */
  readonly selected: number;
  /** The user's answers by `Assumption.key`. */
  readonly answers: ReadonlyMap<string, boolean>;
  /** Where the listening sockets come from, for the sentence: `the ss output in this file`. */
  readonly listenersFrom?: string | undefined;
  /** All sockets of the host, to name who would have got the packet without NAT. */
  readonly listeners?: readonly Listener[] | undefined;
  /** What addresses are called. */
  readonly names?: AddressNames | undefined;
  /** For what chains and rules are for; without it that is omitted. */
  readonly knowledge?: RuleSetView | undefined;
  /** The fields of the packet that were given: what else the rules read rests on premises. */
  readonly given?: PacketRequest | undefined;
  /** What was filled in of the packet. */
  readonly filled?: readonly FilledField[] | undefined;
  /** Every host that a path may be on, with what was assumed of it. */
  readonly hosts?: readonly { readonly host: Host; readonly assumptions: readonly HostAssumption[] }[] | undefined;
  /** What is tried, where the rules or the host are not those of the file: a change each, in words. */
  readonly whatIf?: readonly string[] | undefined;
  /** Lines of these rules whose table the file does not state. */
  readonly tables?: readonly AskedTable[] | undefined;
}

/** The same trace with another path selected, and the rules that this path has met. */
export function selectPath(input: TraceInput, selected: number): TraceInput {
  const ruleSets = selectedPath({ ...input, selected }).on?.ruleSets;
  if (!ruleSets) return { ...input, selected };
  const ruleSet = input.family === 4 ? ruleSets.v4 : ruleSets.v6;
  return { ...input, selected, ruleSet, knowledge: ruleSet && ruleSetView(ruleSet) };
}

/** The path that is shown. */
export function selectedPath({ traced, selected }: TraceInput): Walked {
  return (traced.outcomes[selected] ?? traced.outcomes[0]) as Walked;
}

export type RuleEvent = Extract<TraceEvent, { readonly kind: 'rule' }>;
export type SkippedEvent = Extract<TraceEvent, { readonly kind: 'skipped' }>;

/**
 * Returns of an event, by its index, whether it happened to the packet itself and not to the copy that the host takes
 * itself of what goes to many.
 */
export function isOwnWay({ events }: Walked): (index: number) => boolean {
  const from = events.findIndex(({ kind }) => kind === 'copy');
  const to = events.findIndex(({ kind }) => kind === 'copy-end');
  // Where nothing but the copy is left, it stands for the packet.
  return (index) => from < 0 || to < 0 || index < from || index > to;
}

/**
 * The first translation after an event that belongs to the same table, for rules of nat: the packet changes only when
 * the table is done.
 */
export function translationBehind(
  events: readonly TraceEvent[],
  index: number,
): Extract<TraceEvent, { readonly kind: 'translate' }> | undefined {
  for (let i = index + 1; i < events.length; i++) {
    const event = events[i] as TraceEvent;
    if (event.kind === 'translate') return event;
    if (event.kind !== 'table-leave') return undefined;
  }
  return undefined;
}

/** The page counts in the same words. */
export { counted, grouped } from '../../shared/numbers';
