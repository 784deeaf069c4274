import {
  addressSum,
  andAddress,
  formatAddress,
  isUnspecified,
  prefixLengthOf,
  sameAddress,
  type Address,
} from '../../net/address';
import { PROTOCOL, type Packet } from '../../net/packet';
import type { Effect } from '../extension';
import type { PacketView } from '../view';
import { option, problem, type BuildProblem, type GivenOptions, type RequiredOption } from '../option';
import { hostMask, sameUnderMask, type HostMask } from './looseAddress';

/** What SNPT and DNPT translate between (RFC 6296). */
export interface PrefixTranslation {
  readonly source: HostMask;
  readonly destination: HostMask;
}

export interface PrefixOptions {
  readonly source: RequiredOption<HostMask>;
  readonly destination: RequiredOption<HostMask>;
}

export function prefixOptions(): PrefixOptions {
  return {
    source: option('--src-pfx', hostMask, 'The prefix that is replaced, at most 64 bits long.', { required: true }),
    destination: option('--dst-pfx', hostMask, 'The prefix that takes its place, at most 64 bits long.', {
      required: true,
    }),
  };
}

/** Checks as ip6t_npt_checkentry does: at most 64 bits, no bit after the prefix. */
export function checkPrefixes(given: GivenOptions, options: PrefixOptions): BuildProblem | undefined {
  for (const each of [options.source, options.destination]) {
    const found = given.get(each);
    if (prefixOf(found.value) > 64) return problem('the prefix can have 64 bits at most', found);
    if (!sameAddress(andAddress(found.value.address, found.value.mask), found.value.address))
      return problem('the address has bits after its prefix', found);
  }
  return undefined;
}

export function buildPrefixTranslation(given: GivenOptions, options: PrefixOptions): PrefixTranslation {
  return { source: given.get(options.source).value, destination: given.get(options.destination).value };
}

/** As iptables-save prints it: `::/0` is omitted. */
export function printPrefixTranslation({ source, destination }: PrefixTranslation): string {
  const part = (name: string, prefix: HostMask): string =>
    prefixOf(prefix) === 0 && isUnspecified(prefix.address) ? '' : ` ${name} ${prefixText(prefix)}`;
  return part('--src-pfx', source) + part('--dst-pfx', destination);
}

export function prefixText(prefix: HostMask): string {
  return `${formatAddress(prefix.address)}/${prefixOf(prefix)}`;
}

/** What SNPT (`source`) and DNPT (`destination`) do with a packet. */
export function applyPrefixTranslation(
  data: PrefixTranslation,
  view: PacketView,
  side: 'source' | 'destination',
): Effect {
  const before = view.packet[side];
  const address = translatePrefix(before, data);
  if (address === undefined)
    return {
      kind: 'verdict',
      verdict: 'DROP',
      note: 'this address cannot be translated without breaking checksums; the sender gets an ICMPv6 error',
    };
  // An error about a packet of the other direction quotes it with the address it had outside.
  const inner = translateQuoted(view, side === 'source' ? 'destination' : 'source', data);
  const breaks = addressSum(address) !== addressSum(before);
  return {
    kind: 'continue',
    packet: { [side]: address, ...(inner && { inner }) },
    inPlace: true,
    ...(breaks && {
      warning:
        `${formatAddress(before)} is not within ${formatAddress(data.source.address)}/${lengthOf(data)}, so the ` +
        'checksum of the packet is wrong from here on',
    }),
  };
}

/**
 * The address under its new prefix; one 16-bit word is adjusted so that the checksum of the transport header stays
 * right. The old prefix is not compared. undefined where no word can be adjusted: the kernel drops the packet
 * (net/ipv6/netfilter/ip6t_NPT.c).
 */
function translatePrefix(address: Address, data: PrefixTranslation): Address | undefined {
  const { source, destination } = data;
  const length = lengthOf(data);
  const words = address.words.map((word, i) => {
    const own = length - i * 32;
    const kept = own >= 32 ? 0 : own <= 0 ? 0xffffffff : 2 ** (32 - own) - 1;
    return ((word & kept) | (~kept & (destination.address.words[i] as number))) >>> 0;
  });
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  const at = length <= 48 ? 3 : groups.findIndex((group, i) => i >= 4 && group !== 0xffff);
  if (at < 0) return undefined;
  const adjustment = onesSum([...groupsOf(source.address), ~onesSum(groupsOf(destination.address)) & 0xffff]);
  const sum = onesSum([groups[at] as number, adjustment]);
  groups[at] = sum === 0xffff ? 0 : sum;
  return { family: 6, words: [0, 2, 4, 6].map((i) => (groups[i] as number) * 65536 + (groups[i + 1] as number)) };
}

/**
 * The packet that an ICMPv6 error quotes, with its `side` address translated where that has the old prefix; undefined
 * where nothing changes. The kernel looks for it only after a bare IPv6 header, and where it knows the beginning of
 * the ICMPv6 header: of a packet that came with its IPv6 header from a raw socket it takes the beginning of the packet
 * for it (net/ipv6/raw.c rawv6_send_hdrinc).
 */
function translateQuoted(
  { packet, headerBySender }: PacketView,
  side: 'source' | 'destination',
  translation: PrefixTranslation,
): Packet | undefined {
  const { inner } = packet;
  if (headerBySender) return undefined;
  const isError =
    packet.protocol === PROTOCOL.ICMPV6 &&
    packet.icmpType >= 1 &&
    packet.icmpType <= 4 &&
    packet.extensionHeaders.length === 0;
  if (!isError || inner?.family !== 6 || !sameUnderMask(inner[side], translation.source)) return undefined;
  const address = translatePrefix(inner[side], translation);
  return address && { ...inner, [side]: address };
}

/** The longer one counts for both. */
function lengthOf({ source, destination }: PrefixTranslation): number {
  return Math.max(prefixOf(source), prefixOf(destination));
}

function groupsOf({ words }: Address): readonly number[] {
  return words.flatMap((word) => [word >>> 16, word & 0xffff]);
}

/** The ones' complement sum of 16-bit words. */
function onesSum(groups: readonly number[]): number {
  let sum = groups.reduce((total, group) => total + group, 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

function prefixOf({ mask }: HostMask): number {
  return prefixLengthOf(mask) ?? 128;
}
