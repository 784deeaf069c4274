import { andAddress, compareAddresses, notAddress, orAddress, parseAddress, parseBlock, type Address } from './address';
import type { IpSet, SetMember, SetPart } from './ipSet';
import { isUnsure, liveLengths, liveMember, liveSize, withMember } from './setChanges';
import { compileSet, setOption } from './setEntries';
import { memberText, NO_INFO } from './setMembers';
import { maskNetworks, packetValues, type SetDirection, type SetView } from './testSet';

/** The result of adding a packet to a set, or of removing it. */
export type SetResult =
  /** `forced`: the set was full, so the member may not have been added, or another one may be gone. */
  | {
      readonly kind: 'changed';
      readonly set: IpSet;
      readonly member: SetMember;
      readonly text: string;
      readonly forced: boolean;
    }
  | { readonly kind: 'unchanged'; readonly why: 'unfit' | 'present' | 'absent' | 'full'; readonly text?: string };

const UNFIT: SetResult = { kind: 'unchanged', why: 'unfit' };

/** The most members that a set has, where `maxelem` is not given. */
const MAXELEM = 65536;

/**
 * Adds a packet to a set: a member that is there already stays as it is, or (`exist`) loses nomatch, mark and counts. A
 * full set takes no more. With `forceadd` it takes one in the place of another that shares its bucket, and none where
 * the bucket is empty; buckets depend on a number drawn at random when the set is made, so which members it has is not
 * known after that. Source: net/netfilter/ipset/ip_set_core.c ip_set_add, ip_set_hash_gen.h mtype_add,
 * ip_set_bitmap_gen.h, ip_set_bitmap_ipmac.c.
 */
export function addToSet(set: IpSet, view: SetView, directions: readonly SetDirection[], exist: boolean): SetResult {
  const values = memberValues(set, view, directions);
  if (values === undefined) return UNFIT;
  const text = memberText(values);
  const there = liveMember(set, values);
  // A value of a range becomes a member by itself. A member that matches any interface keeps its own name.
  const parts = there && set.type === 'hash:net,iface' ? there.parts : values;
  if (there && !exist && !learns(there)) return { kind: 'unchanged', why: 'present', text };
  const full = !there && set.type.startsWith('hash:') && liveSize(set) >= Number(setOption(set, 'maxelem') ?? MAXELEM);
  const forced = full && set.options.includes('forceadd');
  if (full && !forced) return { kind: 'unchanged', why: 'full', text };
  const member: SetMember = { parts, nomatch: false, counts: { packets: undefined, bytes: undefined }, info: NO_INFO };
  return { kind: 'changed', set: withMember(set, parts, member, forced || isUnsure(set)), member, text, forced };
}

/** A member of bitmap:ip,mac whose link layer address is not known yet. */
function learns({ parts: [, mac] }: SetMember): boolean {
  return mac?.kind === 'mac' && mac.mac === undefined;
}

/** Removes a packet from a set. Source: as above, mtype_del. */
export function removeFromSet(set: IpSet, view: SetView, directions: readonly SetDirection[]): SetResult {
  const values = memberValues(set, view, directions);
  if (values === undefined) return UNFIT;
  const text = memberText(values);
  const member = liveMember(set, values);
  if (member === undefined) return { kind: 'unchanged', why: 'absent', text };
  return {
    kind: 'changed',
    set: withMember(set, set.type === 'hash:net,iface' ? member.parts : values, undefined),
    member,
    text,
    forced: false,
  };
}

/**
 * What the packet would be as a member. Networks get the length of the most specific member there is.
 * Source: net/netfilter/ipset/ip_set_hash_*.c, the *_kadt functions.
 */
function memberValues(set: IpSet, view: SetView, directions: readonly SetDirection[]): readonly SetPart[] | undefined {
  const values = packetValues(set, view, directions);
  if (values === undefined || !inRange(set, values[0])) return undefined;
  const whole = view.packet.family === 4 ? 32 : 128;
  const all = liveLengths(set);
  const lengths = values
    .filter(({ kind }) => kind === 'net')
    .map((_, i) => (all.length === 0 ? whole : Math.max(...all.map((each) => each[i] ?? 0))));
  return lengths.includes(0) ? undefined : maskNetworks(values, lengths);
}

/** Whether a bitmap has a bit for the value. */
function inRange(set: IpSet, value: SetPart | undefined): boolean {
  const range = set.type.startsWith('bitmap:') ? setOption(set, 'range') : undefined;
  if (range === undefined || value === undefined) return true;
  if (value.kind === 'port') {
    const [first = 0, last = first] = range.split('-').map(Number);
    return first <= value.first && value.first <= last;
  }
  const { addressMask } = compileSet(set);
  const [first, last] = addressRange(range, set.family).map((address) =>
    address && addressMask ? andAddress(address, addressMask) : address,
  );
  return (
    value.kind === 'ip' &&
    first !== undefined &&
    last !== undefined &&
    compareAddresses(first, value.first) <= 0 &&
    compareAddresses(value.first, last) <= 0
  );
}

function addressRange(text: string, family: 4 | 6): readonly (Address | undefined)[] {
  if (text.includes('-')) return text.split('-').map(parseAddress);
  const block = parseBlock(text, family);
  return block ? [block.address, orAddress(block.address, notAddress(block.mask))] : [];
}
