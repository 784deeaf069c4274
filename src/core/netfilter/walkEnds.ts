import { PROTOCOL } from '../net/packet';
import type { Walked, WalkEnd } from './events';

/** Whether the packet arrives or leaves: a program of this host or a network gets it. */
export function isThrough({ end }: Pick<Walked, 'end'>): boolean {
  return end.outcome === 'LOCAL' || end.outcome === 'SENT';
}

/**
 * It comes to this host, and no program listens there. For protocols other than TCP and UDP it is not known what
 * listens.
 */
export function hasNoListener({ outcome, packet, receiver, receiverKnown }: WalkEnd): boolean {
  return (
    outcome === 'LOCAL' &&
    receiverKnown &&
    receiver === undefined &&
    (packet.protocol === PROTOCOL.TCP || packet.protocol === PROTOCOL.UDP)
  );
}
