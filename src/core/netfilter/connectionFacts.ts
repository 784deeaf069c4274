import { TEMPLATE_ID, type ConntrackEntry, type ConntrackView } from '../net/conntrack';
import { PROTOCOL } from '../net/packet';
import { invertTuple, tupleKey } from '../net/tuple';
import type { Template } from './conntrack';
import type { World } from './world';

/**
 * Protocols of which a packet may go on although its connection has the addresses and ports of another one
 * (`allow_clash`).
 */
const CLASH_ALLOWED: ReadonlySet<number> = new Set([PROTOCOL.UDP, PROTOCOL.UDPLITE]);

/**
 * Whether a new connection has the addresses and ports of another one, so that its first packet is lost: of two hosts
 * behind one address that speak ESP or GRE with the same peer, the second. UDP connections may clash in the packets
 * sent; they may not share a reply tuple, unless both are the same connection. Source: nf_conntrack_core.c
 * nf_ct_resolve_clash, nf_ct_resolve_clash_harder.
 */
export function clashes(entry: ConntrackEntry, world: World): boolean {
  const { original, reply, zone } = entry;
  // Each direction is looked for among those of its own zone only.
  const one = zone.original === zone.reply;
  const nowhere = -1;
  const replyOf = world.find(reply, one ? zone : { original: nowhere, reply: zone.reply })?.entry;
  if (CLASH_ALLOWED.has(original.protocol)) return replyOf !== undefined && !isSame(replyOf, entry);
  return (
    replyOf !== undefined ||
    world.find(original, one ? zone : { original: zone.original, reply: nowhere }) !== undefined
  );
}

function isSame(a: ConntrackEntry, b: ConntrackEntry): boolean {
  return (
    tupleKey(a.original) === tupleKey(b.original) &&
    tupleKey(a.reply) === tupleKey(b.reply) &&
    a.zone.original === b.zone.original &&
    a.zone.reply === b.zone.reply
  );
}

/**
 * Between a CT rule and connection tracking, rules see the template as a connection that is NEW and has no addresses.
 */
export function templateView({ zone, helper, mark = 0 }: Template, family: 4 | 6): ConntrackView {
  const nowhere = { family, words: family === 4 ? [0] : [0, 0, 0, 0] };
  const tuple = {
    source: nowhere,
    destination: nowhere,
    protocol: 0,
    sourcePort: 0,
    destinationPort: 0,
    icmp: undefined,
  };
  return {
    state: 'NEW',
    direction: 'ORIGINAL',
    entry: {
      id: TEMPLATE_ID,
      original: tuple,
      reply: tuple,
      seenReply: false,
      assured: false,
      confirmed: true,
      expected: false,
      sourceNat: false,
      destinationNat: false,
      sourceNatDone: false,
      destinationNatDone: false,
      mark,
      zone,
      tcpState: undefined,
      helper,
      labels: new Set(),
      secmark: undefined,
      counts: { original: { packets: 0, bytes: 0 }, reply: { packets: 0, bytes: 0 } },
      expires: undefined,
      master: undefined,
    },
  };
}

/** Source: nf_nat_proto.c nf_nat_icmp_reply_translation. */
export function untouchedByNat({
  sourceNat,
  destinationNat,
  sourceNatDone,
  destinationNatDone,
}: ConntrackEntry): boolean {
  return sourceNatDone && destinationNatDone && !sourceNat && !destinationNat;
}

/** Whether the destination differs from the source of the replies, seen in the packet's own direction. */
export function destinationTranslated({ entry, direction }: ConntrackView): boolean {
  if (!entry) return false;
  const [own, other] = direction === 'ORIGINAL' ? [entry.original, entry.reply] : [entry.reply, entry.original];
  const expected = invertTuple(other);
  return (
    expected !== undefined &&
    tupleKey({ ...own, source: expected.source, sourcePort: 0, destinationPort: 0, icmp: undefined }) !==
      tupleKey({ ...expected, sourcePort: 0, destinationPort: 0, icmp: undefined })
  );
}
