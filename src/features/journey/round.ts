import { endsOfLabel } from './labels';
import type { Packet } from '../../core/net/packet';
import type { Dump } from '../fileModel';
import { selectedPath } from '../traceReport/traceInput';
import type { Evaluation } from '../traceSession/evaluate';
import { arrivalKey } from './nextHost';

/** What has to be known of a leg here, see `JourneyLeg`. */
interface Leg {
  readonly label: string;
  readonly dump: string;
  readonly at: string | undefined;
}

/** A leg with the packet as it came to the host; undefined for one that the host has sent itself. */
export interface Passed<L extends Leg> {
  readonly leg: L;
  readonly arrived: Packet | undefined;
}

export function passed<L extends Leg>(leg: L, { input, request }: Evaluation): Passed<L> {
  const start = input && selectedPath(input).events[0];
  return { leg, arrived: request?.dir !== 'out' && start?.kind === 'start' ? start.packet : undefined };
}

/** Hosts that send a packet to each other in a circle. */
interface Round<L extends Leg> {
  /** The leg in which the host that gets the packet once more has sent it on. */
  readonly sent: L;
  /** The host that sends it back. */
  readonly by: string | undefined;
  /** Its TTL is lower each time. */
  readonly ages: boolean;
}

/** Where a packet comes to a host that it has been at before. `left`: as it left the last one. */
export function roundOf<L extends Leg>(behind: readonly Passed<L>[], left: Packet, { id }: Dump): Round<L> | undefined {
  const key = arrivalKey(left);
  const first = behind.findIndex(({ leg, arrived }) => arrived && leg.dump === id && arrivalKey(arrived) === key);
  const before = behind[first]?.arrived;
  const sent = behind[first + 1]?.leg;
  const by = behind.findLast(({ leg }) => leg.at !== undefined)?.leg.at;
  return before && sent && { sent, by, ages: left.ttl < before.ttl };
}

export function roundWords({ sent, by, ages }: Round<Leg>, when: string | undefined): string {
  const [who] = endsOfLabel(sent.label);
  return (
    `${when === undefined ? 'This' : `If ${when}, this`} is a loop: what ${who} sends on comes back to ${who}` +
    `${by === undefined ? '' : ` from ${by}`}. It goes round ` +
    `${ages ? 'until its TTL is used up, and is dropped then.' : 'without end, as its TTL does not fall.'}`
  );
}
