import type { ConntrackEntry, ConntrackView } from '../net/conntrack';
import { PROTOCOL } from '../net/packet';
import type { Template } from './conntrack';
import { invertTuple, tupleKey } from './tuple';
import type { World } from './world';

/**
 * Protocols of which a packet goes on although its connection has the addresses and ports of another one (`allow_clash`). Any other
 * packet is lost: of two hosts behind one address that speak ESP or GRE with the same peer, the second.
 * Source: nf_conntrack_core.c nf_ct_resolve_clash.
 */
export const CLASH_ALLOWED: ReadonlySet<number> = new Set([PROTOCOL.UDP, PROTOCOL.UDPLITE]);

/** Each direction is looked for among those of its own zone only. */
export function clashes({ original, reply, zone }: ConntrackEntry, world: World): boolean {
  const one = zone.original === zone.reply;
  const nowhere = -1;
  return world.find(original, one ? zone : { original: zone.original, reply: nowhere }) !== undefined || world.find(reply, one ? zone : { original: nowhere, reply: zone.reply }) !== undefined;
}

/** Between a CT rule and connection tracking, rules see the template as a connection that is NEW and has no addresses. */
export function templateView({ zone, helper }: Template, family: 4 | 6): ConntrackView {
  const nowhere = { family, words: family === 4 ? [0] : [0, 0, 0, 0] };
  const tuple = { source: nowhere, destination: nowhere, protocol: 0, sourcePort: 0, destinationPort: 0, icmp: undefined };
  return {
    state: 'NEW', direction: 'ORIGINAL',
    entry: {
      id: -1, original: tuple, reply: tuple, seenReply: false, assured: false, confirmed: true, expected: false, sourceNat: false, destinationNat: false,
      sourceNatDone: false, destinationNatDone: false, mark: 0, zone, tcpState: undefined, helper, labels: new Set(), secmark: undefined,
      counts: { original: { packets: 0, bytes: 0 }, reply: { packets: 0, bytes: 0 } }, expires: undefined, master: undefined,
    },
  };
}

/** Source: nf_nat_proto.c nf_nat_icmp_reply_translation. */
export function untouchedByNat({ sourceNat, destinationNat, sourceNatDone, destinationNatDone }: ConntrackEntry): boolean {
  return sourceNatDone && destinationNatDone && !sourceNat && !destinationNat;
}

/** Whether the destination differs from what the answers will come from, seen in the packet's own direction. */
export function destinationTranslated({ entry, direction }: ConntrackView): boolean {
  if (!entry) return false;
  const [own, other] = direction === 'ORIGINAL' ? [entry.original, entry.reply] : [entry.reply, entry.original];
  const expected = invertTuple(other);
  return expected !== undefined && tupleKey({ ...own, source: expected.source, sourcePort: 0, destinationPort: 0, icmp: undefined }) !== tupleKey({ ...expected, sourcePort: 0, destinationPort: 0, icmp: undefined });
}
