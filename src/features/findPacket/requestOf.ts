import { formatAddress, isLinkLocal, parseAddress, type Address } from '../../core/net/address';
import { BEYOND, ELSEWHERE, isOwn, neighbour } from '../../core/net/completePacket';
import { CONNTRACK_STATES } from '../../core/net/conntrack';
import type { FieldName } from '../../core/net/fields/fields';
import { testHolds, type FieldTest, type FieldValue } from '../../core/net/fields/fieldTest';
import type { Box } from '../../core/net/fields/packetSet';
import { pickValue } from '../../core/net/fields/pick';
import type { Host } from '../../core/net/host';
import { lookupRoute } from '../../core/net/routing';
import { PROTOCOL, TCP_FLAGS } from '../../core/net/packet';
import type { PacketRequest } from '../../core/net/packetRequest';
import { formatField } from '../../core/xtables/fields';
import type { Hook } from '../../core/xtables/view';
import { STATE_BITS } from '../../core/xtables/values/conntrackState';

/** How a packet gets to a hook: into this host, through it, out of it, or from it to itself. */
export type TravelDirection = 'in' | 'through' | 'out' | 'loop';

export interface Sent {
  /** Where the packet meets the rule. */
  readonly hook: Hook;
  readonly heading: TravelDirection;
  /** Whether the addresses of the host are known; else a destination is said to be one of them, or not. */
  readonly addressesKnown: boolean;
  readonly host: Host;
  readonly family: 4 | 6;
  /** What is taken for what the rules leave open. */
  readonly wish: PacketRequest;
}

/** The same field under another name, for a packet that is its connection's first. */
const SAME: Readonly<Partial<Record<FieldName, FieldName>>> = {
  sourcePortRead: 'sourcePort',
  destinationPortRead: 'destinationPort',
  tcpFlagsRead: 'tcpFlags',
  originalSource: 'source',
  originalDestination: 'destination',
  originalSourcePort: 'sourcePort',
  originalDestinationPort: 'destinationPort',
  conntrackProtocol: 'protocol',
};

/**
 * A packet for which all tests of the box hold, as far as one can choose it; undefined where no packet passes them all.
 * Its addresses and interfaces are those of the host where they do.
 */
export function requestOf(box: Box, sent: Sent): PacketRequest | undefined {
  const byField = new Map<FieldName, FieldTest[]>();
  for (const test of box) {
    const field = SAME[test.field] ?? test.field;
    const list = byField.get(field);
    if (list) list.push(test);
    else byField.set(field, [test]);
  }
  const values = new Map<FieldName, FieldValue>();
  for (const [field, tests] of byField) {
    // What has no interface of that side, no owner or no link layer lacks the field, or has an empty name.
    const fixed = fixedValue(field, sent);
    if (fixed !== 'open') {
      if (!tests.every((test) => testHolds(test, fixed.value))) return undefined;
      continue;
    }
    const picked = pickValue(tests, sent.family, preferred(field, sent));
    if (picked.kind === 'none') return undefined;
    if (picked.kind === 'value') values.set(field, picked.value);
  }
  return asRequest(values, sent);
}

/** What every packet has at this hook; `open`: what remains to be chosen. */
function fixedValue(field: FieldName, { hook, heading }: Sent): { readonly value: FieldValue | undefined } | 'open' {
  const leaving = hook === 'OUTPUT' || hook === 'POSTROUTING';
  switch (field) {
    case 'inInterface':
      return leaving ? { value: '' } : heading === 'loop' ? { value: 'lo' } : 'open';
    case 'outInterface':
      return hook === 'PREROUTING' || hook === 'INPUT' ? { value: '' } : heading === 'loop' ? { value: 'lo' } : 'open';
    case 'uid':
    case 'gid':
      return leaving && heading !== 'through' ? 'open' : { value: undefined };
    case 'sourceMac':
      return leaving || heading === 'loop' ? { value: undefined } : 'open';
    default:
      return 'open';
  }
}

/** For rules that refuse what is reserved for documentation, as many do of what comes from outside. */
const SPARE: Readonly<Record<4 | 6, readonly [string, string]>> = {
  4: ['9.9.9.9', '8.8.8.8'],
  6: ['2620:fe::9', '2001:4860:4860::8888'],
};

/** Values that make sense on this host, best first. */
function preferred(field: FieldName, sent: Sent): readonly FieldValue[] {
  const { host, family, wish } = sent;
  switch (field) {
    case 'source':
      return preferredSources(sent);
    case 'destination':
      return preferredDestinations(sent);
    case 'inInterface':
    case 'outInterface':
      // What comes from outside or goes there does not pass lo.
      return others(host);
    case 'protocol':
      return [
        ...(wish.proto === undefined ? [] : [wish.proto]),
        PROTOCOL.TCP,
        PROTOCOL.UDP,
        family === 4 ? PROTOCOL.ICMP : PROTOCOL.ICMPV6,
      ];
    case 'destinationPort':
      return [...(wish.dport === undefined ? [] : [wish.dport]), 80, 443, 8080];
    case 'sourcePort':
      return [41522];
    case 'tcpFlags':
      return [
        TCP_FLAGS.SYN,
        TCP_FLAGS.ACK,
        TCP_FLAGS.SYN | TCP_FLAGS.ACK,
        TCP_FLAGS.FIN | TCP_FLAGS.ACK,
        TCP_FLAGS.RST,
      ];
    case 'conntrackState':
      return [STATE_BITS.NEW, STATE_BITS.ESTABLISHED, STATE_BITS.RELATED, STATE_BITS.INVALID, STATE_BITS.UNTRACKED];
    case 'icmp':
      return [family === 4 ? 8 * 256 : 128 * 256];
    case 'hops':
      return [64, 63, 1, 255];
    case 'length':
      return [60];
    case 'uid':
    case 'gid':
      return [1000];
    default:
      return [];
  }
}

function preferredSources({ heading, host, family, wish }: Sent): readonly Address[] {
  const elsewhere = addresses([ELSEWHERE[family], BEYOND[family], ...SPARE[family]]);
  return [
    ...addresses([wish.src]),
    ...(heading === 'in' || heading === 'through'
      ? [...elsewhere, ...neighbours(host, family)]
      : [...ownAddresses(host, family), ...elsewhere]),
  ];
}

function preferredDestinations({ heading, host, family, wish }: Sent): readonly Address[] {
  const [first, second] = SPARE[family];
  return [
    ...addresses([wish.dst]),
    ...(heading === 'in' || heading === 'loop'
      ? // Not the one that is preferred as the source.
        [...ownAddresses(host, family), ...addresses([second, first])]
      : [...neighbours(host, family), ...addresses([ELSEWHERE[family], BEYOND[family], first, second])]),
  ];
}

function addresses(texts: readonly (string | undefined)[]): readonly Address[] {
  return texts.flatMap((text) => (text !== undefined && parseAddress(text)) || []);
}

function neighbours({ interfaces }: Host, family: 4 | 6): readonly Address[] {
  return addresses(interfaces.map((iface) => (iface.name === 'lo' ? undefined : neighbour(iface, family))));
}

function others({ interfaces }: Host): readonly string[] {
  return interfaces.map(({ name }) => name).filter((name) => name !== 'lo');
}

/** Those of lo last. */
function ownAddresses(host: Host, family: 4 | 6): readonly Address[] {
  return [...host.interfaces]
    .sort((a, b) => Number(a.name === 'lo') - Number(b.name === 'lo'))
    .flatMap(({ addresses }) => addresses.map(({ address }) => address))
    .filter((address) => address.family === family && !isLinkLocal(address));
}

function asRequest(
  values: ReadonlyMap<FieldName, FieldValue>,
  { hook, heading, host, family, wish, addressesKnown }: Sent,
): PacketRequest {
  const number = (field: FieldName): number | undefined => {
    const value = values.get(field);
    return typeof value === 'number' ? value : undefined;
  };
  const text = (field: FieldName): string | undefined => {
    const value = values.get(field);
    return value === undefined ? undefined : formatField(field, value);
  };
  const outbound = heading === 'out' || heading === 'loop';
  const out = text('outInterface');
  const icmp = number('icmp');
  const mss = number('maximumSegment');
  const state = number('conntrackState');
  const type = number('packetType');
  const destination = text('destination');
  const isOfHost = destination !== undefined && isOwn(host, destination);
  // Before routing it does not matter whose address it is, and that of a Service belongs to no host.
  const saysWhose =
    hook === 'PREROUTING'
      ? isOfHost
      : destination !== undefined
        ? heading !== 'through' || !isOfHost
        : heading === 'through';
  const request: Record<string, unknown> = {
    ...wish,
    dir: outbound ? 'out' : 'in',
    proto: number('protocol') ?? wish.proto,
    src: text('source') ?? wish.src,
    dst: destination ?? wish.dst ?? destinationFor(heading, host, family, out, text('inInterface')),
    iface: outbound ? undefined : (text('inInterface') ?? wish.iface),
    // What is translated on its way to somewhere else is sent to an address of this host.
    ...((heading === 'out' || (heading === 'through' && !isOfHost)) && { oface: out }),
    ...(!addressesKnown && saysWhose && { own: heading === 'in' || heading === 'loop' }),
    sport: number('sourcePort'),
    dport: number('destinationPort'),
    flags: number('tcpFlags') ?? (mss === undefined ? undefined : TCP_FLAGS.SYN),
    tcpOptionsHex: mss === undefined ? undefined : `0204${mss.toString(16).padStart(4, '0')}`,
    icmpType: icmp === undefined ? undefined : icmp >> 8,
    icmpCode: icmp === undefined ? undefined : icmp & 255,
    fragOffset: number('fragmentOffset') || undefined,
    length: number('length'),
    ttl: number('hops'),
    tos: number('tos'),
    mark: number('mark'),
    spi: number('spi'),
    uid: number('uid'),
    gid: number('gid'),
    srcMac: text('sourceMac'),
    dstMac: type === 1 ? 'ff:ff:ff:ff:ff:ff' : type === 2 ? '01:00:5e:00:00:01' : undefined,
    ctstate: CONNTRACK_STATES.find((name) => state !== undefined && (state & STATE_BITS[name]) !== 0),
  };
  return Object.fromEntries(
    Object.entries(request).filter(([key, value]) => value !== undefined || Object.hasOwn(wish, key)),
  );
}

/** Where the rules leave it open; undefined: what is usual for the direction. */
function destinationFor(
  heading: TravelDirection,
  host: Host,
  family: 4 | 6,
  out: string | undefined,
  from: string | undefined,
): string | undefined {
  if (heading === 'loop') {
    const [own] = ownAddresses(host, family);
    return own && formatAddress(own);
  }
  if (heading === 'in') return undefined;
  const leaving = host.interfaces.filter(({ name }) =>
    out === undefined ? name !== 'lo' && name !== from : name === out,
  );
  if (out === undefined && heading === 'out' && hasRoute(host, ELSEWHERE[family])) return undefined;
  const near = leaving.map((iface) => neighbour(iface, family)).find((address) => address !== undefined);
  return near !== undefined && !isOwn(host, near) ? near : heading === 'through' ? BEYOND[family] : undefined;
}

function hasRoute(host: Host, text: string): boolean {
  const destination = parseAddress(text);
  return destination !== undefined && lookupRoute(host, { destination }).type === 'unicast';
}
