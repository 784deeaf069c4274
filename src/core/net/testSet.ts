import { andAddress, isUnspecified, prefixMask, type Address } from './address';
import type { IpSet, SetInfo, SetMember, SetPart } from './ipSet';
import { PROTOCOL, type Packet } from './packet';
import { isUnsure, liveLengths, liveMember, liveNetwork } from './setChanges';
import { compileSet, type CompiledSet } from './setEntries';
import { covers, memberKey, NO_INFO, type PartKind } from './setMembers';

/** What a set may read of a packet's surroundings. */
export interface SetView {
  readonly packet: Packet;
  readonly inInterface: string;
  readonly outInterface: string;
}

export type SetDirection = 'src' | 'dst';

export interface SetTestOptions {
  readonly returnNomatch?: boolean;
  /**
   * Counts the packet for a member and says whether the counters match; `key` distinguishes the members of all sets.
   * `listed`: the set is looked up for a list, whose own counters are the ones compared.
   */
  readonly count?: (key: string, first: SetMember['counts'], listed: boolean) => boolean;
  /** A member of a bitmap:ip,mac learns its link layer address. */
  readonly learn?: (set: IpSet, learnt: SetMember) => void;
}

export interface SetAnswer {
  /** undefined where the set or its members, or those of a set that it lists, are not known. */
  readonly found: boolean | undefined;
  /** What the last member that was compared gives to the packet. */
  readonly info: SetInfo;
}

/** Whether a packet is in a set: `lookUpSet` without what the member carries. */
export function testSet(
  sets: ReadonlyMap<string, IpSet> | undefined,
  name: string,
  view: SetView,
  directions: readonly SetDirection[],
  options: SetTestOptions = {},
): boolean | undefined {
  return lookUpSet(sets, name, view, directions, options).found;
}

/**
 * Whether a packet is in a set, as `-m set --match-set name src,dst` asks. Each direction is for one part of the type's
 * name; with fewer directions than parts, or for a set of the other family, the kernel says no. In sets of networks the
 * most specific member decides, and one marked `nomatch` says no (with `returnNomatch`: yes, and the others no). A
 * bitmap:ip,mac member without link layer address matches any, and the kernel learns it from the first packet. Members
 * with a timeout count as still there. Source: ipset(8), net/netfilter/ipset/ip_set_core.c ip_set_test,
 * ip_set_hash_gen.h, ip_set_list_set.c list_set_ktest.
 */
export function lookUpSet(
  sets: ReadonlyMap<string, IpSet> | undefined,
  name: string,
  view: SetView,
  directions: readonly SetDirection[],
  options: SetTestOptions = {},
  listed?: { readonly info: SetInfo },
): SetAnswer {
  const set = sets?.get(name);
  let info = listed?.info ?? NO_INFO;
  if (sets === undefined || set === undefined) return { found: undefined, info };
  if (set.type === 'list:set') return lookUpListed(sets, set, view, directions, options);
  const { shape } = compileSet(set);
  const counting = set.options.includes('counters');
  for (const { member, key } of membersFor(set, view, directions)) {
    // It may have been removed, and so may those that would be tried next.
    if (isUnsure(set)) return { found: undefined, info };
    const [, mac] = member.parts;
    if (set.type === 'bitmap:ip,mac' && mac?.kind === 'mac') {
      const seen = partOf('mac', view, directions[1] as SetDirection, set, compileSet(set)) as SetPart & {
        readonly kind: 'mac';
      };
      if (mac.mac === undefined) {
        options.learn?.(set, { ...member, parts: [member.parts[0] as SetPart, seen], info: NO_INFO });
        return { found: true, info };
      }
      if (mac.mac !== seen.mac) continue;
    }
    // A member whose counters do not match counts as absent: the next wider network is tried.
    if (counting && options.count && !options.count(`${set.name} ${key}`, member.counts, listed !== undefined))
      continue;
    if (set.options.includes('skbinfo')) info = member.info;
    return { found: options.returnNomatch === true && shape.includes('net') ? member.nomatch : !member.nomatch, info };
  }
  return { found: set.partial ? undefined : false, info };
}

function lookUpListed(
  sets: ReadonlyMap<string, IpSet>,
  set: IpSet,
  view: SetView,
  directions: readonly SetDirection[],
  options: SetTestOptions,
): SetAnswer {
  let unknown = false;
  let info = NO_INFO;
  for (const { name, ...own } of compileSet(set).lists) {
    const answer = lookUpSet(sets, name, view, directions, options, { info });
    info = answer.info;
    unknown ||= answer.found === undefined;
    if (answer.found !== true) continue;
    if (set.options.includes('counters') && options.count && !options.count(`${set.name} ${name}`, own.counts, false))
      continue;
    return { found: true, info: set.options.includes('skbinfo') ? own.info : info };
  }
  return { found: unknown || set.partial ? undefined : false, info };
}

/** How many directions a set of this type takes: the parts of its name. */
export function setDimension(type: string): number {
  return type === 'list:set' ? 1 : type.split(',').length;
}

interface FoundMember {
  readonly member: SetMember;
  /** Separates the values that one member stands for: the kernel keeps each of them by itself. */
  readonly key: string;
}

/** The members that the packet matches, the most specific first. */
function membersFor(set: IpSet, view: SetView, directions: readonly SetDirection[]): Iterable<FoundMember> {
  const values = packetValues(set, view, directions);
  if (values === undefined) return [];
  return set.type === 'hash:net,iface' ? findByInterface(set, values) : findByValue(set, values);
}

/** The values of a packet for a set; undefined where it cannot be a member. Networks are whole addresses. */
export function packetValues(
  set: IpSet,
  view: SetView,
  directions: readonly SetDirection[],
): readonly SetPart[] | undefined {
  const compiled = compileSet(set);
  const { shape } = compiled;
  if (directions.length < shape.length) return undefined;
  if (shape.some((kind) => kind === 'ip' || kind === 'net') && set.family !== view.packet.family) return undefined;
  const values: SetPart[] = [];
  for (const [i, kind] of shape.entries()) {
    const value = partOf(kind, view, directions[i] as SetDirection, set, compiled);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

function* findByValue(set: IpSet, values: readonly SetPart[]): Iterable<FoundMember> {
  for (const lengths of liveLengths(set)) {
    const masked = maskNetworks(values, lengths);
    const member = liveMember(set, masked);
    if (member) yield { member, key: memberKey(masked, set.type) };
  }
}

/**
 * The first network length that has a member at all decides, even if none of its members has the interface; but one
 * that was refused for its counters makes the kernel forget those before it (ip_set_hash_netiface.c,
 * ip_set_hash_gen.h mtype_test_cidrs).
 */
function* findByInterface(set: IpSet, values: readonly SetPart[]): Iterable<FoundMember> {
  for (const lengths of liveLengths(set)) {
    const [net, iface] = maskNetworks(values, lengths) as [SetPart, SetPart];
    let decides = false;
    for (const member of liveNetwork(set, net)) {
      decides = !covers(member.parts[1] as SetPart, iface);
      if (!decides) yield { member, key: memberKey(member.parts) };
    }
    if (decides) return;
  }
}

export function maskNetworks(values: readonly SetPart[], lengths: readonly number[]): SetPart[] {
  let next = 0;
  return values.map((value) => {
    if (value.kind !== 'net') return value;
    const length = lengths[next++] as number;
    return { kind: 'net', address: andAddress(value.address, prefixMask(value.address.family, length)), length };
  });
}

/** The packet's value for one part of the set; undefined where it has none and so does not match. */
function partOf(
  kind: PartKind,
  view: SetView,
  direction: SetDirection,
  set: IpSet,
  compiled: CompiledSet,
): SetPart | undefined {
  const { packet } = view;
  const source = direction === 'src';
  switch (kind) {
    case 'ip': {
      const address = masked(source ? packet.source : packet.destination, compiled);
      // hash:ip keeps no 0.0.0.0: a packet that has it after masking is not looked up.
      return set.type === 'hash:ip' && isUnspecified(address)
        ? undefined
        : { kind: 'ip', first: address, last: address };
    }
    case 'net':
      return {
        kind: 'net',
        address: masked(source ? packet.source : packet.destination, compiled),
        length: packet.family === 4 ? 32 : 128,
      };
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
  return compiled.addressMask && compiled.addressMask.family === address.family
    ? andAddress(address, compiled.addressMask)
    : address;
}

/**
 * ip_set_getport.c: ICMP's type and code take the place of the port, other protocols have port 0; later fragments have
 * no ports.
 */
function portOf(packet: Packet, source: boolean, bitmap: boolean): SetPart | undefined {
  const { protocol } = packet;
  const withPorts =
    protocol === PROTOCOL.TCP ||
    protocol === PROTOCOL.UDP ||
    protocol === PROTOCOL.UDPLITE ||
    protocol === PROTOCOL.SCTP;
  const icmp = protocol === PROTOCOL.ICMP || protocol === PROTOCOL.ICMPV6;
  if (packet.fragmentOffset > 0 && (withPorts || icmp || packet.family === 6)) return undefined;
  if (bitmap && protocol !== PROTOCOL.TCP && protocol !== PROTOCOL.UDP) return undefined;
  const port = icmp
    ? packet.icmpType * 256 + packet.icmpCode
    : withPorts
      ? source
        ? packet.sourcePort
        : packet.destinationPort
      : 0;
  return { kind: 'port', protocol: bitmap ? undefined : protocol, first: port, last: port };
}
