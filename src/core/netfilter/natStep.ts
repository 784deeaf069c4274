import { sameAddress } from '../net/address';
import type { ConntrackEntry, ConntrackView } from '../net/conntrack';
import { isIcmpErrorPacket } from '../net/icmpTypes';
import { PROTOCOL, type Packet } from '../net/packet';
import type { Backend } from '../xtables/backend';
import type { Hook } from '../xtables/view';
import { lookAtSum, RIGHT, WRONG_CHECKSUM, type Checksum } from './checksum';
import { destinationTranslated, untouchedByNat } from './connectionFacts';
import { natChains, natHalf, type HostStep } from './hookOrder';
import { canTranslate, setUpNat, translate, type NatHalf } from './nat';
import { samePacket } from './packetChanges';
import { Ended, type Passage } from './passage';
import { reroute } from './sending';
import { visitBaseChain, visitTable } from './tables';

/**
 * NAT in one hook: decides its half of a new connection's translation by the nat table, and translates the packet.
 * Source: nf_nat_core.c nf_nat_inet_fn.
 */
export function natStep(passage: Passage, hook: Hook): void {
  const { conntrack: tracked, untracked, packet } = passage.at;
  const half = natHalf(hook);
  if (!passage.context.tracking) return;
  if (!tracked?.entry) {
    if (tracked || untracked)
      skip(passage, hook, `the packet is ${tracked?.state ?? 'UNTRACKED'}, and NAT needs a connection`);
    return;
  }
  const isError = tracked.state === 'RELATED' && isIcmpErrorPacket(packet);
  // An ICMP error is translated and accepted before Linux checks whether the connection's interface has changed.
  if (!isError) endStrayMasquerade(passage, hook, tracked);
  const done = half === 'source' ? tracked.entry.sourceNatDone : tracked.entry.destinationNatDone;
  const visits = !isError && tracked.state !== 'ESTABLISHED' && !done;
  if (isError) skip(passage, hook, 'an ICMP error is translated like the connection that it is about');
  else if (tracked.state === 'ESTABLISHED')
    skip(passage, hook, 'only the first packet of a connection visits nat; later ones are translated the same way');
  else if (done)
    skip(
      passage,
      hook,
      hook === 'PREROUTING' || hook === 'INPUT'
        ? 'this half of the translation has been decided already'
        : 'only the first packet of a connection visits nat',
    );
  passage.then((at) => applyTranslation(at, hook, half));
  if (!visits) return;
  visitAll(passage, hook, half);
}

/**
 * The nat chains of both back ends and those of nftables are registered at the same hook of connection tracking: they
 * are evaluated one after the other, up to the one that has translated something (nf_nat_core.c nf_nat_inet_fn), and
 * only what all have left open is decided then.
 */
function visitAll(passage: Passage, hook: Hook, half: NatHalf): void {
  const {
    ruleSet,
    order: { newer, nativeNewer },
  } = passage.context;
  const backends: readonly HostStep[] = !newer
    ? [{ step: 'nat', backend: undefined }]
    : [
        { step: 'nat', backend: newer },
        { step: 'nat', backend: newer === 'nft' ? 'legacy' : 'nft' },
      ];
  const tables = backends.filter(({ backend }) =>
    (isBeside(passage, backend) ? ruleSet?.beside : ruleSet)?.tables.get('nat')?.chains.get(hook),
  );
  const all = natChains(hook, ruleSet?.native?.bases ?? [], tables, nativeNewer);
  if (all.length === 0) {
    // With the first chain of type nat, wherever it is registered, NAT is registered at all hooks (nf_nat_core.c
    // nf_nat_register_fn).
    if (hasNat(passage)) decide(passage, half);
    return;
  }
  const visits = all.map((each) => (at: Passage): void => {
    const entry = at.at.conntrack?.entry;
    if (entry && (half === 'source' ? entry.sourceNatDone : entry.destinationNatDone)) return;
    if ('base' in each) return visitBaseChain(at, hook, each, () => undefined);
    at.move({ beside: isBeside(at, each.backend), native: false });
    visitTable(at, hook, 'nat', () => undefined);
  });
  passage.then(...visits, (at) => decide(at, half));
}

function isBeside({ context: { ruleSet } }: Passage, backend: Backend | undefined): boolean {
  return backend !== undefined && backend !== ruleSet?.backend;
}

/**
 * A masqueraded connection has a wrong address once its packets leave by another interface. Source: nf_nat_core.c
 * nf_nat_oif_changed.
 */
function endStrayMasquerade(passage: Passage, hook: Hook, { entry, direction }: ConntrackView): void {
  const device = entry?.masqueradeDevice;
  const { outInterface } = passage.at;
  if (hook !== 'POSTROUTING' || device === undefined || direction !== 'ORIGINAL' || device === outInterface || !entry)
    return;
  passage.context.world.remove(entry);
  throw new Ended(
    passage.kernelDrop(
      'nat-failed',
      `the connection was masqueraded for ${device}, and this packet leaves by ${outInterface}: Linux ends the ` +
        'connection',
      undefined,
      true,
    ),
  );
}

function skip(passage: Passage, hook: Hook, why: string): void {
  if (hasNat(passage)) passage.emit({ kind: 'table-skipped', hook, table: 'nat', why });
}

function hasNat({ context: { ruleSet } }: Passage): boolean {
  return (
    ruleSet?.tables.has('nat') === true ||
    ruleSet?.beside?.tables.has('nat') === true ||
    ruleSet?.native?.bases.some(({ base }) => base.type === 'nat') === true
  );
}

/** What the rules of nat have left open is decided now. */
function decide(passage: Passage, half: NatHalf): void {
  const { conntrack, queued } = passage.at;
  const entry = conntrack?.entry;
  if (!entry || (half === 'source' ? entry.sourceNatDone : entry.destinationNatDone)) return;
  // The verdict of NFQUEUE leaves the hook at once, so this half stays undecided.
  if (queued) return;
  const setup = setUpNat(entry, half, undefined, passage.context.world);
  if (!setup) throw new Ended(passage.kernelDrop('nat-failed', 'no free translation was found', undefined, true));
  if (setup.random) passage.move({ natRandom: half });
  passage.setEntry(setup.entry);
}

function applyTranslation(passage: Passage, hook: Hook, half: NatHalf): void {
  const { conntrack: tracked, packet: before } = passage.at;
  if (!tracked?.entry) return;
  if (tracked.state === 'RELATED' && isIcmpErrorPacket(before) && hasNat(passage))
    examineError(passage, hook, tracked.entry);
  const after = translate(before, tracked, half);
  if (after !== before && !canTranslate(before))
    throw new Ended(passage.kernelDrop('nat-failed', 'the packet is too short to be translated', undefined, true));
  if (after !== before) {
    if (!sameAddress(before.destination, after.destination)) passage.move({ readdressed: true });
    passage.change(after);
    if (after.inner !== before.inner) passage.move({ checksum: quotingAnew(passage.at.checksum, before) });
    // Later packets of the connection bear what was drawn for its first.
    if (tracked.direction === 'ORIGINAL' && tracked.entry.randomHalf === half) passage.move({ natRandom: half });
    if (!samePacket(before, after))
      passage.emit({ kind: 'translate', hook, half, before, after, established: tracked.state !== 'NEW' });
  }
  if (hook === 'OUTPUT' && destinationTranslated(tracked)) reroute(passage, before);
}

/**
 * The checksum of an ICMP error is computed again once NAT has changed the packet that it quotes. The result of an
 * earlier check is kept, unless the quoted packet is one of SCTP (net/netfilter/nf_nat_proto.c sctp_manip_pkt sets
 * CHECKSUM_NONE).
 */
function quotingAnew({ looked }: Checksum, { inner }: Packet): Checksum {
  return { ...RIGHT, looked: inner?.protocol === PROTOCOL.SCTP ? 'never' : looked };
}

/**
 * What NAT checks in every ICMP error, whether it translates it or not. Source: nf_nat_proto.c
 * nf_nat_icmp_reply_translation, nf_nat_icmpv6_reply_translation.
 */
function examineError(passage: Passage, hook: Hook, entry: ConntrackEntry): void {
  const { checksum, packet } = passage.at;
  if (packet.family === 4) {
    if (packet.icmpType !== ICMP_REDIRECT || untouchedByNat(entry)) return;
    throw new Ended(
      passage.kernelDrop(
        'nat-failed',
        'an ICMP redirect about a connection that is or may yet be translated is dropped',
        undefined,
        true,
      ),
    );
  }
  const looked = lookAtSum(checksum, packet, hook);
  if (!looked) throw new Ended(passage.kernelDrop('nat-failed', WRONG_CHECKSUM, undefined, true));
  passage.move({ checksum: looked });
}

const ICMP_REDIRECT = 5;
