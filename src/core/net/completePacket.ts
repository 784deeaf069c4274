import {
  addToAddress,
  formatAddress,
  isLinkLocal,
  isLoopback,
  meantBySocket,
  parseAddress,
  prefixBlock,
  sameAddress,
  type Address,
} from './address';
import type { Host, Interface, InterfaceAddress } from './host';
import { familyOf, hasPorts } from './makePacket';
import { PROTOCOL, TCP_FLAGS } from './packet';
import type { PacketRequest } from './packetRequest';
import { lookupRoute } from './routing';
import { sourceAddressFor } from './sourceAddress';
import { own } from '../text/own';

/** A field that a request left open, the value that was taken for it, and the reason in a few words. */
export interface FilledField {
  readonly field: keyof PacketRequest;
  readonly value: string | number;
  readonly why: string;
}

export interface CompletionOptions {
  /** The family of the rules that it is for, where nothing in the request states one. */
  readonly preferred?: 4 | 6;
  /**
   * Of which families the addresses of this host are stated. Of another, a destination that is one is marked `own`,
   * because nothing else shows it. Omitted: of both.
   */
  readonly addressesKnown?: Readonly<Record<4 | 6, boolean>>;
}

/**
 * Fills in what a request leaves open so that the packet makes sense on this host: inbound to this host's first
 * address, outbound from the address that routing chooses, TCP SYN, the port of an everyday service. Each choice is
 * listed.
 */
export function completePacket(
  request: PacketRequest,
  host: Host,
  { preferred = 4, addressesKnown }: CompletionOptions = {},
): { readonly request: PacketRequest; readonly filled: readonly FilledField[] } {
  const filled: FilledField[] = [];
  let now = request;
  const fill = (field: keyof PacketRequest, value: string | number | undefined, why: string): void => {
    if (now[field] !== undefined || value === undefined) return;
    now = { ...now, [field]: value };
    filled.push({ field, value, why });
  };
  const family = chooseFamily(request, host, preferred);
  fillDirection(request, host, fill);
  fill(
    'proto',
    request.icmpType === undefined ? PROTOCOL.TCP : family === 6 ? PROTOCOL.ICMPV6 : PROTOCOL.ICMP,
    request.icmpType === undefined ? 'the usual protocol' : 'an ICMP type is given',
  );
  if (now.dir === 'out') fillOutbound(now, host, family, fill);
  else fillInbound(now, host, family, fill);
  fillTransport(now, host, fill);
  const own =
    addressesKnown?.[family] === false &&
    now.dir === 'in' &&
    request.dst === undefined &&
    now.dst !== undefined &&
    isOwn(host, now.dst) &&
    !isLoopback(parseAddress(now.dst) as Address);
  return { request: own ? { ...now, own } : now, filled };
}

type Fill = (field: keyof PacketRequest, value: string | number | undefined, why: string) => void;

/** A host somewhere else: addresses set aside for documentation (RFC 5737, RFC 3849). */
export const ELSEWHERE = { 4: '203.0.113.10', 6: '2001:db8:ffff::10' } as const;
/** Another one, for what is forwarded. */
export const BEYOND = { 4: '198.51.100.20', 6: '2001:db8:fffe::20' } as const;
/** An ephemeral port, in the range that Linux uses for clients. */
const CLIENT_PORT = 41522;

function chooseFamily(request: PacketRequest, host: Host, preferred: 4 | 6): 4 | 6 {
  if (request.src !== undefined || request.dst !== undefined || request.proto === PROTOCOL.ICMPV6)
    return familyOf(request);
  if (
    preferred === 6 &&
    request.proto !== PROTOCOL.ICMP &&
    otherInterfaces(host).some((iface) => firstAddress(iface, 6))
  )
    return 6;
  return otherInterfaces(host).some((iface) => firstAddress(iface, 4)) ||
    !otherInterfaces(host).some((iface) => firstAddress(iface, 6))
    ? 4
    : 6;
}

function fillDirection(request: PacketRequest, host: Host, fill: Fill): void {
  if (request.dir !== undefined) return;
  if (request.iface !== undefined) fill('dir', 'in', 'an incoming interface is given');
  else if (request.uid !== undefined || request.gid !== undefined)
    fill('dir', 'out', 'only a packet of this host has an owner');
  else if (request.src !== undefined && isOwn(host, request.src))
    fill('dir', 'out', 'the source is an address of this host');
  else fill('dir', 'in', 'most traces are about a packet that arrives');
}

function fillInbound(request: PacketRequest, host: Host, family: 4 | 6, fill: Fill): void {
  const iface =
    request.iface === undefined
      ? arrivalInterface(request, host)
      : host.interfaces.find(({ name }) => name === request.iface);
  fill(
    'iface',
    iface?.name ?? 'eth0',
    iface === undefined ? 'the usual interface' : `packets from there arrive by ${iface.name}`,
  );
  if (request.oface !== undefined && request.dst === undefined) {
    const beyond = host.interfaces.find(({ name }) => name === request.oface);
    fill('dst', beyond && neighbour(beyond, family), `a neighbour of this host at ${request.oface}`);
  }
  if (request.own === false) fill('dst', BEYOND[family], 'a host behind this one');
  const ours =
    (iface && firstAddress(iface, family)) ??
    otherInterfaces(host)
      .map((other) => firstAddress(other, family))
      .find((address) => address !== undefined);
  const loopback = family === 4 ? '127.0.0.1' : '::1';
  if (request.iface === 'lo') fill('dst', loopback, 'the address of lo');
  else fill('dst', request.dst ?? (ours && formatAddress(ours.address)), "this host's first address");
  if (request.iface === 'lo') fill('src', loopback, 'a packet that comes in by lo was sent by this host');
  else {
    const near = iface && neighbour(iface, family);
    const elsewhere = near === undefined || mayComeFromElsewhere(host, family, iface);
    fill('src', elsewhere ? ELSEWHERE[family] : near, elsewhere ? 'a host somewhere else' : 'a neighbour of this host');
  }
}

/** There is a route back, and where the reverse path filter is strict, it leaves by the interface of arrival. */
function mayComeFromElsewhere(host: Host, family: 4 | 6, iface: Interface | undefined): boolean {
  const { type, device } = lookupRoute(host, { destination: parseAddress(ELSEWHERE[family]) as Address });
  const filters = ['all', iface?.name].map((name) => host.sysctls.get(`net.ipv4.conf.${name}.rp_filter`) ?? 0);
  return type === 'unicast' && (family === 6 || device === iface?.name || Math.max(...filters) !== 1);
}

function fillOutbound(request: PacketRequest, host: Host, family: 4 | 6, fill: Fill): void {
  const isForOwn = request.oface === 'lo' || request.own === true;
  const toItself = isForOwn
    ? otherInterfaces(host)
        .map((iface) => firstAddress(iface, family))
        .find((address) => address !== undefined)
    : undefined;
  const dst =
    request.dst ??
    (isForOwn ? (toItself ? formatAddress(toItself.address) : family === 4 ? '127.0.0.1' : '::1') : ELSEWHERE[family]);
  fill('dst', dst, isForOwn ? 'an address of this host' : 'a host somewhere else');
  const given = parseAddress(dst);
  if (request.src === undefined && given) {
    const destination = meantBySocket(given);
    const route = lookupRoute(host, {
      destination,
      mark: request.mark ?? 0,
      tos: request.tos ?? 0,
      uid: request.uid ?? 0,
      protocol: request.proto,
    });
    const source = sourceAddressFor(host, route, destination);
    fill('src', source && formatAddress(source), 'the source address that routing chooses');
  }
  fill('uid', 0, 'the user of the sending process, as none is given');
}

function fillTransport(request: PacketRequest, host: Host, fill: Fill): void {
  const protocol = request.proto ?? PROTOCOL.TCP;
  if (protocol === PROTOCOL.TCP && request.flags === undefined) {
    const later = request.ctstate === 'ESTABLISHED' || request.ctstate === 'RELATED';
    fill(
      'flags',
      later ? TCP_FLAGS.ACK : TCP_FLAGS.SYN,
      later ? 'a packet of a connection that exists' : 'the packet that opens a connection',
    );
  }
  const usual = usualFields(request, protocol);
  fill('ttl', usual?.ttl, usual?.why ?? '');
  if (hasPorts(protocol)) {
    fill('sport', usual?.sport, usual?.why ?? '');
    fill('sport', CLIENT_PORT, 'a port such as clients use');
    const heard =
      request.dir === 'out'
        ? undefined
        : host.listeners.find(
            (listener) =>
              listener.protocol === protocol && listener.process === undefined && listener.address === undefined,
          );
    if (protocol === PROTOCOL.UDP) fill('dport', 53, 'DNS');
    else if (heard) fill('dport', heard.port, 'a socket of an unnamed process listens there');
    else fill('dport', request.dir === 'out' ? 443 : 80, request.dir === 'out' ? 'HTTPS' : 'HTTP');
  }
  if (protocol === PROTOCOL.ICMP) fill('icmpType', 8, 'an echo request');
  if (protocol === PROTOCOL.ICMPV6) fill('icmpType', 128, 'an echo request');
}

interface UsualFields {
  readonly ttl?: number;
  readonly sport?: number;
  readonly why: string;
}

/** What every sender of a protocol writes into its packets, so that others drop packets with another value. */
function usualFields({ icmpType, dport, dst, sport }: PacketRequest, protocol: number): UsualFields | undefined {
  if (protocol === PROTOCOL.ICMPV6 && icmpType !== undefined) {
    // RFC 4861, 6.1 and 7.1: anything else is dropped, because it has passed a router.
    if (icmpType >= 133 && icmpType <= 137) return { ttl: 255, why: 'neighbour discovery requires it (RFC 4861)' };
    if ((icmpType >= 130 && icmpType <= 132) || icmpType === 143)
      return { ttl: 1, why: 'multicast listener discovery requires it (RFC 3810)' };
  }
  if (protocol === PROTOCOL.IGMP) return { ttl: 1, why: 'IGMP requires it (RFC 3376)' };
  if (protocol === VRRP) return { ttl: 255, why: 'VRRP requires it (RFC 5798)' };
  if (protocol === OSPF) return { ttl: 1, why: 'OSPF uses it (RFC 2328)' };
  if (protocol !== PROTOCOL.UDP || sport !== undefined || dport === undefined) return undefined;
  const group = dst === MDNS_GROUP[4] || dst === MDNS_GROUP[6];
  if (dport === 5353 && group) return { ttl: 255, sport: 5353, why: 'multicast DNS uses it (RFC 6762)' };
  const from = own(USUAL_SOURCE_PORTS, String(dport));
  return from && { sport: from[0], why: from[1] };
}

const VRRP = 112;
const OSPF = 89;
const MDNS_GROUP = { 4: '224.0.0.251', 6: 'ff02::fb' } as const;
/** Protocols over UDP in which the sender has a port of its own, by the port that it sends to. */
const USUAL_SOURCE_PORTS: Readonly<Record<string, readonly [number, string]>> = {
  67: [68, 'DHCP clients send from it (RFC 2131)'],
  68: [67, 'DHCP servers send from it (RFC 2131)'],
  546: [547, 'DHCPv6 servers send from it (RFC 8415)'],
  547: [546, 'DHCPv6 clients send from it (RFC 8415)'],
  500: [500, 'IKE sends from it (RFC 7296)'],
  520: [520, 'RIP sends from it (RFC 2453)'],
};

/**
 * The interface by which a packet comes in: the one whose link its source is on, the one with its destination, or eth0.
 */
function arrivalInterface(request: PacketRequest, host: Host): Interface | undefined {
  const source = request.src === undefined ? undefined : parseAddress(request.src);
  const others = otherInterfaces(host).filter(({ name }) => name !== request.oface);
  if (source) {
    const route = lookupRoute(host, { destination: source });
    const near =
      route.type === 'unicast' && route.gateway === undefined
        ? others.find(({ name }) => name === route.device)
        : undefined;
    if (near) return near;
  }
  const withDestination =
    request.dst === undefined
      ? undefined
      : others.find(({ addresses }) => addresses.some(({ address }) => formatAddress(address) === request.dst));
  return (
    withDestination ??
    others.find(({ name }) => name === 'eth0') ??
    others.find(({ addresses }) => addresses.length > 0) ??
    others[0]
  );
}

function otherInterfaces(host: Host): readonly Interface[] {
  return host.interfaces.filter(({ name }) => name !== 'lo');
}

/** Whether the host takes packets to this address for itself. */
export function isOwn(host: Host, text: string): boolean {
  const address = parseAddress(text);
  return address !== undefined && lookupRoute(host, { destination: address }).type === 'local';
}

function firstAddress(iface: Interface, family: 4 | 6): InterfaceAddress | undefined {
  return iface.addresses.find(({ address }) => address.family === family && !isLinkLocal(address));
}

/** Another address of the network of an interface, that is not its own; undefined where it has no room for one. */
export function neighbour(iface: Interface, family: 4 | 6): string | undefined {
  const own = firstAddress(iface, family);
  if (own === undefined || own.prefixLength >= (family === 4 ? 31 : 127)) return undefined;
  const network = prefixBlock(own.address, own.prefixLength).address;
  const next = addToAddress(own.address, 1);
  const last = addToAddress(network, 2 ** Math.min(31, (family === 4 ? 32 : 128) - own.prefixLength) - 1);
  return formatAddress(sameAddress(next, last) ? addToAddress(own.address, -1) : next);
}
