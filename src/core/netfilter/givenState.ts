import type { ConntrackEntry, ConntrackState } from '../net/conntrack';
import type { Packet } from '../net/packet';
import { invertTuple, tupleOf } from '../net/tuple';
import type { Tracked } from './conntrack';
import type { World } from './world';

/**
 * What connection tracking says, with the word of the user taken where it differs from what the known connections show:
 * "what if this packet were ESTABLISHED" means that a connection exists which is not in the file.
 */
export function overrideState(
  tracked: Tracked,
  given: ConntrackState | undefined,
  packet: Packet,
  world: World,
): Tracked {
  if (given === undefined || given === tracked.view.state) return tracked;
  const why = 'as given';
  if (given === 'INVALID' || given === 'UNTRACKED')
    return { view: { state: given, entry: undefined, direction: 'ORIGINAL' }, why };
  const made = tracked.view.entry ?? madeUp(packet, world);
  const entry: ConntrackEntry =
    given === 'NEW'
      ? { ...made, seenReply: false }
      : {
          ...made,
          seenReply: given === 'ESTABLISHED',
          expected: given === 'RELATED',
          confirmed: given === 'ESTABLISHED',
          sourceNatDone: given === 'ESTABLISHED',
          destinationNatDone: given === 'ESTABLISHED',
        };
  if (entry.confirmed) world.put(entry);
  return { view: { state: given, entry, direction: tracked.view.direction }, why };
}

function madeUp(packet: Packet, world: World): ConntrackEntry {
  const original = tupleOf(packet);
  const reply = invertTuple(original) ?? { ...original, source: original.destination, destination: original.source };
  return {
    id: world.newId(),
    original,
    reply,
    seenReply: false,
    assured: false,
    confirmed: false,
    expected: false,
    sourceNat: false,
    destinationNat: false,
    sourceNatDone: false,
    destinationNatDone: false,
    mark: 0,
    zone: { original: 0, reply: 0 },
    tcpState: undefined,
    helper: undefined,
    labels: new Set(),
    secmark: undefined,
    counts: { original: { packets: 1, bytes: packet.length }, reply: { packets: 0, bytes: 0 } },
    expires: undefined,
    master: undefined,
  };
}
