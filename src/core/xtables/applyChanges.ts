import { changedNumber, type NumberChange } from '../net/fields/fieldChange';
import type { Packet } from '../net/packet';
import type { Effect } from './extension';
import type { PacketView } from './view';

/** Where a packet has the fields that targets compute anew. */
const PLACES = { mark: 'mark', tos: 'tos', hops: 'ttl' } as const satisfies Readonly<Record<string, keyof Packet>>;

/** A change of a field of the packet that depends on the field alone. */
export type ComputedChange = NumberChange & { readonly field: keyof typeof PLACES };

/** What a target does that makes these changes and nothing else. */
export function applyChanges(changes: readonly ComputedChange[], { packet }: PacketView): Effect {
  const changed: Partial<Record<(typeof PLACES)[keyof typeof PLACES], number>> = {};
  for (const change of changes) {
    const place = PLACES[change.field];
    changed[place] = changedNumber(change, changed[place] ?? packet[place]);
  }
  return { kind: 'continue', packet: changed };
}
