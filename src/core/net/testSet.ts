import { andAddress, compareAddresses, isUnspecified, prefixMask, type Address } from './address';
import type { IpSet } from './host';
import { PROTOCOL, type Packet } from './packet';
import { compileSet, memberKey, type CompiledSet, type SetMember, type SetPart } from './setEntries';

/** What of a packet's surroundings a set may look at. */
export interface SetView {
  readonly packet: Packet;
  readonly inInterface: string;
  readonly outInterface: string;
}

export type SetDirection = 'src' | 'dst';

export interface SetTestOptions {
  readonly returnNomatch?: boolean;
  /** Counts the packet for a member and says whether the counters fit; `key` tells the members of all sets apart. */
  readonly count?: (key: string, first: SetMember['counts']) => boolean;
}

/**
 * Whether a packet is in a set, as `-m set --match-set name src,dst` asks; undefined where the set, or a set that it lists, is not
 * known. Each direction is for one part of the type's name; with fewer directions than parts, or for a set of
 * the other family, the kernel says no. In sets of networks the most specific member decides, and one marked `nomatch` says no
 * (with `returnNomatch`: yes, and the others no). A bitmap:ip,mac member without link layer address is in the set for any, as the
 * kernel learns it from the first packet. Members with a timeout count as still there.
 * Source: ipset(8), net/netfilter/ipset/ip_set_core.c ip_set_test, ip_set_hash_gen.h.
 */
export function testSet(
  sets: ReadonlyMap<string, IpSet> | undefined,
  name: string,
  view: SetView,
  directions: readonly SetDirection[],
  options: SetTestOptions = {},
): boolean | undefined {
  const set = sets?.get(name);
  if (sets === undefined || set === undefined) return undefined;
  const compiled = compileSet(set);
  if (set.type === 'list:set') {
    let unknown = false;
    for (const member of compiled.lists) {
      const answer = testSet(sets, member, view, directions, options);
      if (answer === true) return true;
      unknown ||= answer === undefined;
    }
    return unknown ? undefined : false;
  }
  for (const { member, key } of membersFor(set, compiled, view, directions)) {
    // A member whose counters do not fit is as if it were not there: the next wider network is tried.
    if (options.count && set.options.includes('counters') && !options.count(`${set.name} ${key}`, member.counts)) continue;
    return options.returnNomatch === true && compiled.shape.includes('net') ? member.nomatch : !member.nomatch;
  }
  return false;
}

/** How many directions a set of this type takes: the parts of its name. */
export function setDimension(type: string): number {
  return type === 'list:set' ? 1 : type.split(',').length;
}

interface Found {
  readonly member: SetMember;
  /** Tells the values apart that one member stands for: the kernel keeps each of them by itself. */
  readonly key: string;
}

/** The members that the packet is, the most specific first. */
function membersFor(set: IpSet, compiled: CompiledSet, view: SetView, directions: readonly SetDirection[]): Iterable<Found> {
  if (directions.length < compiled.shape.length) return [];
  const withFamily = compiled.shape.some((kind) => kind === 'ip' || kind === 'net');
  if (withFamily && set.family !== view.packet.family) return [];
  const values: SetPart[] = [];
  for (const [i, kind] of compiled.shape.entries()) {
    const value = partOf(kind, view, directions[i] as SetDirection, set, compiled);
    if (value === undefined) return [];
    values.push(value);
  }
  return compiled.shape.includes('iface') ? findByInterface(compiled, values) : findByValue(compiled, values);
}

function* findByValue(compiled: CompiledSet, values: readonly SetPart[]): Iterable<Found> {
  for (const lengths of compiled.lengths) {
    const masked = maskNetworks(values, lengths);
    const key = memberKey(masked);
    const exact = compiled.exact.get(key);
    if (exact) yield { member: exact, key };
    const ranged = exact ? undefined : compiled.ranges.find((member) => member.parts.every((part, i) => covers(part, masked[i] as SetPart)));
    if (ranged) yield { member: ranged, key };
  }
}

/**
 * The first network length that has a member at all decides, even if none of its members has the interface; but one that was refused
 * for its counters makes the kernel forget those in front of it (ip_set_hash_netiface.c, ip_set_hash_gen.h mtype_test_cidrs).
 */
function* findByInterface(compiled: CompiledSet, values: readonly SetPart[]): Iterable<Found> {
  for (const lengths of compiled.lengths) {
    const [net, iface] = maskNetworks(values, lengths) as [SetPart, SetPart];
    let decides = false;
    for (const member of compiled.byNetwork.get(memberKey([net])) ?? []) {
      decides = !covers(member.parts[1] as SetPart, iface);
      if (!decides) yield { member, key: memberKey(member.parts) };
    }
    if (decides) return;
  }
}

function maskNetworks(values: readonly SetPart[], lengths: readonly number[]): SetPart[] {
  let next = 0;
  return values.map((value) => {
    if (value.kind !== 'net') return value;
    const length = lengths[next++] as number;
    return { kind: 'net', address: andAddress(value.address, prefixMask(value.address.family, length)), length };
  });
}

function covers(part: SetPart, value: SetPart): boolean {
  switch (part.kind) {
    case 'ip':
      return value.kind === 'ip' && compareAddresses(part.first, value.first) <= 0 && compareAddresses(value.first, part.last) <= 0;
    case 'port':
      return value.kind === 'port' && part.protocol === value.protocol && part.first <= value.first && value.first <= part.last;
    case 'mac':
      return value.kind === 'mac' && (part.mac === undefined || part.mac === value.mac);
    case 'iface':
      return value.kind === 'iface' && (part.wildcard ? value.name.startsWith(part.name) : value.name === part.name);
    case 'net':
    case 'mark':
      return memberKey([part]) === memberKey([value]);
  }
}

/** What the packet has for one part of the set; undefined where it has none, which is no match. */
function partOf(kind: CompiledSet['shape'][number], view: SetView, direction: SetDirection, set: IpSet, compiled: CompiledSet): SetPart | undefined {
  const { packet } = view;
  const source = direction === 'src';
  switch (kind) {
    case 'ip': {
      const address = masked(source ? packet.source : packet.destination, compiled);
      // hash:ip keeps no 0.0.0.0: a packet that has it after masking is not looked up.
      return set.type === 'hash:ip' && isUnspecified(address) ? undefined : { kind: 'ip', first: address, last: address };
    }
    case 'net':
      return { kind: 'net', address: masked(source ? packet.source : packet.destination, compiled), length: packet.family === 4 ? 32 : 128 };
    case 'port':
      return portOf(packet, source, set.type === 'bitmap:port');
    case 'mac': {
      const mac = source ? packet.sourceMac : packet.destinationMac;
      return mac === undefined || mac === '00:00:00:00:00:00' ? undefined : { kind: 'mac', mac };
    }
    case 'mark':
      return { kind: 'mark', mark: (packet.mark & compiled.markMask) >>> 0 };
    case 'iface': {
      const name = source ? view.inInterface : view.outInterface;
      return name === '' ? undefined : { kind: 'iface', name, wildcard: false, bridgePort: false };
    }
  }
}

function masked(address: Address, compiled: CompiledSet): Address {
  return compiled.addressMask && compiled.addressMask.family === address.family ? andAddress(address, compiled.addressMask) : address;
}

/** ip_set_getport.c: ICMP's type and code take the place of the port, other protocols have port 0; later fragments have no ports. */
function portOf(packet: Packet, source: boolean, bitmap: boolean): SetPart | undefined {
  const { protocol } = packet;
  const withPorts = protocol === PROTOCOL.TCP || protocol === PROTOCOL.UDP || protocol === PROTOCOL.UDPLITE || protocol === PROTOCOL.SCTP;
  const icmp = protocol === PROTOCOL.ICMP || protocol === PROTOCOL.ICMPV6;
  if (packet.fragmentOffset > 0 && (withPorts || icmp || packet.family === 6)) return undefined;
  if (bitmap && protocol !== PROTOCOL.TCP && protocol !== PROTOCOL.UDP) return undefined;
  const port = icmp ? packet.icmpType * 256 + packet.icmpCode : withPorts ? (source ? packet.sourcePort : packet.destinationPort) : 0;
  return { kind: 'port', protocol: bitmap ? undefined : protocol, first: port, last: port };
}
