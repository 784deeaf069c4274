import { formatAddress, type Address } from '../net/address';
import type { ConntrackEntry, ConntrackView, Tuple } from '../net/conntrack';
import { PROTOCOL, type Packet } from '../net/packet';
import { hasPorts, invertTuple, isIcmp, tupleKey } from '../net/tuple';
import type { NatRange } from '../xtables/extension';
import { chooseAddress, natHash } from './natAddress';
import { tcpOf } from './tcpTracking';
import type { World } from './world';

export type NatHalf = 'source' | 'destination';

/** The outcome of setting up one half of a connection's translation. */
export interface NatSetup {
  readonly entry: ConntrackEntry;
  /** The port (or ICMP id) was drawn at random by the kernel; the one shown is only the first possible. */
  readonly random: boolean;
}

/**
 * Decides one half of the translation of a new connection. Without a range: the address stays, and the port too unless
 * another connection has it. A connection that is confirmed already keeps what it has: it was made from outside.
 * undefined where the kernel fails and drops. Source: nf_nat_core.c nf_nat_setup_info, get_unique_tuple.
 */
export function setUpNat(
  entry: ConntrackEntry,
  half: NatHalf,
  range: NatRange | undefined,
  world: World,
): NatSetup | undefined {
  if (entry.confirmed) return { entry, random: false };
  const current = invertTuple(entry.reply);
  if (current === undefined) return undefined;
  const { tuple, drawn } = uniqueTuple(current, half, range ?? keepAddress(current, half), entry, world);
  let changed: ConntrackEntry =
    half === 'source' ? { ...entry, sourceNatDone: true } : { ...entry, destinationNatDone: true };
  if (tupleKey(tuple) !== tupleKey(current)) {
    const reply = invertTuple(tuple);
    if (reply === undefined) return undefined;
    changed = { ...changed, reply, ...(half === 'source' ? { sourceNat: true } : { destinationNat: true }) };
  }
  return {
    entry: drawn ? { ...changed, randomHalf: half, randomNumbers: drawn } : changed,
    random: drawn !== undefined,
  };
}

function keepAddress(tuple: Tuple, half: NatHalf): NatRange {
  const address = half === 'source' ? tuple.source : tuple.destination;
  return { addresses: [address, address], ports: undefined, random: false, persistent: false };
}

/** `drawn`: the first and the last of the numbers among which the kernel draws. */
interface Chosen {
  readonly tuple: Tuple;
  readonly drawn?: readonly [number, number];
}

function uniqueTuple(original: Tuple, half: NatHalf, range: NatRange, entry: ConntrackEntry, world: World): Chosen {
  if (half === 'source' && !range.random) {
    if (addressInRange(original.source, range) && keyInRange(original, half, range)) {
      const user = userOf(original, entry, world);
      if (!user || clashesInReverse(user, entry)) return { tuple: original };
    } else {
      const earlier = sameSourceBefore(original, range, entry, world);
      if (earlier && !isUsed(earlier, entry, world)) return { tuple: earlier };
    }
  }
  const tuple = withAddress(original, half, range, entry);
  if (!range.random) {
    if (range.ports) {
      if (
        range.basePort === undefined &&
        keyInRange(tuple, half, range) &&
        (range.ports[0] === range.ports[1] || !isUsed(tuple, entry, world))
      )
        return { tuple };
    } else if (!isUsed(tuple, entry, world)) return { tuple };
  }
  return choosePort(tuple, half, range, entry, world);
}

/**
 * The mapping that another connection from the same source address and port, or id of an echo, has: the kernel prefers
 * to keep it. Source: net/netfilter/nf_nat_core.c find_appropriate_src, same_src.
 */
function sameSourceBefore(tuple: Tuple, range: NatRange, entry: ConntrackEntry, world: World): Tuple | undefined {
  for (const other of world.connections()) {
    if (
      other.id === entry.id ||
      !other.sourceNatDone ||
      other.original.protocol !== tuple.protocol ||
      other.zone.original !== entry.zone.original
    )
      continue;
    if (
      formatAddress(other.original.source) !== formatAddress(tuple.source) ||
      keyOf(other.original, 'source') !== keyOf(tuple, 'source')
    )
      continue;
    const mapped = invertTuple(other.reply);
    if (!mapped) continue;
    const key = keyOf(mapped, 'source');
    const candidate: Tuple = { ...(key === undefined ? tuple : withKey(tuple, 'source', key)), source: mapped.source };
    if (addressInRange(candidate.source, range) && keyInRange(candidate, 'source', range)) return candidate;
  }
  return undefined;
}

function withAddress(tuple: Tuple, half: NatHalf, range: NatRange, entry: ConntrackEntry): Tuple {
  if (!range.addresses) return tuple;
  const address = chooseAddress(
    range.addresses,
    natHash(tuple, entry.zone.original || entry.zone.reply, range.persistent),
    tuple,
    half,
    range.persistent,
  );
  return half === 'source' ? { ...tuple, source: address } : { ...tuple, destination: address };
}

function addressInRange(address: Address, range: NatRange): boolean {
  if (!range.addresses) return true;
  return compare(range.addresses[0], address) <= 0 && compare(address, range.addresses[1]) <= 0;
}

function compare(a: Address, b: Address): number {
  for (let i = 0; i < a.words.length; i++) {
    const difference = (a.words[i] as number) - (b.words[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The number that stands for a connection besides its addresses: a port, or the id of an echo. */
function keyOf(tuple: Tuple, half: NatHalf): number | undefined {
  if (tuple.icmp) return tuple.icmp.id;
  if (!hasPorts(tuple.protocol)) return undefined;
  return half === 'source' ? tuple.sourcePort : tuple.destinationPort;
}

function withKey(tuple: Tuple, half: NatHalf, key: number): Tuple {
  if (tuple.icmp) return { ...tuple, icmp: { ...tuple.icmp, id: key } };
  return half === 'source' ? { ...tuple, sourcePort: key } : { ...tuple, destinationPort: key };
}

function keyInRange(tuple: Tuple, half: NatHalf, range: NatRange): boolean {
  const key = keyOf(tuple, half);
  return !range.ports || key === undefined || (key >= range.ports[0] && key <= range.ports[1]);
}

function choosePort(tuple: Tuple, half: NatHalf, range: NatRange, entry: ConntrackEntry, world: World): Chosen {
  const key = keyOf(tuple, half);
  if (key === undefined) return { tuple };
  let [first, last] = range.ports ?? [0, 0];
  if (!range.ports) {
    if (half === 'destination' && !isIcmp(tuple.protocol)) return { tuple };
    [first, last] = isIcmp(tuple.protocol)
      ? [0, 65535]
      : key >= 1024
        ? [1024, 65535]
        : key >= 512
          ? [600, 1023]
          : [1, 511];
  }
  const size = last - first + 1;
  const offset = range.ports && range.basePort !== undefined ? (((key - range.basePort) % 65536) + 65536) % 65536 : 0;
  const random =
    (range.random || half === 'source' || isIcmp(tuple.protocol)) && range.basePort === undefined && size > 1;
  let candidate = tuple;
  for (let i = 0; i < size; i++) {
    candidate = withKey(tuple, half, first + ((offset + i) % size));
    if (!isUsed(candidate, entry, world)) break;
    if (Math.min(size, MOST_ATTEMPTS) - i <= EVICTING_ATTEMPTS && evict(candidate, entry, world)) break;
  }
  // Where every port is taken the kernel goes on with the last one that it tried.
  return random ? { tuple: candidate, drawn: [first, last] } : { tuple: candidate };
}

/**
 * At most this many ports are tried, and with the last of them a connection that is as good as over makes room. Source:
 * nf_nat_core.c NF_NAT_MAX_ATTEMPTS, NF_NAT_HARDER_THRESH.
 */
const MOST_ATTEMPTS = 128;
const EVICTING_ATTEMPTS = 32;

/** States after ESTABLISHED and the first FINs, in the kernel's order; SYN_SENT2 is one of them only by its number. */
const EVICTED_STATES: ReadonlySet<string> = new Set(['TIME_WAIT', 'CLOSE', 'SYN_SENT2']);

/**
 * Ends the TCP connection that has a tuple, where it is over and a new one begins with a later number, so that its late
 * packets belong to neither. Source: nf_nat_core.c nf_nat_used_tuple_harder, nf_nat_may_kill, nf_seq_has_advanced.
 */
function evict(tuple: Tuple, entry: ConntrackEntry, world: World): boolean {
  if (tuple.protocol !== PROTOCOL.TCP || entry.tcpState !== 'SYN_SENT') return false;
  const reply = invertTuple(tuple);
  const found = reply && world.find(reply, entry.zone);
  if (found?.direction !== 'REPLY') return false;
  const { entry: old } = found;
  if (
    !old.sourceNat ||
    !EVICTED_STATES.has(old.tcpState ?? '') ||
    ((tcpOf(entry).sides.ORIGINAL.end - tcpOf(old).sides.ORIGINAL.end) | 0) <= 0
  )
    return false;
  world.remove(old);
  return true;
}

function isUsed(tuple: Tuple, entry: ConntrackEntry, world: World): boolean {
  return userOf(tuple, entry, world) !== undefined;
}

/** The other connection whose packets in one direction come with the reply tuple of this one. */
function userOf(tuple: Tuple, entry: ConntrackEntry, world: World): ConntrackEntry | undefined {
  const reply = invertTuple(tuple);
  const found = reply && world.find(reply, { original: entry.zone.reply, reply: entry.zone.reply });
  return found && found.entry.id !== entry.id ? found.entry : undefined;
}

/**
 * Each is the other one seen from its far end, and neither is translated. Linux then leaves the tuple alone: it takes
 * them for two packets that came at the same time, which is settled where the connection becomes known. Source:
 * nf_nat_core.c nf_nat_used_tuple_new.
 */
function clashesInReverse(other: ConntrackEntry, entry: ConntrackEntry): boolean {
  const untranslated = [other, entry].every(({ sourceNat, destinationNat }) => !sourceNat && !destinationNat);
  return (
    untranslated &&
    MAY_CLASH.has(entry.original.protocol) &&
    tupleKey(other.original) === tupleKey(entry.reply) &&
    tupleKey(other.reply) === tupleKey(entry.original)
  );
}

/** Source: `allow_clash` of nf_conntrack_proto_udp.c and nf_conntrack_proto_gre.c. */
const MAY_CLASH: ReadonlySet<number> = new Set([PROTOCOL.UDP, PROTOCOL.UDPLITE, PROTOCOL.GRE]);

/**
 * The packet as one half of its connection's translation makes it in this direction. The same packet where there is
 * nothing to do. Source: nf_nat_core.c nf_nat_packet; for ICMP errors nf_nat_icmp_reply_translation.
 */
export function translate(packet: Packet, view: ConntrackView, half: NatHalf): Packet {
  const { entry, direction } = view;
  if (!entry) return packet;
  const own = direction === 'ORIGINAL' ? half : half === 'source' ? 'destination' : 'source';
  if (!(own === 'source' ? entry.sourceNat : entry.destinationNat)) return packet;
  const other = direction === 'ORIGINAL' ? entry.reply : entry.original;
  const target = invertTuple(other);
  if (target === undefined) return packet;
  if (view.state === 'RELATED' && packet.inner) {
    const inner = rewrite(packet.inner, other, half === 'source' ? 'destination' : 'source');
    const outer = half === 'source' ? { source: target.source } : { destination: target.destination };
    return { ...packet, ...outer, inner };
  }
  return rewrite(packet, target, half);
}

function rewrite(packet: Packet, target: Tuple, half: NatHalf): Packet {
  const address = half === 'source' ? { source: target.source } : { destination: target.destination };
  if (target.icmp && isIcmp(packet.protocol)) return { ...packet, ...address, icmpId: target.icmp.id };
  if (!hasPorts(packet.protocol) || packet.fragmentOffset > 0) return { ...packet, ...address };
  return half === 'source'
    ? { ...packet, ...address, sourcePort: target.sourcePort }
    : { ...packet, ...address, destinationPort: target.destinationPort };
}

/** GRE packets shorter than their own header cannot be translated and are dropped. */
export function canTranslate(packet: Packet): boolean {
  return (
    packet.protocol !== PROTOCOL.GRE || packet.length - (packet.family === 4 ? 20 + packet.ipOptions.length : 40) >= 8
  );
}
